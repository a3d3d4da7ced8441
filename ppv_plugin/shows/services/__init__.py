"""Verbs of shows. Each is one short module; import them from here."""

from .calls import cancel_call, join_call, make_call, place_call, withdraw_call
from .check_ins import answer_invitation, end_check_in, invite, leave_barred
from .endings import close_show, end_private_show, end_session, end_visit
from .free_time import count_free_time
from .goals import add_goal, delete_goal, move_goal, reset_goals
from .going_live import go_live, leave, set_private_kinds, set_requests
from .group import enter_group, leave_group
from .media import apply_stage, attend, join_media, leave_media, report_usage, usage_reports
from .moderation import (
    ban,
    block_client,
    delete_line,
    kick,
    lift,
    moderated_room,
    mute,
    set_slow_mode,
    set_words,
)
from .modes import close_left_behind, switch_mode
from .private import answer_request, cancel_request, end_private, expire_requests, request_private
from .ratings import rate_room, remove_rating
from .stage_time import record_stage_time
from .suspension import Running, close_suspended, running_in
from .talk import names, say
from .tips import give_tip
from .two_way import allow_voyeurs, close_camera
from .unseen import lift_veils

__all__ = [
    "Running",
    "add_goal",
    "allow_voyeurs",
    "answer_invitation",
    "answer_request",
    "apply_stage",
    "attend",
    "ban",
    "block_client",
    "cancel_call",
    "cancel_request",
    "close_camera",
    "close_left_behind",
    "close_show",
    "close_suspended",
    "count_free_time",
    "delete_goal",
    "delete_line",
    "end_check_in",
    "end_private",
    "end_private_show",
    "end_session",
    "end_visit",
    "enter_group",
    "expire_requests",
    "give_tip",
    "go_live",
    "invite",
    "join_call",
    "join_media",
    "kick",
    "leave",
    "leave_barred",
    "leave_group",
    "leave_media",
    "lift",
    "lift_veils",
    "make_call",
    "moderated_room",
    "move_goal",
    "mute",
    "names",
    "place_call",
    "rate_room",
    "record_stage_time",
    "remove_rating",
    "report_usage",
    "request_private",
    "reset_goals",
    "running_in",
    "say",
    "set_private_kinds",
    "set_requests",
    "set_slow_mode",
    "set_words",
    "switch_mode",
    "usage_reports",
    "withdraw_call",
]
