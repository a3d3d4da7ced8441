"""Money arithmetic: whole hundredths of a token, shares by largest remainder; the windows of spend limits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

HUNDREDTHS = 100
WHOLE_BP = 10_000  # basis points: 10 000 = the whole
WINDOWS = ("day", "week", "month")
AMOUNT_MAX = 10**15  # far below what a 64-bit column holds, far above any wallet


def round_half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator, rounded half up. Both are >= 0, the denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def split_by_weight(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` in proportion to `weights`, by largest remainder; ties go to the earlier party.

    The parts are >= 0 and sum to `total` exactly (law 4 of the acceptance). Weights are >= 0 and not all 0.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or any(w < 0 for w in weights):
        raise ValueError("a split needs a total >= 0 and weights >= 0 that are not all zero")
    if len(weights) == 2:  # what most splits are, in one step: the first takes half a unit as the earlier party
        first = (2 * total * weights[0] + whole) // (2 * whole)
        return [first, total - first]
    parts = [total * w // whole for w in weights]
    rests = [total * w % whole for w in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-rests[i], i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def split_by_bp(total: int, first_bp: int) -> tuple[int, int]:
    """(first's part, the rest): the first takes `first_bp` basis points, ties go to the first."""
    if not 0 <= first_bp <= WHOLE_BP:
        raise ValueError("a share lies between 0 and 10 000 basis points")
    first, rest = split_by_weight(total, [first_bp, WHOLE_BP - first_bp])
    return first, rest


def tokens(amount: int) -> str:
    """Hundredths as text with two decimals: 583 -> "5.83", -5 -> "-0.05". So amounts stand in messages."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), HUNDREDTHS)
    return f"{sign}{whole}.{part:02d}"


def parse_tokens(text: str | int | Decimal) -> int:
    """ "5.83" -> 583. Raises ValueError for anything that is not a plain number with at most two decimals."""
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not value.is_finite() or abs(value) > AMOUNT_MAX:
        raise ValueError("not an amount")
    scaled = value * HUNDREDTHS
    if scaled != scaled.to_integral_value():
        raise ValueError("at most two decimals")
    return int(scaled)


def window(kind: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Start (included) and end (not included) of the calendar day, week or month in `zone` that `now` lies in.

    They begin at midnight of that zone, weeks on Monday; a day in which clocks change has 23 or 25 hours.
    """
    today = now.astimezone(zone).date()
    if kind == "day":
        first, last = today, today + timedelta(days=1)
    elif kind == "week":
        first = today - timedelta(days=today.weekday())
        last = first + timedelta(days=7)
    elif kind == "month":
        first = today.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1)
    else:
        raise ValueError(f"no such window: {kind}")
    return datetime.combine(first, time.min, zone), datetime.combine(last, time.min, zone)
