"""The one menu group of the package in Wagtail's admin. Each list shows to those who may see its rows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from .calls import LockedCallViewSet
from .categories import RoomCategoryViewSet
from .corrections import AdjustmentViewSet, RefundViewSet
from .money import AccountViewSet, LedgerViewSet, SessionViewSet
from .order import MessageViewSet, SanctionViewSet
from .ratings import RatingViewSet
from .recordings import ConsentViewSet, RecordingViewSet
from .spend_limits import SpendLimitViewSet
from .tips import GoalViewSet, TipOptionViewSet
from .trade import ClientViewSet, PerformerViewSet, RoomModeViewSet, RoomViewSet, StudioViewSet


class VideoChatGroup(SnippetViewSetGroup):
    menu_label = _("Video chat")
    menu_name = "ppv"
    menu_icon = "media"
    menu_order = 250
    submenu_hook = "register_ppv_plugin_menu_item"
    items = (
        RoomViewSet,
        PerformerViewSet,
        StudioViewSet,
        ClientViewSet,
        RoomModeViewSet,
        LockedCallViewSet,
        RoomCategoryViewSet,
        RatingViewSet,
        RecordingViewSet,
        ConsentViewSet,
        MessageViewSet,
        SanctionViewSet,
        TipOptionViewSet,
        GoalViewSet,
        SessionViewSet,
        RefundViewSet,
        AccountViewSet,
        AdjustmentViewSet,
        SpendLimitViewSet,
        LedgerViewSet,
    )
