"""One migration history for all slices: Django finds their models here."""

from ppv_plugin.chat.models import ChatSettings, FreeUse, Message, RoomChat, Sanction
from ppv_plugin.ledger.models import Account, Entry, Hold, SpendLimit, Transfer
from ppv_plugin.metering.models import Adjustment, EngineClock, MeteredSession, Refund, SessionEvent, SessionPayee
from ppv_plugin.metering.receipts.models import SignedReceipt
from ppv_plugin.metering.stage_time import StageTime
from ppv_plugin.people.models import (
    Block,
    Client,
    Label,
    LabelSettings,
    Performer,
    RoleSettings,
    StatusChange,
    Studio,
)
from ppv_plugin.recordings.models import Recording, RecordingConsent
from ppv_plugin.rooms.client_price import ClientPrice
from ppv_plugin.rooms.models import (
    Presence,
    PricingSettings,
    Room,
    RoomMode,
)
from ppv_plugin.rooms.pictures import Snapshot
from ppv_plugin.rooms.ratings import Rating
from ppv_plugin.rooms.recording_terms import RecordingSettings
from ppv_plugin.rooms.subjects import RoomCategory, RoomLanguage, RoomTag, TaggedRoom
from ppv_plugin.shows.call_models import LockedCall
from ppv_plugin.shows.check_in_models import CheckIn
from ppv_plugin.shows.models import ModeSwitch, PrivateRequest, PrivateShow, Show, Visit
from ppv_plugin.shows.tip_models import Goal, Tip, TipOption, TipSettings
from ppv_plugin.studios.models import StudioInvitation

__all__ = [
    "Account",
    "Adjustment",
    "Block",
    "ChatSettings",
    "CheckIn",
    "Client",
    "ClientPrice",
    "EngineClock",
    "Entry",
    "FreeUse",
    "Goal",
    "Hold",
    "Label",
    "LabelSettings",
    "LockedCall",
    "Message",
    "MeteredSession",
    "ModeSwitch",
    "Performer",
    "Presence",
    "PricingSettings",
    "PrivateRequest",
    "PrivateShow",
    "Rating",
    "Recording",
    "RecordingConsent",
    "RecordingSettings",
    "Refund",
    "RoleSettings",
    "Room",
    "RoomCategory",
    "RoomChat",
    "RoomLanguage",
    "RoomMode",
    "RoomTag",
    "Sanction",
    "SessionEvent",
    "SessionPayee",
    "Show",
    "SignedReceipt",
    "Snapshot",
    "SpendLimit",
    "StageTime",
    "StatusChange",
    "Studio",
    "StudioInvitation",
    "TaggedRoom",
    "Tip",
    "TipOption",
    "TipSettings",
    "Transfer",
    "Visit",
]
