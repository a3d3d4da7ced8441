"""Past shows of a person, and what both sides are told when a session ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import queries as metering

from ..rules import VOYEUR
from ..states import ReceiptView
from .unseen import untold


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of "my shows". `amount` is signed hundredths from one's own side: paid is negative, earned positive;
    `refunded` the other way round."""

    session: UUID
    kind: str
    media: str
    partner: str
    room_title: str
    started_at: datetime
    used_ms: int
    amount: int
    refunded: int
    reason: str
    url: str
    timed: bool = True  # False: it was paid at once and took no time
    detail: str = ""  # what was given, of a tip


@dataclass(frozen=True, slots=True)
class ReceiptNotice:
    """The end of a session for its two sides. User keys are `str(user.pk)`; empty for a performer who is not to
    know."""

    kind: str
    room_id: int
    client_user_key: str
    performer_user_key: str
    client: ReceiptView
    performer: ReceiptView


def receipt_url(session_id: UUID) -> str:
    return reverse("ppv:receipt", args=[session_id])


def client_history(*, client: Any, limit: int = 25, offset: int = 0, **asked: Any) -> list[HistoryRow]:
    """`asked`: kind, start and end of `metering.queries.history`."""
    return _history("client", str(client.uuid), paid=True, limit=limit, offset=offset, **asked)


def performer_history(*, performer: Any, limit: int = 25, offset: int = 0, **asked: Any) -> list[HistoryRow]:
    """`asked`: kind, start and end of `metering.queries.history`."""
    hidden = untold(performer=performer)
    return _history("performer", str(performer.uuid), paid=False, limit=limit, offset=offset, untold=hidden, **asked)


def _history(role: str, owner: str, *, paid: bool, **asked: Any) -> list[HistoryRow]:
    account_id = ledger.balance_of(kind=role, owner=owner).account_id
    if account_id is None:
        return []
    rows = metering.history(account_id=account_id, paid=paid, **asked)
    return [
        HistoryRow(
            session=row.id,
            kind=row.subject,
            media=row.facts.get("media", ""),
            partner=row.facts["performer" if paid else "client"],
            room_title=row.facts["room"],
            started_at=row.opened_at,
            used_ms=row.used_ms,
            amount=row.amount,
            refunded=row.refunded,
            reason=row.reason,
            url=receipt_url(row.id),
            timed=row.timed,
            detail=str(row.facts.get("tip", "")),
        )
        for row in rows
    ]


def receipt_notices(*, session_id: UUID) -> ReceiptNotice:
    """Raises NotFound."""
    receipt = metering.receipt(session_id=session_id)
    earned = next((share.amount for share in receipt.shares if share.kind == "performer"), 0)  # the host comes first
    common = {
        "session": str(session_id),
        "url": receipt_url(session_id),
        "total": tokens(receipt.total),
        "used_ms": receipt.used_ms,
        "reason": receipt.reason,
    }
    return ReceiptNotice(
        kind=receipt.subject,
        room_id=receipt.facts["room_id"],
        client_user_key=receipt.facts["client_user"],
        performer_user_key="" if receipt.subject == VOYEUR else receipt.facts["performer_user"],
        client=ReceiptView(**common),  # type: ignore[arg-type]
        performer=ReceiptView(**common, earned=tokens(earned)),  # type: ignore[arg-type]
    )
