"""Admin lists of what editors shape: room modes, rooms, performers, studios; and the clients they may look up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, StatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from ppv_plugin.people.models import Client, Performer, Studio
from ppv_plugin.rooms.models import Room, RoomMode

from .columns import ShareColumn, TokensColumn
from .deleting import ModeDeleteView, RowDeleteView
from .forms import PerformerForm, RoomForm, RoomModeForm, StudioForm
from .policies import view_only


class RoomModeViewSet(SnippetViewSet):
    model = RoomMode
    icon = "sliders"
    menu_label = _("Room modes")
    sort_order_field = "sort_order"
    delete_view_class = ModeDeleteView
    ordering = ("sort_order", "id")
    copy_view_enabled = False
    list_display = [
        "name",
        "key",
        TokensColumn("group_cpm", label=_("Per minute"), sort_key="group_cpm"),
        Column("grace_seconds", label=_("Grace, seconds"), sort_key="grace_seconds"),
        BooleanColumn("requests_enabled", label=_("Private requests")),
        BooleanColumn("active", label=_("Can be chosen")),
    ]
    list_filter = ["active"]
    edit_handler = ObjectList(
        [
            FieldRowPanel(["name", "key"]),
            FieldPanel("description"),
            MultiFieldPanel(["group_cpm", "grace_seconds", "rule"], heading=_("Price")),
            MultiFieldPanel(["requests_enabled", "viewers_max", "active"], heading=_("Who may come in")),
            MultiFieldPanel(["snapshots_enabled", "snapshot_seconds"], heading=_("Pictures in the listing")),
        ],
        base_form_class=RoomModeForm,
    )


class RoomViewSet(ModelViewSet):
    model = Room
    delete_view_class = RowDeleteView
    name = "ppv_rooms"
    icon = "view"
    menu_label = _("Rooms")
    ordering = ("title", "id")
    copy_view_enabled = False
    list_display = [
        "title",
        Column("performer", sort_key="performer__name"),
        StatusTagColumn(
            "get_state_display",
            label=_("State"),
            sort_key="state",
            primary=lambda room: room.state != Room.State.OFFLINE,
        ),
        TokensColumn("private_cpm", label=_("Private, per minute"), sort_key="private_cpm"),
        BooleanColumn("featured", label=_("Featured"), sort_key="featured"),
        BooleanColumn("suspended", label=_("Suspended"), sort_key="suspended"),
    ]
    list_filter = ["site", "state", "featured", "suspended"]
    search_fields = ["title", "performer__name"]
    panels = [
        FieldRowPanel(["title", "slug"]),
        FieldRowPanel(["site", "performer"]),
        FieldPanel("description"),
        FieldPanel("tags"),
        FieldPanel("private_cpm"),
        FieldPanel("featured"),
        FieldPanel("suspended", help_text=_("Takes the room out of the listing; nobody can go live in it.")),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=RoomForm).bind_to_model(self.model)


class PerformerViewSet(ModelViewSet):
    model = Performer
    delete_view_class = RowDeleteView
    name = "ppv_performers"
    icon = "user"
    menu_label = _("Performers")
    ordering = ("name", "id")
    copy_view_enabled = False
    list_display = [
        "name",
        Column("user"),
        Column("studio", sort_key="studio__name"),
        StatusTagColumn(
            "get_status_display",
            label=_("Status"),
            sort_key="status",
            primary=lambda performer: performer.status == Performer.Status.APPROVED,
        ),
        ShareColumn("share_bp", label=_("Own share"), sort_key="share_bp"),
    ]
    list_filter = ["status", "studio"]
    search_fields = ["name"]
    panels = [
        FieldRowPanel(["name", "user"]),
        FieldPanel("bio"),
        FieldRowPanel(["status", "studio"]),
        FieldPanel("share_bp"),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=PerformerForm).bind_to_model(self.model)


class StudioViewSet(ModelViewSet):
    model = Studio
    delete_view_class = RowDeleteView
    name = "ppv_studios"
    icon = "group"
    menu_label = _("Studios")
    ordering = ("name", "id")
    copy_view_enabled = False
    list_display = ["name", Column("owner"), ShareColumn("share_bp", label=_("Share"), sort_key="share_bp")]
    search_fields = ["name"]
    panels = [FieldRowPanel(["name", "owner"]), FieldPanel("share_bp")]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=StudioForm).bind_to_model(self.model)


@view_only
class ClientViewSet(ModelViewSet):
    model = Client
    name = "ppv_clients"
    icon = "user"
    menu_label = _("Clients")
    ordering = ("name", "id")
    list_display = ["name", DateColumn("created_at", label=_("Since"), sort_key="created_at")]
    search_fields = ["name"]
    inspect_view_fields = ["name", "uuid", "created_at"]
