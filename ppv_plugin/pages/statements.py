"""Statement lines in words: the ledger keeps kinds and sources only. And whose statement somebody may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ppv_plugin.ledger.queries import StatementLine, owners_of, statement
from ppv_plugin.metering import refund_queries
from ppv_plugin.metering.kinds import kind_text
from ppv_plugin.people.models import Client, Performer, Studio
from ppv_plugin.people.queries import client_of, performer_of

STAFF_PERMISSION = "ppv_plugin.view_entry"
ACCOUNT_TEXTS = {
    "client": _("Wallet"),
    "performer": _("Earnings"),
    "studio": _("Earnings"),
    "house": _("Site"),
    "provider": _("Payment provider"),
    "receivable": _("Owed to the site"),
    "veiled": _("Earned unseen"),
}
_NAMED: dict[str, Any] = {"client": Client, "performer": Performer, "studio": Studio}


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` is signed, from the side of the account; `url` leads to the receipt, where there is one."""

    at: datetime
    text: str
    amount: int
    balance_after: int
    url: str
    reference: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is, for the head of a statement. `role`: client, performer, studio or staff, who reads it;
    `since`: what came before is not this reader's business."""

    account_id: int
    kind: str
    title: str
    name: str
    role: str
    since: datetime | None = None


def lines(*, account_id: int | None, limit: int) -> list[Line]:
    """Newest first; nothing for somebody without an account."""
    return [] if account_id is None else in_words(statement(account_id=account_id, limit=limit))


def in_words(rows: Iterable[StatementLine]) -> list[Line]:
    found = list(rows)
    refunds = [UUID(row.source_id) for row in found if row.source == "refund"]
    sessions = refund_queries.sessions_of(refund_ids=refunds) if refunds else {}
    return [
        Line(
            at=row.at,
            text=_text(row),
            amount=row.amount,
            balance_after=row.balance_after,
            url=_url(row, sessions),
            reference=f"{row.source}/{row.source_id}",
        )
        for row in found
    ]


def holder(*, user: Any, account_id: int) -> Holder | None:
    """None when there is no such account, or it is none of this person's business."""
    found = owners_of(account_ids=[account_id]).get(account_id)
    if found is None:
        return None
    kind, owner = found
    role = _role(user, kind, owner)
    if role is None:
        return None
    row = _NAMED[kind].objects.filter(uuid=owner).first() if kind in _NAMED else None
    since = row.studio_since if row is not None and (kind, role) == ("performer", "studio") else None
    return Holder(account_id, kind, str(ACCOUNT_TEXTS.get(kind, kind)), row.name if row else "", role, since)


def _role(user: Any, kind: str, owner: str) -> str | None:
    client, performer = client_of(user), performer_of(user)
    if kind == "client" and client is not None and owner == str(client.uuid):
        return "client"
    if kind == "performer" and performer is not None and owner == str(performer.uuid):
        return "performer"
    if kind == "studio" and Studio.objects.filter(owner=user, uuid=owner).exists():
        return "studio"
    if kind == "performer" and Performer.objects.filter(studio__owner=user, uuid=owner).exists():
        return "studio"
    return "staff" if user.has_perm(STAFF_PERMISSION) else None


def _text(row: StatementLine) -> str:
    text = kind_text(row.kind)
    reason = refund_queries.reason_text(row.reason)
    return f"{text}: {reason}" if reason else text


def _url(row: StatementLine, sessions: dict[UUID, UUID]) -> str:
    if row.source == "refund":
        return reverse("ppv:receipt", args=[sessions[UUID(row.source_id)]])
    return reverse("ppv:receipt", args=[UUID(row.source_id)]) if row.source == "session" else ""
