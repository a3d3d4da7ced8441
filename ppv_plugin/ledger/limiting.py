"""Clients set limits to their own spending, and stop it for a time. Only the client itself does, never staff.

What protects takes effect at once; what loosens takes effect after a cool-off, so that it is no decision of a moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from ppv_plugin.conf import conf
from ppv_plugin.errors import BadInput, BreakStands
from ppv_plugin.signals import announce, wallet_changed

from . import limits
from .models import Account, SpendLimit
from .services import Locked, lock_accounts

KINDS = ("session", "day", "week", "month")
BREAK_MAX = timedelta(days=366 * 5)


@transaction.atomic
def set_limit(*, account_id: int, kind: str, amount: int | None, actor: str, now: datetime) -> SpendLimit | None:
    """Ask for a limit of `amount` hundredths >= 0 for each `kind`, or for none (None). Returns the row in force or
    pending because of it; None when nothing had to change.

    A first or lower limit is in force at once. A higher one, or none, is pending for `LIMIT_COOL_OFF_HOURS`; a newer
    word replaces the pending one, and the same word again leaves its time as it was. Raises BadInput.
    """
    if kind not in KINDS or (amount is not None and amount < 0):
        raise BadInput
    wallet = _locked(account_id)
    row = limits.limits_in_force(account_ids=[account_id], now=now).get(account_id, {}).get(kind)
    current = row.amount if row is not None else None
    pending = limits.pending(account_id=account_id, now=now).get(kind)
    if amount == (pending.amount if pending is not None else current):
        return pending
    lowered = amount is not None and (current is None or amount < current)
    if pending is not None and not lowered:  # it must not take effect before the one that replaces it
        withdrawn = _write(account_id, kind, now, now, actor, amount=current)
        if amount == current:
            _announce(wallet)
            return withdrawn
    takes_effect_at = now if lowered else now + timedelta(hours=conf.LIMIT_COOL_OFF_HOURS)
    made = _write(account_id, kind, now, takes_effect_at, actor, amount=amount)
    _announce(wallet)
    return made


@transaction.atomic
def take_break(*, account_id: int, until: datetime, actor: str, now: datetime) -> SpendLimit:
    """Nothing can be spent from this wallet before `until`, from now on; sessions that run end with the next tick.

    Raises BreakStands when a running break lasts longer than that, BadInput for a time that has passed or lies more
    than five years ahead.
    """
    if not now < until <= now + BREAK_MAX:
        raise BadInput
    wallet = _locked(account_id)
    running = limits.limits_in_force(account_ids=[account_id], now=now).get(account_id, {}).get("break")
    if running is not None and running.until is not None and until <= running.until:
        if until == running.until:
            return running
        raise BreakStands(until=limits.local_text(running.until, "DATETIME_FORMAT"))
    made = _write(account_id, "break", now, now, actor, until=until)
    _announce(wallet)
    return made


def _locked(account_id: int) -> Locked:
    """Whoever spends from this wallet holds the same lock. Raises BadInput for what is no client's wallet."""
    wallet = lock_accounts([account_id]).get(account_id)
    if wallet is None or wallet.kind != Account.Kind.CLIENT:
        raise BadInput
    return wallet


def _write(
    account_id: int,
    kind: str,
    now: datetime,
    takes_effect_at: datetime,
    actor: str,
    *,
    amount: int | None = None,
    until: datetime | None = None,
) -> SpendLimit:
    Account.objects.filter(id=account_id, limited=False).update(limited=True)
    return SpendLimit.objects.create(
        account_id=account_id,
        kind=kind,
        amount=amount,
        until=until,
        actor=actor,
        asked_at=now,
        takes_effect_at=takes_effect_at,
    )


def _announce(wallet: Locked) -> None:
    announce(wallet_changed, account_id=wallet.id, owner=wallet.owner)
