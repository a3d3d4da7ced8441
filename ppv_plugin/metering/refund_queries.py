"""Reads of refunds: what a receipt, a history and a statement say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy

from ppv_plugin.ledger import queries as ledger_queries

from .models import Refund

FAULT = "technical_fault"  # the reason of the site's own policy
REASON_TEXTS = {FAULT: gettext_lazy("A technical fault early in the session")}


@dataclass(frozen=True, slots=True)
class Part:
    """What one party got (> 0) or gave back (< 0). `kind` is the account's kind."""

    kind: str
    account_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A posted refund as a receipt shows it; `parts` sum to zero, the client first."""

    at: datetime
    amount: int
    reason: str
    parts: list[Part]


def reason_text(reason: str) -> str:
    return str(REASON_TEXTS.get(reason, reason))


def refund_lines(*, session_id: UUID) -> list[RefundLine]:
    """Oldest first. A payee's part is what it gave or owes for it since."""
    rows = list(
        Refund.objects.filter(session_id=session_id, state=Refund.State.POSTED)
        .select_related("session")
        .order_by("decided_at", "id")
    )
    kinds = ledger_queries.owners_of(account_ids=[int(pk) for row in rows for pk in row.parts])
    return [
        RefundLine(
            at=row.decided_at or row.requested_at,
            amount=row.amount,
            reason=reason_text(row.reason),
            parts=[
                Part("client", row.session.client_account_id, row.amount),
                *(Part(kinds[int(pk)][0], int(pk), -part) for pk, part in row.parts.items()),
            ],
        )
        for row in rows
    ]


def refunded(*, session_ids: Iterable[UUID], account_id: int | None = None) -> dict[UUID, int]:
    """session -> hundredths given back: to its client, or by this payee."""
    rows = Refund.objects.filter(session_id__in=list(session_ids), state=Refund.State.POSTED)
    found: dict[UUID, int] = {}
    for session_id, amount, parts in rows.values_list("session_id", "amount", "parts"):
        part = amount if account_id is None else parts.get(str(account_id), 0)
        found[session_id] = found.get(session_id, 0) + part
    return found


def sessions_of(*, refund_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """refund -> its session."""
    return dict(Refund.objects.filter(id__in=list(refund_ids)).values_list("id", "session_id"))
