"""A client's limits as people read them: what is in force and what is coming, what is spent and left, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import limits
from .models import Account, SpendLimit
from .rules import WINDOWS


@dataclass(frozen=True, slots=True)
class LimitNow:
    """One kind of limit now, in hundredths. `amount` None = no limit. The windows say what was `spent` in them, what is
    `held` and what is `left` (None without a limit) until `ends_at`; the limit for each session has none of that.
    `changes_at`: when `changes_to` (None = no limit) takes effect; None = nothing is pending."""

    kind: str
    amount: int | None
    changes_at: datetime | None = None
    changes_to: int | None = None
    spent: int = 0
    held: int = 0
    left: int | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """All kinds, and until when the client has stopped its spending (None = it has not)."""

    kinds: list[LimitNow]
    break_until: datetime | None


def limits_of(*, account_id: int | None, now: datetime) -> Limits:
    """None: of somebody who has no wallet yet."""
    if account_id is None:
        return Limits([LimitNow(kind, None) for kind in ("session", *WINDOWS)], None)
    held = Account.objects.values_list("held", flat=True).get(id=account_id)
    in_force = limits.limits_in_force(account_ids=[account_id], now=now).get(account_id, {})
    coming = limits.pending(account_id=account_id, now=now)
    outlay = limits.spent(account_ids=[account_id], kinds=WINDOWS, now=now).get(account_id, {})
    found = [_now(kind, in_force, coming, outlay.get(kind, 0), held, now) for kind in ("session", *WINDOWS)]
    pause = in_force.get("break")
    running = pause is not None and pause.until is not None and pause.until > now
    return Limits(found, pause.until if pause is not None and running else None)


def _now(
    kind: str, in_force: dict[str, SpendLimit], coming: dict[str, SpendLimit], spent: int, held: int, now: datetime
) -> LimitNow:
    amount = in_force[kind].amount if kind in in_force else None
    change = coming.get(kind)
    changes_at = change.takes_effect_at if change is not None else None
    changes_to = change.amount if change is not None else None
    if kind not in WINDOWS:
        return LimitNow(kind, amount, changes_at, changes_to)
    return LimitNow(
        kind=kind,
        amount=amount,
        changes_at=changes_at,
        changes_to=changes_to,
        spent=spent,
        held=held,
        left=None if amount is None else max(amount - spent - held, 0),
        ends_at=limits.site_window(kind, now)[1],
    )


def history(*, account_id: int) -> list[SpendLimit]:
    """Everything the client ever said about its limits, newest first."""
    return list(SpendLimit.objects.filter(account_id=account_id).order_by("-id"))
