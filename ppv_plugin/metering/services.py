"""Open, meter, settle and close paid sessions. Money moves here and nowhere else while a show runs.

The engine's reports move `used_ms`; a tick extends the hold so that the time to come is paid for before it passes, and
posts "owed so far less already settled" now and then; closing posts the rest and gives back what was held too much.
Any of it may be repeated, raced or cut short at any moment without changing a bill (laws 5 and 6).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q

from ppv_plugin.conf import conf
from ppv_plugin.errors import InsufficientFunds
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import receivables
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.setwise import update_rows
from ppv_plugin.signals import announce, session_closed, session_metered, session_opened

from . import rules
from .models import MeteredSession, SessionEvent, SessionPayee

_log = logging.getLogger(__name__)
_OPEN = MeteredSession.State.OPEN
_FLOW_EVENTS = {
    ("idle", "flowing"): "started",
    ("flowing", "stalled"): "paused",
    ("stalled", "flowing"): "resumed",
    ("flowing", "idle"): "paused",
    ("idle", "stalled"): "paused",
    ("cut", "flowing"): "resumed",
}


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What the engine says of one paying participant: `flow_ms` counts proven milliseconds since boot `boot_id`."""

    participant: str
    boot_id: str
    flow_ms: int
    flow: str


@dataclass(slots=True)
class Tick:
    """What a tick did. `exhausted`: sessions whose funds are used up; `failed`: left for the next tick."""

    granted: list[UUID] = field(default_factory=list)
    settled: list[UUID] = field(default_factory=list)
    exhausted: list[UUID] = field(default_factory=list)
    failed: list[UUID] = field(default_factory=list)


def reserve(*, account_id: int, tariff: rules.Tariff, source: str, source_id: str, now: datetime) -> Any:
    """Hold what a client must have to start. Raises InsufficientFunds naming that sum; nothing is held then."""
    needed = rules.minimum_funds(tariff)
    try:
        return ledger.place_hold(account_id=account_id, source=source, source_id=source_id, amount=needed, now=now)
    except InsufficientFunds as error:
        raise InsufficientFunds(needed=tokens(needed), available=error.details["available"]) from error


@transaction.atomic
def open_session(
    *,
    client_account_id: int,
    hold_id: int,
    subject: str,
    subject_id: UUID,
    participant: str,
    tariff: rules.Tariff,
    facts: dict[str, Any],
    now: datetime,
) -> MeteredSession:
    """Start metering `participant` under a frozen tariff, paid from an existing hold. Announces `session_opened`."""
    held = ledger_queries.hold_amounts(hold_ids=[hold_id])[hold_id]
    got = rules.grant(tariff, used_ms=0, settled=0, held=held, available=0, ahead_ms=0)
    session = MeteredSession.objects.create(
        id=uuid4(),
        client_account_id=client_account_id,
        hold_id=hold_id,
        subject=subject,
        subject_id=subject_id,
        participant=participant,
        tariff=rules.tariff_to(tariff),
        facts=facts,
        granted_ms=got.granted_ms,
        opened_at=now,
        heard_at=now,
    )
    payees = rules.shares(tariff.split, 0)
    SessionPayee.objects.bulk_create(SessionPayee(session=session, account_id=pk) for pk in payees)
    SessionEvent.objects.create(session=session, at=now, used_ms=0, kind="opened")
    announce(session_opened, session_id=session.id)
    return session


@transaction.atomic
def record_usage(*, reports: Iterable[UsageReport], now: datetime) -> list[UUID]:
    """Take the engine's counters over into the open sessions; returns those that changed.

    A session that another transaction holds just now is left for the next report: counters only grow.
    """
    by_participant = {report.participant: report for report in reports}
    open_rows = MeteredSession.objects.filter(state=_OPEN, participant__in=by_participant).order_by("id")
    changed, events = [], []
    for row in open_rows.select_for_update(no_key=True, skip_locked=_skips()):
        report = by_participant[row.participant]
        usage = rules.used_after(row.usage, report.boot_id, report.flow_ms)
        if usage is row.usage and report.flow == row.flow:
            continue
        if kind := _event_kind(row, report.flow):
            events.append(SessionEvent(session_id=row.id, at=now, used_ms=sum(usage.values()), kind=kind))
        if row.started_at is None and report.flow == "flowing":
            row.started_at = now
        row.usage, row.used_ms, row.flow, row.heard_at = usage, sum(usage.values()), report.flow, now
        changed.append(row)
    if changed:
        update_rows(changed, ["usage", "used_ms", "flow", "heard_at", "started_at"])
        SessionEvent.objects.bulk_create(events)
        announce(session_metered, session_ids=[row.id for row in changed])
    return [row.id for row in changed]


def _event_kind(row: MeteredSession, flow: str) -> str | None:
    kind = _FLOW_EVENTS.get((row.flow, flow))
    if kind == "started" and row.started_at is not None:
        return "resumed"
    return kind


def tick(*, now: datetime) -> Tick:
    """Extend the reservations that run short and post what is due, for all open sessions, batch by batch.

    Several workers may run it at once: each batch claims rows nobody else holds. A batch that fails is tried again row
    by row, so that one bad row stops no other.
    """
    done = Tick()
    last: UUID | None = None
    while True:
        ids: list[UUID] = []
        try:
            with transaction.atomic():
                rows = _claim(after=last)
                ids = [row.id for row in rows]
                part = _extend_and_settle(rows, now)
        except Exception:
            _log.exception("a batch of %d sessions failed; trying them one by one", len(ids))
            part = _one_by_one(ids, now)
        if not ids:
            return done
        last = ids[-1]
        for name in ("granted", "settled", "exhausted", "failed"):
            getattr(done, name).extend(getattr(part, name))


def _claim(*, after: UUID | None, only: UUID | None = None) -> list[MeteredSession]:
    half_grant = conf.GRANT_SECONDS * 500
    due = MeteredSession.objects.filter(
        Q(granted_ms__lt=F("used_ms") + half_grant) | Q(used_ms__gte=F("settled_ms") + conf.SETTLE_SECONDS * 1000),
        state=_OPEN,
    )
    if after is not None:
        due = due.filter(id__gt=after)
    if only is not None:
        due = due.filter(id=only)
    locked = due.order_by("id").select_for_update(no_key=True, skip_locked=_skips())
    return list(locked[: conf.METER_BATCH])


def _skips() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _one_by_one(ids: Sequence[UUID], now: datetime) -> Tick:
    done = Tick()
    for pk in ids:
        try:
            with transaction.atomic():
                part = _extend_and_settle(_claim(after=None, only=pk), now)
        except Exception:
            _log.exception("session %s could not be metered", pk)
            done.failed.append(pk)
        else:
            for name in ("granted", "settled", "exhausted"):
                getattr(done, name).extend(getattr(part, name))
    return done


def _extend_and_settle(rows: Sequence[MeteredSession], now: datetime) -> Tick:
    """The claimed rows are locked; lock their wallets, then look at each in turn with what those before left over."""
    done = Tick()
    if not rows:
        return done
    wallets = ledger.lock_accounts(row.client_account_id for row in rows)
    available = {pk: wallet.available for pk, wallet in wallets.items()}
    held = ledger_queries.hold_amounts(hold_ids=[row.hold_id for row in rows])
    resized: dict[int, int] = {}
    drafts: list[Draft] = []
    for row in rows:
        tariff = rules.tariff_from(row.tariff)
        before, had = row.granted_ms, held[row.hold_id]
        got = rules.grant(
            tariff,
            used_ms=row.used_ms,
            settled=row.settled,
            held=had,
            available=available[row.client_account_id],
            ahead_ms=conf.GRANT_SECONDS * 1000,
        )
        available[row.client_account_id] -= got.hold - had
        if got.hold != had:
            resized[row.hold_id] = got.hold
        row.granted_ms, row.final = got.granted_ms, got.final
        if got.granted_ms != before:
            done.granted.append(row.id)
        if got.final and row.used_ms >= got.granted_ms:
            done.exhausted.append(row.id)
        elif row.used_ms - row.settled_ms >= conf.SETTLE_SECONDS * 1000 and (draft := _settlement(row, tariff)):
            drafts.append(draft)
            done.settled.append(row.id)
    ledger.resize_holds(amounts=resized)
    if drafts:
        ledger.post(drafts=drafts, now=now)
    update_rows(rows, ["granted_ms", "final", "settled", "settled_ms", "settle_seq"])
    return done


def _settlement(row: MeteredSession, tariff: rules.Tariff) -> Draft | None:
    """The next posting of a session: what is owed for the granted time less what was settled, to every party exactly.

    Moves `settled`, `settled_ms` and `settle_seq` of the row; the caller saves it in the same transaction.
    """
    billable_ms = min(row.used_ms, row.granted_ms)
    total = rules.owed(tariff, billable_ms)
    amount = total - row.settled
    if amount <= 0:
        return None
    before, after = rules.shares(tariff.split, row.settled), rules.shares(tariff.split, total)
    movements = []
    for payee, part in after.items():
        change = part - before[payee]
        if change > 0:
            movements.append(Movement(row.client_account_id, payee, change))
        elif change < 0:  # a share may fall by a hundredth when the remainder moves on to another party
            movements.append(Movement(payee, row.client_account_id, -change))
    row.settled, row.settled_ms, row.settle_seq = total, billable_ms, row.settle_seq + 1
    return Draft(
        source="session",
        source_id=str(row.id),
        seq=row.settle_seq,
        kind=row.subject,
        movements=tuple(movements),
        hold_id=row.hold_id,
        hold_use=amount,
    )


@transaction.atomic
def close_session(*, session_id: UUID, reason: str, now: datetime, note: str = "") -> bool:
    """End a session at its last proven millisecond: post the rest, give back the hold. False when it was closed before.

    Announces `session_closed`.
    """
    row = MeteredSession.objects.select_for_update(no_key=True).get(id=session_id)
    if row.state != _OPEN:
        return False
    tariff = rules.tariff_from(row.tariff)
    wallet = ledger.lock_accounts([row.client_account_id])[row.client_account_id]
    held = ledger_queries.hold_amounts(hold_ids=[row.hold_id])[row.hold_id]
    got = rules.grant(
        tariff, used_ms=row.used_ms, settled=row.settled, held=held, available=wallet.available, ahead_ms=0
    )
    if got.hold != held:
        ledger.resize_holds(amounts={row.hold_id: got.hold})
    row.granted_ms = got.granted_ms
    if draft := _settlement(row, tariff):
        ledger.post(drafts=[draft], now=now)
    if row.settled:
        receivables.repay(account_ids=rules.shares(tariff.split, 0), source_id=str(row.id), now=now)
    ledger.release_hold(hold_id=row.hold_id, now=now)
    row.used_ms = min(row.used_ms, got.granted_ms)
    row.state, row.closed_at, row.end_reason = MeteredSession.State.CLOSED, now, reason
    row.save(
        update_fields=[
            "granted_ms", "settled", "settled_ms", "settle_seq", "used_ms", "state", "closed_at", "end_reason"
        ]
    )  # fmt: skip
    SessionEvent.objects.create(session=row, at=now, used_ms=row.used_ms, kind="closed", note=note)
    announce(session_closed, session_id=row.id, reason=reason)
    return True


@transaction.atomic
def mark_warned(*, session_id: UUID, left_ms: int | None, now: datetime) -> bool:
    """Remember that the client was warned of `left_ms`; None forgets it (after a top-up). False: nothing changed."""
    rows = MeteredSession.objects.filter(id=session_id, state=_OPEN)
    if left_ms is None:
        return bool(rows.filter(warned_ms__isnull=False).update(warned_ms=None))
    if not rows.filter(Q(warned_ms__isnull=True) | Q(warned_ms__gt=left_ms)).update(warned_ms=left_ms):
        return False
    row = rows.get()
    SessionEvent.objects.create(session=row, at=now, used_ms=row.used_ms, kind="warned", note=str(left_ms // 60_000))
    return True
