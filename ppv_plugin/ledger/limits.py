"""What a client still allows itself to spend (spec B-11): its limits against what it spent and what is held for it.

A limit counts what left the wallet for those who earn (performers, studios, the house) in the running day, week or
month of the site's time zone, less what was refunded of it, and everything that is held now. Corrections by the site
and repayments are no spending. Wallets without limits (`Account.limited`) cost no query at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Case, F, Max, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from ppv_plugin.errors import LimitReached, OnBreak, SessionLimitReached

from .models import Account, Entry, SpendLimit
from .rules import WINDOWS, tokens, window

EARNERS = (Account.Kind.PERFORMER, Account.Kind.STUDIO, Account.Kind.HOUSE, Account.Kind.VEILED)
_GIVERS = (*EARNERS, Account.Kind.RECEIVABLE)  # a refund of what its payee has spent comes from there
NO_SPENDING = frozenset({"adjustment"})  # sources of postings that staff makes to put something right
_PER = {"day": _("%(amount)s a day"), "week": _("%(amount)s a week"), "month": _("%(amount)s a month")}


class Wallet(Protocol):
    """What is asked of an account; its row should be locked by whoever acts on the answer."""

    @property
    def id(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def limited(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """`left`: hundredths a wallet may still spend or hold, below zero when more is held than its limits leave, None
    when no day, week, month or break binds it. `session`: what each session may cost in all. `kind`, `amount` and
    `until` describe the limit that `left` comes from."""

    left: int | None = None
    session: int | None = None
    kind: str = ""
    amount: int = 0
    until: datetime | None = None

    def more(self, *, settled: int = 0, held: int = 0) -> int | None:
        """By how many hundredths the hold of a session may grow that has `settled` so many and holds `held`; below
        zero: by how many it has to shrink. None = as far as the funds reach. Without arguments: of a new session."""
        bounds = [self.left, None if self.session is None else self.session - settled - held]
        return min((bound for bound in bounds if bound is not None), default=None)

    def refusal(self) -> LimitReached:
        """Why a start is refused when `more()` is not above zero."""
        if self.session is not None and (self.left is None or self.session < self.left):
            return SessionLimitReached(limit=tokens(self.session))
        return self.window_refusal()

    def window_refusal(self) -> LimitReached:
        until = local_text(self.until, "DATETIME_FORMAT" if self.kind == "break" else "DATE_FORMAT")
        if self.kind == "break":
            return OnBreak(until=until)
        limit = _PER[self.kind] % {"amount": tokens(self.amount)}
        return LimitReached(limit=limit, left=tokens(max(self.left or 0, 0)), until=until)


def allowances(*, account_ids: Iterable[int], now: datetime) -> dict[int, Allowance]:
    """Of those of these accounts that limit themselves; who is missing does not. One query when none does."""
    return allowances_of(wallets=Account.objects.filter(id__in=set(account_ids), limited=True), now=now)


def allowances_of(*, wallets: Iterable[Wallet], now: datetime) -> dict[int, Allowance]:
    """The same for accounts that are at hand, without a query when none of them limits itself."""
    limited = {wallet.id: wallet for wallet in wallets if wallet.limited}
    if not limited:
        return {}
    in_force = limits_in_force(account_ids=limited, now=now)
    windowed = {kind for limits in in_force.values() for kind, row in limits.items() if row.amount is not None}
    kinds = [kind for kind in WINDOWS if kind in windowed]
    outlay = spent(account_ids=limited, kinds=kinds, now=now) if kinds else {}
    return {pk: _allowance(limited[pk].held, in_force.get(pk, {}), outlay.get(pk, {}), now) for pk in limited}


def _allowance(held: int, limits: Mapping[str, SpendLimit], outlay: Mapping[str, int], now: datetime) -> Allowance:
    cap = limits["session"].amount if "session" in limits else None
    pause = limits.get("break")
    if pause is not None and pause.until is not None and pause.until > now:
        return Allowance(left=-held, session=cap, kind="break", until=pause.until)
    found = Allowance(session=cap)
    for kind in WINDOWS:
        row = limits.get(kind)
        if row is None or row.amount is None:
            continue
        left = row.amount - outlay.get(kind, 0) - held
        if found.left is None or left <= found.left:  # of two that leave the same the one that lasts longer is named
            _start, end = site_window(kind, now)
            found = Allowance(left, cap, kind, row.amount, end)
    return found


def check(*, wallets: Mapping[int, Wallet], more: Mapping[int, int], now: datetime) -> None:
    """Raises LimitReached when one of these locked wallets may not spend or hold `more` hundredths than it does.

    The limit for each session is the meter's to keep: what belongs to one session cannot be told here.
    """
    grown = [wallets[pk] for pk, amount in more.items() if amount > 0]
    for pk, allowance in allowances_of(wallets=grown, now=now).items():
        if allowance.left is not None and more[pk] > allowance.left:
            raise allowance.window_refusal()


def limits_in_force(*, account_ids: Collection[int], now: datetime) -> dict[int, dict[str, SpendLimit]]:
    """account -> kind -> the row in force: the newest of those whose time has come."""
    come = SpendLimit.objects.filter(account_id__in=list(account_ids), takes_effect_at__lte=now)
    newest = come.order_by().values("account_id", "kind").annotate(last=Max("id")).values("last")
    found: dict[int, dict[str, SpendLimit]] = {}
    for row in SpendLimit.objects.filter(id__in=newest):
        found.setdefault(row.account_id, {})[row.kind] = row
    return found


def pending(*, account_id: int, now: datetime) -> dict[str, SpendLimit]:
    """kind -> the change that has been asked for and takes effect later. What was said after it has replaced it."""
    newest = SpendLimit.objects.filter(account_id=account_id).order_by().values("kind").annotate(last=Max("id"))
    rows = SpendLimit.objects.filter(id__in=newest.values("last"), takes_effect_at__gt=now)
    return {row.kind: row for row in rows}


def spent(*, account_ids: Collection[int], kinds: Collection[str], now: datetime) -> dict[int, dict[str, int]]:
    """account -> window -> hundredths spent in it. A refund counts at the time of what it gives back."""
    ids = list(account_ids)
    starts = {kind: site_window(kind, now)[0] for kind in kinds}
    paid = Q(debit_id__in=ids, credit__kind__in=EARNERS)
    came_back = Q(credit_id__in=ids, debit__kind__in=_GIVERS)
    entries = (
        Entry.objects.filter(Q(debit_id__in=ids) | Q(credit_id__in=ids), paid | came_back)
        .filter(transfer__posted_at__gte=min(starts.values()))
        .exclude(transfer__source__in=NO_SPENDING)
    )
    signed = Case(When(debit_id__in=ids, then=F("amount")), default=-F("amount"))
    moment = Coalesce("transfer__reverses__posted_at", "transfer__posted_at")
    sums: dict[str, Any] = {kind: Sum(signed, filter=Q(moment__gte=start)) for kind, start in starts.items()}
    whose = Case(When(debit_id__in=ids, then=F("debit_id")), default=F("credit_id"))
    rows: Iterable[Any] = entries.annotate(whose=whose, moment=moment).order_by().values("whose").annotate(**sums)
    return {row["whose"]: {kind: max(int(row[kind] or 0), 0) for kind in starts} for row in rows}


def site_window(kind: str, now: datetime) -> tuple[datetime, datetime]:
    """Start and end of the running day, week or month in the site's time zone, whatever zone a visitor reads in."""
    return window(kind, now, timezone.get_default_timezone())


def local_text(moment: datetime | None, form: str) -> str:
    """In the site's time zone, in the words of the reader's language."""
    local = timezone.localtime(moment, timezone.get_default_timezone()) if moment else None
    return str(formats.date_format(local, form)) if local else ""
