"""Decisions about tips and goals that need no database. Amounts are hundredths."""

from __future__ import annotations

from collections.abc import Sequence


def is_offered(amount: int, *, fixed: int | None, low: int, high: int) -> bool:
    """Whether an option takes this amount: its own one, or with `fixed` None what lies between the bounds."""
    return amount > 0 and (amount == fixed if fixed is not None else low <= amount <= high)


def filled_by(amount: int, open_sums: Sequence[int]) -> list[int]:
    """What each goal gets of a tip, when so much is open in each, in their order: what one does not need the next one
    gets, and what nobody needs fills nothing."""
    parts = []
    for wanted in open_sums:
        part = min(amount, wanted)
        parts.append(part)
        amount -= part
    return parts
