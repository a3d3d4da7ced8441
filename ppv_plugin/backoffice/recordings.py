"""Admin list of recordings: who may see them plays them and, with the right to it, deletes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import DeleteView, IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from ppv_plugin.recordings import services
from ppv_plugin.recordings.models import Recording, RecordingConsent
from ppv_plugin.wording import named

from . import audit
from .exports import Cell, Spreadsheet, at
from .policies import view_and_remove, view_only


class RecordingIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "recordings"
    cells = {
        "room": Cell(named("room", cap=True), at("room.title")),
        "performer": Cell(named("performer", cap=True), at("performer.name")),
        "started_at": Cell(_("Began"), at("started_at")),
        "length_ms": Cell(_("Length, ms"), at("length_ms")),
        "bytes": Cell(_("Bytes"), at("bytes")),
        "state": Cell(_("State"), at("state")),
        "trouble": Cell(_("Trouble"), at("trouble")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("room", "performer")


def state(row: Recording) -> str:
    """With the reason where something is missing."""
    return " · ".join(filter(None, (row.get_state_display(), row.get_trouble_display())))


def length(row: Recording) -> str:
    return str(timedelta(seconds=row.length_ms // 1000)) if row.length_ms else ""


def size(row: Recording) -> str:
    return filesizeformat(row.bytes) if row.bytes else ""


class RecordingInspectView(InspectView):  # type: ignore[misc]
    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        row = self.object
        if field_name == "length_ms":
            return length(row)
        if field_name == "bytes":
            return size(row)
        if field_name == "state" and row.state == Recording.State.READY:
            url = reverse("ppv:recording_file", args=[row.pk])
            return format_html('<a href="{}">{}</a>', url, _("Play"))
        return super().get_field_display_value(field_name, field)


class RecordingDeleteView(DeleteView):  # type: ignore[misc]
    """The file goes; the row stays and says so."""

    def get_queryset(self) -> Any:
        return Recording.objects.filter(state=Recording.State.READY)

    def delete_action(self) -> None:
        services.delete(recording=self.object, now=timezone.now())
        audit.recording_deleted(recording=self.object, by="staff", user=self.request.user)


@view_and_remove
class RecordingViewSet(ModelViewSet):
    model = Recording
    index_view_class = RecordingIndexView
    inspect_view_class = RecordingInspectView
    delete_view_class = RecordingDeleteView
    name = "ppv_recordings"
    icon = "media"
    menu_label = _("Recordings")
    menu_name = "recordings"
    ordering = ("-started_at", "part")
    list_display = [
        "room",
        Column("performer", label=named("performer", cap=True), sort_key="performer__name"),
        DateColumn("started_at", label=_("Began"), sort_key="started_at"),
        Column("length_ms", label=_("Length"), accessor=length, sort_key="length_ms"),
        Column("bytes", label=_("Size"), accessor=size, sort_key="bytes"),
        Column("state", label=_("State"), accessor=state, sort_key="state"),
    ]
    list_filter = ["state", "trouble", "kind", "room__site", "started_at"]
    search_fields = ["room__title", "performer__name"]
    inspect_view_fields = [
        "room", "performer", "mode", "kind", "started_at", "ended_at", "length_ms", "bytes", "state", "trouble"
    ]  # fmt: skip


class ConsentIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "recording-consents"
    cells = {
        "at": Cell(_("When"), at("at")),
        "room": Cell(named("room", cap=True), at("show.room.title")),
        "role": Cell(_("Role"), at("role")),
        "who": Cell(_("Who"), lambda row: who(row)),
        "agreed": Cell(_("Agreed"), at("agreed")),
        "wording": Cell(_("Words"), at("wording")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("show__room", "user")


def who(row: RecordingConsent) -> str:
    """Who watched unseen is told elsewhere, with a right and a reason."""
    return "" if row.unseen or row.user is None else str(row.user)


def role(row: RecordingConsent) -> Any:
    return named(row.role)


def consent_url(row: RecordingConsent) -> str:
    return reverse("ppv_recording_consents:inspect", args=[row.pk])


@view_only
class ConsentViewSet(ModelViewSet):
    model = RecordingConsent
    index_view_class = ConsentIndexView
    name = "ppv_recording_consents"
    icon = "check"
    menu_label = _("Consents to recordings")
    menu_name = "recording-consents"
    ordering = ("-at", "-id")
    list_display = [
        TitleColumn("at", label=_("When"), sort_key="at", get_url=consent_url),
        Column("room", label=named("room", cap=True), accessor="show.room.title"),
        Column("role", label=_("Role"), accessor=role, sort_key="role"),
        Column("who", label=_("Who"), accessor=who),
        Column("agreed", label=_("Agreed"), accessor=lambda row: _("yes") if row.agreed else _("no")),
        Column("wording", label=_("Words")),
    ]
    list_filter = ["role", "agreed", "at"]
    inspect_view_fields = ["at", "role", "agreed", "mode_number", "wording", "language"]
