"""Views of the lists that editors shape: their spreadsheets, and edits that are logged with old and new values."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic import EditView, IndexView, InspectView
from wagtail.snippets.views.snippets import IndexView as SnippetIndexView
from wagtail.snippets.views.snippets import InspectView as SnippetInspectView

from ppv_plugin import signals
from ppv_plugin.rooms.rules import CPM_FIELDS
from ppv_plugin.studios import services as studios
from ppv_plugin.wording import named, phrase

from . import audit
from .exports import Cell, Spreadsheet, amount_at, at
from .facts import PlainFacts
from .mode_import import LeadsToImport
from .price_fields import price_text
from .quick_edit import QuickEditPerformers, QuickEditRooms, WithQuickEdit
from .terms import Changes, differences, end_later


class RoomModeIndexView(LeadsToImport, Spreadsheet, SnippetIndexView):  # type: ignore[misc]
    export_name = "room-modes"
    cells = {
        "name": Cell(_("Name"), at("name")),
        "key": Cell(_("Key"), at("key")),
        "locale": Cell(_("Language"), at("locale.language_code")),
        "description": Cell(_("Description"), at("description")),
        "kind": Cell(_("Sends"), at("get_kind_display")),
        "group_cpm": Cell(_("Per minute"), amount_at("group_cpm")),
        "grace_seconds": Cell(_("Grace, seconds"), at("grace_seconds")),
        "rule": Cell(_("Billing rule"), at("rule")),
        "requests_enabled": Cell(_("Private requests"), at("requests_enabled")),
        "viewers_max": Cell(_("Places"), at("viewers_max")),
        "voyeur_enabled": Cell(_("Voyeurs"), at("voyeur_enabled")),
        "voyeur_cpm": Cell(_("Voyeur, per minute"), amount_at("voyeur_cpm")),
        "two_way_slots": Cell(_("2-way places"), at("two_way_slots")),
        "two_way_cpm": Cell(_("2-way, per minute"), amount_at("two_way_cpm")),
        "active": Cell(_("Can be chosen"), at("active")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("locale")


class RoomIndexView(WithQuickEdit, Spreadsheet, IndexView):  # type: ignore[misc]
    quick_edit = QuickEditRooms
    export_name = "rooms"
    cells = {
        "title": Cell(_("Title"), at("title")),
        "slug": Cell(_("Address"), at("slug")),
        "site": Cell(_("Site"), at("site.hostname")),
        "performer": Cell(named("performer", cap=True), at("performer.name")),
        "studio": Cell(named("studio", cap=True), at("performer.studio.name")),
        "category": Cell(_("Category"), at("category.name")),
        "mode": Cell(phrase(_("%(room)s mode"), cap=True), at("mode.name")),
        "state": Cell(_("State"), at("get_state_display")),
        "viewers": Cell(_("Watching"), at("viewers")),
        "private_cpm": Cell(_("Private, per minute"), amount_at("private_cpm")),
        "private_audio_cpm": Cell(_("Private with audio, per minute"), amount_at("private_audio_cpm")),
        "private_text_cpm": Cell(_("Private with text, per minute"), amount_at("private_text_cpm")),
        "featured": Cell(_("Featured"), at("featured")),
        "suspended": Cell(_("Suspended"), at("suspended")),
        "live_at": Cell(_("Live last"), at("live_at")),
        "created_at": Cell(_("Since"), at("created_at")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("site", "mode", "category", "performer__studio")


class PerformerIndexView(WithQuickEdit, Spreadsheet, IndexView):  # type: ignore[misc]
    quick_edit = QuickEditPerformers
    export_name = "performers"
    cells = {
        "name": Cell(_("Name"), at("name")),
        "user": Cell(_("User"), at("user.get_username")),
        "studio": Cell(named("studio", cap=True), at("studio.name")),
        "status": Cell(_("Status"), at("get_status_display")),
        "requests": Cell(_("Private requests"), at("get_requests_display")),
        "share_bp": Cell(_("Own share, basis points"), at("share_bp")),
        "created_at": Cell(_("Since"), at("created_at")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("user", "studio")


class StudioIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "studios"
    cells = {
        "name": Cell(_("Name"), at("name")),
        "owner": Cell(_("Owner"), at("owner.get_username")),
        "share_bp": Cell(_("Share, basis points"), at("share_bp")),
        "created_at": Cell(_("Since"), at("created_at")),
    }

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("owner")


class ClientIndexView(Spreadsheet, IndexView):  # type: ignore[misc]
    export_name = "clients"
    cells = {"name": Cell(_("Name"), at("name")), "created_at": Cell(_("Since"), at("created_at"))}


class LoggedEditView(EditView):  # type: ignore[misc]
    """What is charged, who gets how much and what is taken out of use: logged with what it was before."""

    watched: tuple[str, ...] = ()

    def save_instance(self) -> Any:
        before = self.model.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.object.pk)
        saved = super().save_instance()
        changes = differences(before, {name: getattr(saved, name) for name in self.watched})
        audit.changed(subject=saved, changes=changes, user=self.request.user, reason=self.reason)
        self.after_change(changes)
        return saved

    @property
    def reason(self) -> str:
        return str(self.form.cleaned_data.get("reason", "")).strip()

    def after_change(self, changes: Changes) -> None:
        """In the same transaction."""


class RoomEditView(LoggedEditView):
    watched = (*CPM_FIELDS.values(), "featured", "suspended", "performer", "studio")

    def after_change(self, changes: Changes) -> None:
        room = self.form.instance
        signals.announce(signals.room_changed, room_id=room.pk)  # open listings show the new title and price
        if "suspended" in changes and room.suspended:
            end_later(room_ids=[room.pk], user=self.request.user, reason=self.reason)


class PerformerEditView(LoggedEditView):
    watched = ("share_bp", "tip_share_bp", "studio", "studio_share_bp")

    def after_change(self, changes: Changes) -> None:
        if "studio" in changes:
            studios.moved_by_staff(performer=self.form.instance, before=changes["studio"][0], now=timezone.now())


class StudioEditView(LoggedEditView):
    watched = ("share_bp", "performers_max", "rooms_max")


LABELS = {"viewers": _("Watching"), "performer": named("performer", cap=True)}


class ModeInspectView(PlainFacts, SnippetInspectView):  # type: ignore[misc]
    """The price in tokens."""


class RoomInspectView(PlainFacts, InspectView):  # type: ignore[misc]
    def get_field_label(self, field_name: str, field: Any) -> Any:
        return LABELS.get(field_name) or super().get_field_label(field_name, field)

    def get_private_cpm_display_value(self) -> str:
        return price_text("private_cpm", self.object.private_cpm)

    def get_private_audio_cpm_display_value(self) -> str:
        return price_text("private_cpm", self.object.private_audio_cpm)

    def get_private_text_cpm_display_value(self) -> str:
        return price_text("private_cpm", self.object.private_text_cpm)


class SharedInspectView(PlainFacts, InspectView):  # type: ignore[misc]
    def get_share_bp_display_value(self) -> str:
        return price_text("share_bp", self.object.share_bp)
