"""Statements of a period: opening balance, every movement with the balance after it, closing balance.

Movements stand in the order of their time. The closing balance is the opening one plus the movements, and the closing
balance of one period is the opening balance of the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum

from .queries import StatementLine, line_of, moves

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`. `came` and `went` are sums of what was credited and debited, both >= 0."""

    opening: int
    came: int
    went: int

    @property
    def closing(self) -> int:
        return self.opening + self.came - self.went


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines, and how to ask for those that follow (None = there are none)."""

    lines: list[StatementLine]
    after: tuple[datetime, int] | None


def period(*, account_id: int, start: datetime, end: datetime) -> Period:
    """Three sums that the database makes."""
    whole = moves(account_id=account_id)
    before = _sum(whole.filter(transfer__posted_at__lt=start))
    within = whole.filter(transfer__posted_at__gte=start, transfer__posted_at__lt=end)
    return Period(opening=before, came=_sum(within.filter(moved__gt=0)), went=-_sum(within.filter(moved__lt=0)))


def chunk(
    *,
    account_id: int,
    start: datetime,
    end: datetime,
    balance: int,
    after: tuple[datetime, int] | None = None,
    limit: int = CHUNK,
) -> Chunk:
    """The next `limit` lines, oldest first. `balance`: the one before them."""
    rows = moves(account_id=account_id).filter(transfer__posted_at__gte=start, transfer__posted_at__lt=end)
    if after is not None:
        at, pk = after
        rows = rows.filter(Q(transfer__posted_at__gt=at) | Q(transfer__posted_at=at, transfer_id__gt=pk))
    page = list(rows.order_by("transfer__posted_at", "transfer_id")[: limit + 1])
    lines = []
    for move in page[:limit]:
        balance += move["moved"]
        lines.append(line_of(move, balance))
    last = page[limit - 1] if len(page) > limit else None
    return Chunk(lines, (last["posted_at"], last["transfer_id"]) if last else None)


def chunks(*, account_id: int, start: datetime, end: datetime, opening: int) -> Iterator[list[StatementLine]]:
    """All lines, some at a time, so that no statement is too long to be read."""
    found = chunk(account_id=account_id, start=start, end=end, balance=opening)
    while True:
        yield found.lines
        if found.after is None:
            return
        found = chunk(
            account_id=account_id, start=start, end=end, balance=found.lines[-1].balance_after, after=found.after
        )


def _sum(rows: Any) -> int:
    return int(rows.aggregate(s=Sum("moved"))["s"] or 0)
