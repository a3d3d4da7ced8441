"""Admin lists of what editors shape: room modes, rooms, performers, studios; and the clients they may look up."""

from __future__ import annotations

from typing import Any

from django.forms import Select
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, NumberColumn, StatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from ppv_plugin.people.models import Client, Performer, Studio
from ppv_plugin.rooms.models import Room, RoomMode
from ppv_plugin.wording import named, phrase

from .approval import reviewed
from .columns import ShareColumn, TokensColumn
from .deleting import ModeDeleteView, RowDeleteView
from .forms import PerformerForm, RoomForm, RoomModeForm, StudioForm
from .mode_features import ModeFeaturesPanel, PanelsWithFeatures
from .mode_import import with_show_counts
from .mode_usage import ModeUsageView
from .policies import view_only
from .price_fields import priced
from .price_preview import PricePreviewPanel
from .trade_views import (
    ClientIndexView,
    ModeInspectView,
    PerformerEditView,
    PerformerIndexView,
    RoomEditView,
    RoomIndexView,
    RoomInspectView,
    RoomModeIndexView,
    SharedInspectView,
    StudioEditView,
    StudioIndexView,
)

QUICK_EDIT_LIST = "ppv_plugin/backoffice/quick_edit_list.html"


class RoomModeViewSet(SnippetViewSet):
    model = RoomMode
    icon = "sliders"
    menu_label = phrase(_("%(room)s modes"), cap=True)
    sort_order_field = "sort_order"
    delete_view_class = ModeDeleteView
    usage_view_class = ModeUsageView
    create_template_name = "ppv_plugin/backoffice/snippet_create.html"
    edit_template_name = "ppv_plugin/backoffice/snippet_edit.html"
    index_view_class = RoomModeIndexView
    inspect_view_enabled = True
    inspect_view_class = ModeInspectView
    inspect_view_fields = [
        "name", "key", "description", "kind", "group_cpm", "grace_seconds", "rule", "requests_enabled",
        "private_video", "private_audio", "private_text", "viewers_max", "voyeur_enabled", "voyeur_cpm",
        "voyeur_private", "two_way_slots", "two_way_cpm", "conference", "lobby", "lobby_chat", "by_link",
        "recorded", "snapshots_enabled", "snapshot_seconds", "active"
    ]  # fmt: skip
    ordering = ("sort_order", "id")
    copy_view_enabled = False
    list_display = [
        "name",
        "key",
        TokensColumn("group_cpm", label=_("Per minute"), sort_key="group_cpm"),
        Column("grace_seconds", label=_("Grace, seconds"), sort_key="grace_seconds"),
        Column("get_kind_display", label=_("Sends")),
        BooleanColumn("requests_enabled", label=_("Private requests")),
        BooleanColumn("active", label=_("Can be chosen")),
        NumberColumn("shows_count", label=phrase(_("%(shows)s in it"), cap=True), sort_key="shows_count"),
    ]
    list_filter = ["active", "kind", "requests_enabled", "rule"]
    search_fields = ["name", "key", "description"]
    edit_handler = PanelsWithFeatures(
        [
            FieldRowPanel(["name", "key"]),
            FieldPanel("description"),
            FieldPanel("kind"),
            MultiFieldPanel(["group_cpm", "grace_seconds", "rule"], heading=_("Price")),
            PricePreviewPanel(heading=_("What it would charge")),
            MultiFieldPanel(["viewers_max", "active"], heading=_("Who may come in")),
            MultiFieldPanel(
                ["requests_enabled", "private_video", "private_audio", "private_text"],
                heading=phrase(_("Private %(shows)s")),
            ),
            MultiFieldPanel(["voyeur_enabled", "voyeur_cpm", "voyeur_private"], heading=_("Voyeurs")),
            MultiFieldPanel(["two_way_slots", "two_way_cpm", "conference"], heading=_("2-way")),
            MultiFieldPanel(["lobby", "lobby_chat", "by_link"], heading=_("Calls")),
            MultiFieldPanel(["snapshots_enabled", "snapshot_seconds"], heading=_("Pictures in the listing")),
            MultiFieldPanel(["recorded"], heading=_("Recording")),
            MultiFieldPanel([ModeFeaturesPanel()], heading=_("More")),
        ],
        base_form_class=RoomModeForm,
    )

    def get_queryset(self, request: Any) -> Any:
        return with_show_counts(RoomMode.objects.all())


class RoomViewSet(ModelViewSet):
    model = Room
    index_view_class = RoomIndexView
    edit_view_class = RoomEditView
    inspect_view_class = RoomInspectView
    delete_view_class = RowDeleteView
    index_template_name = QUICK_EDIT_LIST
    inspect_view_enabled = True
    inspect_view_fields = [
        "title", "slug", "site", "performer", "studio", "description", "category", "mode", "private_cpm",
        "private_audio_cpm", "private_text_cpm", "state", "live_at", "viewers", "featured", "suspended",
        "created_at"
    ]  # fmt: skip
    name = "ppv_rooms"
    icon = "view"
    menu_label = named("room", plural=True, cap=True)
    menu_name = "rooms"
    ordering = ("title", "id")
    copy_view_enabled = False
    list_display = [
        "title",
        Column("performer", label=named("performer", cap=True), sort_key="performer__name"),
        StatusTagColumn(
            "get_state_display",
            label=_("State"),
            sort_key="state",
            primary=lambda room: room.state != Room.State.OFFLINE,
        ),
        TokensColumn("private_cpm", label=_("Private, per minute"), sort_key="private_cpm"),
        TokensColumn("private_audio_cpm", label=_("Audio only"), sort_key="private_audio_cpm"),
        TokensColumn("private_text_cpm", label=_("Text only"), sort_key="private_text_cpm"),
        BooleanColumn("featured", label=_("Featured"), sort_key="featured"),
        BooleanColumn("suspended", label=_("Suspended"), sort_key="suspended"),
    ]
    list_filter = ["site", "state", "featured", "suspended", "mode", "category", "performer__studio"]
    search_fields = ["title", "slug", "performer__name"]
    panels = [
        FieldRowPanel(["title", "slug"]),
        FieldPanel("site"),
        FieldRowPanel(["performer", "studio"]),
        FieldPanel("description"),
        MultiFieldPanel(
            [FieldPanel("category", widget=Select), "tags", FieldPanel("spoken")], heading=_("How it is found")
        ),
        *priced("private_cpm", _("Own private price per minute")),
        *priced("private_audio_cpm", _("The same with audio only")),
        *priced("private_text_cpm", _("The same with text only")),
        FieldPanel("featured"),
        FieldPanel(
            "suspended",
            help_text=_("Takes it out of the listing and ends at once what runs there. Nobody can go live in it."),
        ),
        FieldPanel("reason"),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=RoomForm).bind_to_model(self.model)


@reviewed("performer")
class PerformerViewSet(ModelViewSet):
    model = Performer
    index_view_class = PerformerIndexView
    edit_view_class = PerformerEditView
    inspect_view_class = SharedInspectView
    delete_view_class = RowDeleteView
    index_template_name = QUICK_EDIT_LIST
    inspect_view_enabled = True
    inspect_view_fields = [
        "name",
        "user",
        "studio",
        "studio_share_bp",
        "bio",
        "status",
        "requests",
        "share_bp",
        "created_at",
    ]
    name = "ppv_performers"
    icon = "user"
    menu_label = named("performer", plural=True, cap=True)
    menu_name = "performers"
    ordering = ("name", "id")
    copy_view_enabled = False
    list_display = [
        "name",
        Column("user", label=_("User")),
        Column("studio", label=named("studio", cap=True), sort_key="studio__name"),
        StatusTagColumn(
            "get_status_display",
            label=_("Status"),
            sort_key="status",
            primary=lambda performer: performer.status == Performer.Status.APPROVED,
        ),
        ShareColumn("share_bp", label=_("Own share"), sort_key="share_bp"),
    ]
    list_filter = ["status", "studio", "requests"]
    search_fields = ["name", "studio__name"]
    panels = [
        FieldRowPanel(["name", "user"]),
        FieldPanel("bio"),
        FieldRowPanel([*priced("share_bp", _("Share")), *priced("tip_share_bp", _("Share of tips"))]),
        FieldRowPanel(["studio", *priced("studio_share_bp", phrase(_("Share of the %(studio)s")))]),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=PerformerForm).bind_to_model(self.model)


@reviewed("studio")
class StudioViewSet(ModelViewSet):
    model = Studio
    index_view_class = StudioIndexView
    edit_view_class = StudioEditView
    inspect_view_class = SharedInspectView
    delete_view_class = RowDeleteView
    inspect_view_enabled = True
    inspect_view_fields = ["name", "owner", "share_bp", "performers_max", "rooms_max", "created_at"]
    name = "ppv_studios"
    icon = "group"
    menu_label = named("studio", plural=True, cap=True)
    menu_name = "studios"
    ordering = ("name", "id")
    copy_view_enabled = False
    list_display = [
        "name",
        Column("owner", label=_("Owner")),
        ShareColumn("share_bp", label=_("Share"), sort_key="share_bp"),
    ]
    list_filter = ["created_at"]
    search_fields = ["name"]
    panels = [
        FieldRowPanel(["name", "owner"]),
        *priced("share_bp", _("Share")),
        FieldRowPanel(["performers_max", "rooms_max"]),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=StudioForm).bind_to_model(self.model)


@view_only
@reviewed("client")
class ClientViewSet(ModelViewSet):
    model = Client
    index_view_class = ClientIndexView
    name = "ppv_clients"
    icon = "user"
    menu_label = named("client", plural=True, cap=True)
    menu_name = "clients"
    ordering = ("name", "id")
    list_display = ["name", DateColumn("created_at", label=_("Since"), sort_key="created_at")]
    list_filter = ["created_at"]
    search_fields = ["name"]
    inspect_view_fields = ["name", "uuid", "created_at"]
