"""The chooser of rooms, for blocks in pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet

from ppv_plugin.rooms.models import Room
from ppv_plugin.wording import phrase


class RoomSearchForm(BaseFilterForm):
    q = forms.CharField(
        label=_("Search term"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Title or name")}),
    )

    def filter(self, objects: QuerySet[Room]) -> QuerySet[Room]:
        rows = super().filter(objects)
        text = self.cleaned_data.get("q", "").replace("\0", "").strip()
        if not text:
            return rows
        self.is_searching, self.search_query = True, text
        return rows.filter(Q(title__icontains=text) | Q(performer__name__icontains=text))


class _Choose(chooser.BaseChooseView):
    filter_form_class = RoomSearchForm
    ordering = "title"

    def get_object_list(self) -> QuerySet[Room]:
        return super().get_object_list().select_related("performer", "site")

    @cached_property
    def columns(self) -> list[Column]:
        return [self.title_column, Column("performer", label=_("With")), Column("site", label=_("Site"))]


class RoomChoose(chooser.ChooseViewMixin, chooser.CreationFormMixin, _Choose):
    pass


class RoomChooseResults(chooser.ChooseResultsViewMixin, chooser.CreationFormMixin, _Choose):
    pass


class RoomChooserViewSet(ChooserViewSet):
    model = Room
    icon = "view"
    choose_one_text = phrase(_("Choose %(a_room)s"))
    choose_another_text = phrase(_("Choose another %(room)s"))
    edit_item_text = phrase(_("Edit this %(room)s"))
    choose_view_class = RoomChoose
    choose_results_view_class = RoomChooseResults
    register_widget = False  # other forms keep the fields they have
    per_page = 20


room_chooser = RoomChooserViewSet("ppv_room_chooser")


def register() -> Any:
    return room_chooser
