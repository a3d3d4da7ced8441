"""Reads of paid sessions: what the meter shows, what the engine may still send, and the receipt."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ppv_plugin import hooks
from ppv_plugin.amounts import written
from ppv_plugin.errors import NotFound
from ppv_plugin.ledger import limits, veils
from ppv_plugin.ledger import queries as ledger_queries

from . import prices_sql, refund_queries, rules
from .charging import OPEN, with_proven
from .models import MeteredSession
from .purse import Purse
from .turnover import closed

RULE_TEXTS = {
    "per_second": gettext_lazy("charged by the second"),
    "started_minutes": gettext_lazy("every started minute is charged"),
    "upfront_minutes": gettext_lazy("each minute is charged when it begins, without free time"),
    "upfront_after_grace": gettext_lazy("each minute is charged when it begins"),
    "threshold": gettext_lazy("nothing within the free seconds, after them every second from the start"),
    "steps": gettext_lazy("charged in steps of 6 seconds"),
    "minimum": gettext_lazy("at least 5 minutes, then by the second"),
    "blocks": gettext_lazy("charged in blocks of 10 minutes"),
    "once": gettext_lazy("charged once"),
}
END_REASONS = tuple(MeteredSession.EndReason.values)
EVENT_TEXTS = {
    "opened": gettext_lazy("The price was agreed to; the meter waits for sound and picture"),
    "started": gettext_lazy("Sound and picture began to flow; the meter started"),
    "paused": gettext_lazy("The meter paused"),
    "resumed": gettext_lazy("Sound and picture came back; the meter went on"),
    "warned": gettext_lazy("Funds for less than %(note)s minutes were announced"),
    "closed": gettext_lazy("The end"),
    "refunded": gettext_lazy("%(note)s was given back"),
    "paid": gettext_lazy("It was paid"),
    "shared": gettext_lazy("From here it is shared equally by %(note)s"),
    "shared_by_time": gettext_lazy("From here it is shared by seconds on stage, by %(note)s"),
    "alone": gettext_lazy("From here it is for %(note)s alone"),
}


def rule_words(rule: str, *, reserve_minutes: int = 0, frozen: str = "") -> str:
    """How a rule counts, for those who pay. `frozen`: what an own rule said of itself when it was agreed to."""
    own = None if rule in RULE_TEXTS else hooks.billing_rule(rule)
    said = RULE_TEXTS.get(rule) or (own.text if own else frozen) or _("by a rule that is not there any more")
    if not reserve_minutes:
        return str(said)
    text = ngettext(
        "%(rule)s; the price of the last minute stays in the wallet",
        "%(rule)s; the price of the last %(minutes)s minutes stays in the wallet",
        reserve_minutes,
    )
    return text % {"rule": said, "minutes": reserve_minutes}


@dataclass(frozen=True, slots=True)
class MeterLine:
    """An open session now. Amounts in hundredths. `balance` is what the client has left once `cost` is paid;
    `cutoff_ms` is the used time at which the funds end (None when nothing is charged)."""

    session_id: UUID
    subject: str
    subject_id: UUID
    participant: str
    client_account_id: int
    used_ms: int
    flow: str
    cost: int
    balance: int
    cutoff_ms: int | None
    grace_left_ms: int
    warned_ms: int | None
    shares: dict[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """A party's part of a receipt; positive = received, negative = paid. `kind` is the account's kind, `name` that of a
    performer where several share, `seconds` on stage what it was shared by, None where equally."""

    kind: str
    owner: str
    account_id: int
    amount: int
    name: str = ""
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    at: datetime
    used_ms: int
    kind: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The same facts for everybody (spec B-9). Amounts are what was really posted, in hundredths."""

    id: UUID
    subject: str
    facts: dict[str, Any]
    tariff: rules.Tariff
    rule: str
    rule_text: str
    cpm: int
    grace_seconds: int
    opened_at: datetime
    started_at: datetime | None
    closed_at: datetime | None
    used_ms: int
    total: int
    within_grace: bool
    reason: str
    client_account_id: int
    shares: list[Share]
    timeline: list[TimelineEntry]

    def amount_of(self, account_id: int) -> int:
        return sum(share.amount for share in self.shares if share.account_id == account_id)


def meter_lines(*, session_ids: Iterable[UUID] | None = None, now: datetime | None = None) -> list[MeterLine]:
    """Lines of the open sessions (all, or these), in four queries however many they are. `now` decides which windows
    of the clients' limits are running."""
    rows = with_proven().order_by("id")
    if session_ids is not None:
        rows = rows.filter(id__in=list(session_ids))
    found = list(rows)
    payers = [row.client_account_id for row in found]
    wallets = ledger_queries.balances_of(account_ids=payers)
    allowances = limits.allowances(account_ids=payers, now=now or timezone.now())
    holds = ledger_queries.hold_amounts(hold_ids=[row.hold_id for row in found])
    purses = {pk: Purse(wallet.available, allowances.get(pk)) for pk, wallet in wallets.items()}
    return [_line(row, purses[row.client_account_id], holds[row.hold_id]) for row in found]


def _line(row: MeteredSession, purse: Purse, held: int) -> MeterLine:
    tariff = rules.tariff_from(row.tariff)
    free = purse.free
    try:
        limit_ms = rules.affordable_ms(tariff, row.settled + held + purse.left_for(row, tariff, held=held))
        used_ms = min(row.proven_ms, limit_ms)  # type: ignore[attr-defined]
        cost = rules.owed(tariff, used_ms)
    except rules.RuleUnavailable:  # it is about to be closed at what was settled
        limit_ms = used_ms = row.used_ms
        cost = row.settled
    return MeterLine(
        session_id=row.id,
        subject=row.subject,
        subject_id=row.subject_id,
        participant=row.participant,
        client_account_id=row.client_account_id,
        used_ms=used_ms,
        flow=row.flow,
        cost=cost,
        balance=row.settled + held + free - cost,
        cutoff_ms=None if limit_ms >= rules.UNLIMITED_MS else limit_ms,
        grace_left_ms=max(rules.grace_free_ms(tariff) - used_ms, 0),
        warned_ms=row.warned_ms,
        shares=rules.parts(tariff, cost),
    )


def ending_soon(*, within_ms: int, phases: Collection[int] | None, now: datetime) -> list[MeterLine]:
    """Lines of those whose funds last less than `within_ms`, and of those who were warned that they do; of these
    phases of the meter, or of all."""
    warned = Q(warned_ms__isnull=False)
    if phases is None or connection.vendor != "postgresql":
        return meter_lines(now=now)
    short = prices_sql.ending(within_ms=within_ms, phases=list(phases))
    rows = MeteredSession.objects.filter(warned | Q(id__in=short), state=OPEN)
    return meter_lines(session_ids=rows.values_list("id", flat=True), now=now)


def unsteady_lines(*, boot_id: str | None, now: datetime) -> list[MeterLine]:
    """Lines of those whose media is not known to flow in this boot of the engine. None: the engine is silent, all."""
    rows = MeteredSession.objects.filter(state=OPEN)
    if boot_id is not None:
        rows = rows.exclude(boot=boot_id, anchor_ms__isnull=False)
    return meter_lines(session_ids=rows.values_list("id", flat=True), now=now)


def quotas(*, boot_id: str, session_ids: Iterable[UUID]) -> dict[UUID, int | None]:
    """For the engine of this boot: the counter value at which it has to stop (None = no limit), per open session."""
    rows = MeteredSession.objects.filter(id__in=list(session_ids), state=OPEN)
    found: dict[UUID, int | None] = {}
    for row in rows.only("id", "granted_ms", "used_ms", "usage", "boot"):
        if row.granted_ms >= rules.UNLIMITED_MS:
            found[row.id] = None
            continue
        counter = row.usage.get(boot_id, 0)
        elsewhere = sum(row.usage.values()) - counter if row.boot == boot_id else row.used_ms - counter
        found[row.id] = max(row.granted_ms - elsewhere, counter)
    return found


def open_sessions(*, session_ids: Iterable[UUID]) -> dict[UUID, MeteredSession]:
    rows = MeteredSession.objects.filter(id__in=list(session_ids), state=OPEN)
    return {row.id: row for row in rows}


def running(*, account_id: int) -> list[MeteredSession]:
    """The open sessions that this account pays for, the oldest first."""
    return list(MeteredSession.objects.filter(client_account_id=account_id, state=OPEN).order_by("opened_at", "id"))


def receipt(*, session_id: UUID) -> Receipt:
    """Raises NotFound. An open session has a receipt too: what was settled so far."""
    row = MeteredSession.objects.filter(id=session_id).first()
    if row is None:
        raise NotFound
    tariff = rules.tariff_from(row.tariff)
    posted = ledger_queries.transfer_amounts(source="session", source_id=str(row.id))
    account_ids = [row.client_account_id, *rules.parts(tariff, 0)]
    behind = veils.payees_of(account_ids=account_ids)
    owners = ledger_queries.owners_of(account_ids=[*account_ids, *behind.values()])
    total = -posted.get(row.client_account_id, 0)
    names, seconds = row.facts.get("names", {}), rules.presence_seconds(tariff)
    return Receipt(
        id=row.id,
        subject=row.subject,
        facts=row.facts,
        tariff=tariff,
        rule=tariff.rule,
        rule_text=rule_words(tariff.rule, reserve_minutes=tariff.reserve_minutes, frozen=tariff.rule_text),
        cpm=tariff.cpm,
        grace_seconds=max(rules.grace_free_ms(tariff), 0) // 1000,
        opened_at=row.opened_at,
        started_at=row.started_at,
        closed_at=row.closed_at,
        used_ms=row.used_ms,
        total=total,
        within_grace=bool(tariff.cpm) and row.used_ms > 0 and total == 0,
        reason=row.end_reason,
        client_account_id=row.client_account_id,
        shares=[
            Share(*owners[behind.get(pk, pk)], pk, posted.get(pk, 0), names.get(str(pk), ""), seconds.get(pk))
            for pk in account_ids
        ],
        timeline=[
            TimelineEntry(event.at, event.used_ms, event.kind, event_text(event.kind, event.note), event.note)
            for event in row.events.all()
        ],
    )


def event_text(kind: str, note: str) -> str:
    """In words. The note of a pause is a code, which `timeline.lines_of` hands on to be worded by role."""
    text = str(EVENT_TEXTS.get(kind, kind))
    if kind == "paused":
        return text
    if "%(note)s" in text:
        return text % {"note": written(note)}
    return _("%(text)s: %(note)s") % {"text": text, "note": note} if note else text


def _part(shares: dict[int, int], account_id: int) -> int:
    """What of it came to this account, or waits for it behind a veil."""
    if account_id in shares:
        return shares[account_id]
    behind = veils.payees_of(account_ids=shares)
    return sum(amount for pk, amount in shares.items() if behind.get(pk) == account_id)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A line of a history. `amount` and what was `refunded` are signed, from the side of the account that asked."""

    id: UUID
    subject: str
    facts: dict[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    used_ms: int
    amount: int
    refunded: int
    reason: str
    timed: bool


def history(
    *,
    account_id: int,
    paid: bool,
    limit: int = 25,
    offset: int = 0,
    untold: Q | None = None,
    kind: str = "",
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[SessionSummary]:
    """Closed sessions newest first: those this account paid (`paid`) or earned from; without those that it is not told
    of yet (`untold`). `kind`: of that subject only. They began at `start` or later, before `end`."""
    rows = closed(account_id=account_id, paid=paid, untold=untold)
    asked = {"subject": kind or None, "opened_at__gte": start, "opened_at__lt": end}
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    page = list(rows.order_by("-opened_at", "-id")[offset : offset + limit])
    given = refund_queries.refunded(session_ids=[row.id for row in page], account_id=None if paid else account_id)
    found = []
    for row in page:
        tariff = rules.tariff_from(row.tariff)
        amount = -row.settled if paid else _part(rules.parts(tariff, row.settled), account_id)
        found.append(
            SessionSummary(
                id=row.id,
                subject=row.subject,
                facts=row.facts,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
                used_ms=row.used_ms,
                amount=amount,
                refunded=given.get(row.id, 0) * (1 if paid else -1),
                reason=row.end_reason,
                timed=tariff.rule != rules.ONCE,
            )
        )
    return found
