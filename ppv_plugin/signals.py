"""Django signals: facts, sent after commit. Receivers must not raise; what they raise is logged and ignored.

Each is documented in `docs/reference/signals.md` with its arguments.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

_log = logging.getLogger(__name__)

room_changed = Signal()  # room_id: int
person_changed = Signal()  # user_key: str, room_id: int | None — something in this person's own state changed
wallet_changed = Signal()  # account_id: int, owner: str (the client's uuid)
money_added = Signal()  # user_key: str, account_id: int, amount: int (hundredths), key: str
session_opened = Signal()  # session_id: UUID
session_metered = Signal()  # session_ids: list[UUID] — used time or flow of these moved on
session_settled = Signal()  # session_ids: list[UUID] — something of these was posted to the ledger
session_warned = Signal()  # session_id: UUID, left_ms: int
session_closed = Signal()  # session_id: UUID, reason: str
refund_posted = Signal()  # refund_id: UUID, session_id: UUID, amount: int
show_started = Signal()  # show_id: UUID, room_id: int
show_ended = Signal()  # show_id: UUID, room_id: int, reason: str
mode_switched = Signal()  # show_id: UUID, room_id: int, number: int — the performer changed the mode while live
role_changed = Signal()  # role: str, subject: UUID, user_key: str, before: str, after: str, at: datetime
request_changed = Signal()  # request_id: UUID, state: str
private_started = Signal()  # private_id: UUID
private_ended = Signal()  # private_id: UUID
tip_given = Signal()  # tip_id: UUID, room_id: int, amount: int (hundredths)
goal_reached = Signal()  # goal_id: int, room_id: int
chat_posted = Signal()  # message_id: int, room_id: int
chat_deleted = Signal()  # message_id: int, room_id: int
address_banned = Signal()  # performer_id: int, address: str (its keyed hash)
media_taken = Signal()  # user_key: str, room_id: int, connection: str
stage_changed = Signal()  # room_id: int — who may send and see what in this room changed


def announce(signal: Signal, **facts: Any) -> None:
    """Send `signal` once the running transaction has committed (at once when there is none)."""
    transaction.on_commit(partial(_send, signal, facts))


def _send(signal: Signal, facts: dict[str, Any]) -> None:
    for receiver, answer in signal.send_robust(sender=None, **facts):
        if isinstance(answer, Exception):
            _log.error("a receiver failed: %s", receiver, exc_info=answer)
