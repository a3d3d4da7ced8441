"""Admin lists of what may be tipped, and of the goals that tips fill."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import IndexView as SnippetIndexView
from wagtail.snippets.views.snippets import SnippetViewSet

from ppv_plugin.shows.tip_models import Goal, TipOption
from ppv_plugin.wording import named

from .columns import TokensColumn
from .exports import Cell, Spreadsheet, amount_at, at


class TipOptionIndexView(Spreadsheet, SnippetIndexView):  # type: ignore[misc]
    export_name = "tip-options"
    cells = {
        "name": Cell(_("Name"), at("name")),
        "key": Cell(_("Key"), at("key")),
        "amount": Cell(_("Amount"), amount_at("amount")),
        "active": Cell(_("Is offered"), at("active")),
    }


class TipOptionViewSet(SnippetViewSet):
    model = TipOption
    index_view_class = TipOptionIndexView
    icon = "pick"
    create_template_name = "ppv_plugin/backoffice/snippet_create.html"
    edit_template_name = "ppv_plugin/backoffice/snippet_edit.html"
    menu_label = _("Tip options")
    sort_order_field = "sort_order"
    ordering = ("sort_order", "id")
    copy_view_enabled = False
    list_display = [
        "name",
        Column("emoji", label=_("Emoji")),
        TokensColumn("amount", label=_("Amount"), sort_key="amount"),
        BooleanColumn("active", label=_("Is offered")),
    ]
    list_filter = ["active"]
    search_fields = ["name", "key"]
    panels = [
        FieldRowPanel(["name", "key"]),
        FieldPanel("amount"),
        MultiFieldPanel(["emoji", "picture", "sound", "colour"], heading=_("Look and sound")),
        FieldPanel("active"),
    ]


class GoalIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "goals"
    cells = {
        "title": Cell(_("Title"), at("title")),
        "room": Cell(named("room", cap=True), at("room.title")),
        "amount": Cell(_("Amount"), amount_at("amount")),
        "filled": Cell(_("Filled"), amount_at("filled")),
        "reached_at": Cell(_("Reached"), at("reached_at")),
    }


class GoalViewSet(ModelViewSet):
    model = Goal
    index_view_class = GoalIndexView
    name = "ppv_goals"
    icon = "success"
    menu_label = _("Goals")
    menu_name = "goals"
    ordering = ("room__title", "sort_order", "id")
    copy_view_enabled = False
    list_display = [
        "title",
        Column("room", label=named("room", cap=True), sort_key="room__title"),
        TokensColumn("amount", label=_("Amount"), sort_key="amount"),
        TokensColumn("filled", label=_("Filled"), sort_key="filled"),
        NumberColumn("sort_order", label=_("Place")),
    ]
    list_filter = ["room"]
    search_fields = ["title", "room__title"]
    panels = [FieldPanel("room"), FieldRowPanel(["title", "amount"]), FieldPanel("sort_order")]
