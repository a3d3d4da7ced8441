"""Statement lines in words: the ledger keeps kinds and sources only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ppv_plugin.ledger.queries import statement

KIND_TEXTS = {
    "top_up": _("Top-up"),
    "private": _("Private"),
    "group": _("Group"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` is signed, from the side of the account; `url` leads to the receipt, where there is one."""

    at: datetime
    text: str
    amount: int
    balance_after: int
    url: str


def lines(*, account_id: int | None, limit: int) -> list[Line]:
    """Newest first; nothing for somebody without an account."""
    if account_id is None:
        return []
    return [
        Line(
            at=row.at,
            text=row.reason or str(KIND_TEXTS.get(row.kind, row.kind)),
            amount=row.amount,
            balance_after=row.balance_after,
            url=reverse("ppv:receipt", args=[UUID(row.source_id)]) if row.source == "session" else "",
        )
        for row in statement(account_id=account_id, limit=limit)
    ]
