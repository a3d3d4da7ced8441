"""Admin lists of what keeps order in the chats: bans with their history, and messages with those that were deleted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from ppv_plugin.chat.models import Message, Sanction
from ppv_plugin.errors import PPVError
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.services.moderation import MODERATE
from ppv_plugin.wording import named

from .exports import Cell, Spreadsheet, at
from .policies import view_only


def sanction_url(row: Sanction) -> str:
    return reverse("ppv_sanctions:inspect", args=[row.pk])


def message_url(row: Message) -> str:
    return reverse("ppv_messages:inspect", args=[row.pk])


def end_of(row: Sanction) -> Any:
    """Wagtail's column of dates calls every moment to come "just now"."""
    return row.until or _("for ever")


class SanctionIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "bans"
    cells = {
        "room": Cell(named("room", cap=True), at("room.title")),
        "client": Cell(named("client", cap=True), at("client.name")),
        "kind": Cell(gettext_lazy("What"), at("get_kind_display")),
        "until": Cell(gettext_lazy("Until"), at("until")),
        "at": Cell(gettext_lazy("When"), at("at")),
        "lifted_at": Cell(gettext_lazy("Lifted"), at("lifted_at")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("room", "client", "actor")


class SanctionInspectView(InspectView):  # type: ignore[misc]
    @cached_property
    def header_buttons(self) -> list[Any]:
        buttons = list(super().header_buttons)
        if self.request.user.has_perm(MODERATE) and self.object.lifted_at is None:
            url = reverse("ppv_sanctions:lift", args=[self.object.pk])
            buttons.append(HeaderButton(_("Lift"), url=url, icon_name="undo"))
        return buttons


class LiftView(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Asks, and lifts a ban when the answer is yes."""

    template_name = "ppv_plugin/backoffice/lift.html"
    page_title = gettext_lazy("Lift the ban of")
    header_icon = "undo"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        self.object = get_object_or_404(Sanction.objects.select_related("client", "room"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.object.client)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sanction=self.object, back_url=sanction_url(self.object), **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            shows.lift(user=request.user, sanction_id=self.object.pk, now=timezone.now())
        except PPVError as refusal:
            messages.error(request, str(refusal.text))
        else:
            messages.success(request, _("%(name)s may come in again.") % {"name": self.object.client})
        return redirect("ppv_sanctions:index")


@view_only
class SanctionViewSet(ModelViewSet):
    model = Sanction
    index_view_class = SanctionIndexView
    inspect_view_class = SanctionInspectView
    name = "ppv_sanctions"
    icon = "no-view"
    menu_label = gettext_lazy("Bans")
    menu_name = "bans"
    ordering = ("-id",)
    list_display = [
        TitleColumn("client", label=named("client", cap=True), get_url=sanction_url),
        Column("room", label=named("room", cap=True), sort_key="room__title"),
        Column("get_kind_display", label=gettext_lazy("What"), sort_key="kind"),
        Column("until", label=gettext_lazy("Until"), accessor=end_of, sort_key="until"),
        BooleanColumn("by_address", label=gettext_lazy("And the address")),
        DateColumn("at", label=gettext_lazy("When"), sort_key="at"),
        DateColumn("lifted_at", label=gettext_lazy("Lifted"), sort_key="lifted_at"),
    ]
    list_filter = ["kind", "by_address", "at", "room"]
    search_fields = ["client__name", "room__title"]
    inspect_view_fields = [
        "client", "room", "kind", "until", "by_address", "reason", "actor", "at", "lifted_at", "lifted_by"
    ]  # fmt: skip

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("lift/<int:pk>/", LiftView.as_view(), name="lift")]


class MessageIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "chat"
    cells = {
        "room": Cell(named("room", cap=True), at("room.title")),
        "author_name": Cell(gettext_lazy("Name"), at("author_name")),
        "text": Cell(gettext_lazy("Text"), at("text")),
        "hidden": Cell(gettext_lazy("Deleted"), at("hidden")),
        "sent_at": Cell(gettext_lazy("When"), at("sent_at")),
    }

    def get_base_queryset(self) -> Any:
        """What two people said in private is theirs."""
        rows = super().get_base_queryset().select_related("room")
        return rows.filter(private_show__isnull=True).exclude(author_kind=Message.Author.SYSTEM)


class MessageInspectView(InspectView):  # type: ignore[misc]
    def get_object(self, queryset: Any = None) -> Any:
        found = super().get_object(queryset)
        if found.private_show is not None:
            raise Http404
        return found


@view_only
class MessageViewSet(ModelViewSet):
    model = Message
    index_view_class = MessageIndexView
    inspect_view_class = MessageInspectView
    name = "ppv_messages"
    icon = "comment"
    menu_label = gettext_lazy("Chat")
    menu_name = "chat"
    ordering = ("-id",)
    list_display = [
        TitleColumn("author_name", label=gettext_lazy("Name"), get_url=message_url),
        Column("room", label=named("room", cap=True), sort_key="room__title"),
        Column("text", label=gettext_lazy("Text")),
        BooleanColumn("hidden", label=gettext_lazy("Deleted"), sort_key="hidden"),
        DateColumn("sent_at", label=gettext_lazy("When"), sort_key="sent_at"),
    ]
    list_filter = ["hidden", "author_kind", "sent_at", "room"]
    search_fields = ["text", "author_name"]
    inspect_view_fields = [
        "author_name", "author_kind", "room", "text", "hidden", "hidden_by", "hidden_at", "sent_at"
    ]  # fmt: skip
