"""Verbs of shows. Each is one short module; import them from here."""

from .endings import close_show, end_private_show, end_session, end_visit
from .going_live import go_live, leave, set_requests
from .group import enter_group, leave_group
from .media import apply_stage, join_media, leave_media, report_usage, usage_reports
from .modes import close_left_behind, switch_mode
from .private import answer_request, cancel_request, end_private, expire_requests, request_private
from .ratings import rate_room, remove_rating
from .suspension import Running, close_suspended, running_in
from .talk import block_client, say

__all__ = [
    "Running",
    "answer_request",
    "apply_stage",
    "block_client",
    "cancel_request",
    "close_left_behind",
    "close_show",
    "close_suspended",
    "end_private",
    "end_private_show",
    "end_session",
    "end_visit",
    "enter_group",
    "expire_requests",
    "go_live",
    "join_media",
    "leave",
    "leave_group",
    "leave_media",
    "rate_room",
    "remove_rating",
    "report_usage",
    "request_private",
    "running_in",
    "say",
    "set_requests",
    "switch_mode",
    "usage_reports",
]
