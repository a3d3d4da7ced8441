"""Reads of shows: states for screens, plans for the engine, histories."""

from .check_ins import is_asked, performers_to_ask, room_visited
from .history import HistoryRow, ReceiptNotice, client_history, performer_history, receipt_notices
from .meters import PersonMeter, meters
from .people import person_view
from .ratings import OwnRating, ToRate, own_rating, to_rate
from .regulars import regulars
from .rooms import ListingPage, RoomTile, listing, room_view
from .running import Running, running
from .stage import live_room_ids, place_of, stage_plan
from .tips import options_offered, tip_settings
from .unseen import is_untold, watches_unseen

__all__ = [
    "HistoryRow",
    "ListingPage",
    "OwnRating",
    "PersonMeter",
    "ReceiptNotice",
    "RoomTile",
    "Running",
    "ToRate",
    "client_history",
    "is_asked",
    "is_untold",
    "listing",
    "live_room_ids",
    "meters",
    "options_offered",
    "own_rating",
    "performer_history",
    "performers_to_ask",
    "person_view",
    "place_of",
    "receipt_notices",
    "regulars",
    "room_view",
    "room_visited",
    "running",
    "stage_plan",
    "tip_settings",
    "to_rate",
    "watches_unseen",
]
