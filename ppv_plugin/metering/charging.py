"""The tick: extend the holds that run short, post what is due, for all open sessions, batch by batch.

A batch is one transaction with a bounded number of statements, however many sessions it has: claim the rows nobody
else holds, lock their wallets in the ledger's order, extend. PostgreSQL prices a batch in one statement
(`prices_sql`); the lines of Python below say the same for SQLite, for clients with several sessions or with limits,
for a site's own billing rules, and for a single session that is closed.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from ppv_plugin.conf import conf
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.setwise import among, update_rows
from ppv_plugin.signals import announce, session_settled

from . import prices_sql, rules
from .models import EngineClock, MeteredSession
from .prices_sql import Extended
from .purse import Purse
from .rules import STEADY_LAG_MS, RuleUnavailable
from .stage_time import sent_on

_log = logging.getLogger(__name__)
OPEN = MeteredSession.State.OPEN
PHASES = 60


@dataclass(slots=True)
class Tick:
    """What a tick did. `exhausted`: sessions that used up what there is for them, of these `limited` those whose client
    has set that bound; `unpriced`: whose billing rule is not there any more; `failed`: left for the next tick."""

    granted: list[UUID] = field(default_factory=list)
    settled: list[UUID] = field(default_factory=list)
    exhausted: list[UUID] = field(default_factory=list)
    limited: set[UUID] = field(default_factory=set)
    unpriced: set[UUID] = field(default_factory=set)
    failed: list[UUID] = field(default_factory=list)

    def add(self, other: Tick) -> None:
        self.granted += other.granted
        self.settled += other.settled
        self.exhausted += other.exhausted
        self.limited |= other.limited
        self.unpriced |= other.unpriced
        self.failed += other.failed


def with_proven() -> QuerySet[MeteredSession]:
    """Open sessions with `proven_ms`: used time as far as the last report and the engine's clock prove it."""
    clock = Subquery(EngineClock.objects.filter(boot_id=OuterRef("boot")).values("mono_ms")[:1])
    lag = Value(STEADY_LAG_MS, output_field=BigIntegerField())
    at = Coalesce(clock, Value(0), output_field=BigIntegerField())
    steady = Least(ExpressionWrapper(at - F("anchor_ms") - lag, output_field=BigIntegerField()), F("granted_ms"))
    proven = Case(When(anchor_ms__isnull=False, then=Greatest(F("used_ms"), steady)), default=F("used_ms"))
    return MeteredSession.objects.filter(state=OPEN).annotate(proven_ms=proven)


def tick(*, now: datetime, phases: Collection[int] | None = None) -> Tick:
    """Extend and settle. `phases`: look only at sessions of these (0..59), and at those whose money ends.

    Several workers may run it at once: each batch claims rows nobody else holds. A batch that fails is tried again row
    by row, so that one bad row stops no other.
    """
    done = Tick()
    in_turn = Q() if phases is None else Q(phase__in=phases) | Q(final=True)
    ahead_ms = conf.GRANT_SECONDS * 1000
    runs_short = Q(granted_ms__lt=F("proven_ms") + ahead_ms // 2)
    # limits may be lowered at any time and a wallet may sink to its reserve, under what is granted already; the app of
    # an own rule may be gone
    runs_short |= Q(client_account__limited=True) | Q(reserve__gt=0) | Q(own_rule=True)
    runs_short &= in_turn & Q(cpm__gt=0)
    is_due = in_turn & Q(proven_ms__gte=F("settled_ms") + conf.SETTLE_SECONDS * 1000, cpm__gt=0)
    is_due &= ~Q(final=True, proven_ms__gte=F("granted_ms"))  # ends now, and is posted whole by its closing
    _batch_by_batch(done, runs_short, lambda rows: _extend(rows, ahead_ms, now))
    _batch_by_batch(done, is_due, lambda rows: _settle(rows, now))
    return done


class PhaseWheel:
    """Which phases of the sessions a worker looks at in a round: all on a small site, else all within a quarter of
    what one grant lasts, so that nobody's grant ends unseen."""

    FEW = 2000

    def __init__(self) -> None:
        self._slot: int | None = None

    def turn(self, *, mono: float, people: int) -> list[int] | None:
        """The phases whose turn came since the last call, by this process's monotonic clock; None = all."""
        slots = min(max(conf.GRANT_SECONDS // 4, 1), PHASES)
        last, self._slot = self._slot, int(mono)
        if people <= self.FEW or last is None or self._slot - last >= slots:
            return None
        due = {slot % slots for slot in range(last + 1, self._slot + 1)}
        return [phase for phase in range(PHASES) if phase % slots in due]


Claimed = tuple[UUID, int, bool]  # session, the client's account, whether only Python can price it


def _batch_by_batch(done: Tick, due: Q, work: Callable[[Sequence[Claimed]], Tick]) -> None:
    """Who is due is looked up once: to look for the next batch in what is left grows with the square of the crowd."""
    ids = list(with_proven().filter(due).order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), conf.METER_BATCH):
        batch = ids[start : start + conf.METER_BATCH]
        try:
            done.add(_claim_and(work, due, batch))
        except Exception:
            _log.exception("a batch of %d sessions failed; trying them one by one", len(batch))
            done.add(_one_by_one(work, due, batch))


def _one_by_one(work: Callable[[Sequence[Claimed]], Tick], due: Q, batch: Sequence[UUID]) -> Tick:
    done = Tick()
    for pk in batch:
        try:
            done.add(_claim_and(work, due, [pk]))
        except Exception:
            _log.exception("session %s could not be metered", pk)
            done.failed.append(pk)
    return done


@transaction.atomic
def _claim_and(work: Callable[[Sequence[Claimed]], Tick], due: Q, batch: Sequence[UUID]) -> Tick:
    """Work on those of the batch that nobody else holds and that are due still."""
    rows = with_proven().filter(due, id__in=among(batch, "uuid"))
    if connection.vendor == "postgresql":
        prices_sql.plan_for_batches()
        rows = rows.select_for_update(no_key=True, skip_locked=True, of=("self",))
    columns = ("id", "client_account_id", "client_account__limited", "own_rule")
    found = rows.order_by("id").values_list(*columns)
    claimed = [(pk, client, limited or own_rule) for pk, client, limited, own_rule in found]
    return work(claimed) if claimed else Tick()


def _extend(claimed: Sequence[Claimed], ahead_ms: int, now: datetime) -> Tick:
    """The claimed rows are locked; lock their wallets, then extend each hold as far as the money reaches."""
    if connection.vendor != "postgresql":
        return _extend_in_turn([pk for pk, *_client in claimed], ahead_ms, now)
    ledger.lock_only(client for _pk, client, _apart in claimed)
    counts = Counter(client for _pk, client, _apart in claimed)
    at_once = [pk for pk, client, apart in claimed if counts[client] == 1 and not apart]
    in_turn = [pk for pk, client, apart in claimed if counts[client] > 1 or apart]
    done = Tick()
    if at_once:
        _take_over(done, prices_sql.extend(session_ids=at_once, ahead_ms=ahead_ms))
    if in_turn:
        done.add(_extend_in_turn(in_turn, ahead_ms, now))
    return done


def _take_over(done: Tick, extended: Iterable[Extended]) -> None:
    for row in extended:
        if row.granted:
            done.granted.append(row.session_id)
        if row.exhausted:
            done.exhausted.append(row.session_id)


def _extend_in_turn(ids: Sequence[UUID], ahead_ms: int, now: datetime) -> Tick:
    """One after the other: each takes from what those before it have left of the client's money and limits."""
    done = Tick()
    rows = list(with_proven().filter(id__in=ids).order_by("id"))
    purses = Purse.of(ledger.lock_accounts(row.client_account_id for row in rows), now=now)
    held = ledger_queries.hold_amounts(hold_ids=[row.hold_id for row in rows])
    resized: dict[int, int] = {}
    for row in rows:
        before_ms, had, purse = row.granted_ms, held[row.hold_id], purses[row.client_account_id]
        row.used_ms = row.proven_ms  # type: ignore[attr-defined]
        try:
            got = purse.grant(row, rules.tariff_from(row.tariff), held=had, ahead_ms=ahead_ms)
        except RuleUnavailable as problem:
            _log.error("session %s cannot be priced and ends: %s", row.id, problem)
            done.unpriced.add(row.id)
            continue
        if got.hold != had:
            resized[row.hold_id] = got.hold
        row.granted_ms, row.final = got.granted_ms, got.final
        exhausted = got.final and (purse.overrun or row.used_ms >= got.granted_ms)
        if exhausted and purse.bound_by_limit:
            done.limited.add(row.id)
        _take_over(done, [Extended(row.id, got.granted_ms != before_ms, exhausted)])
    ledger.resize_holds(amounts=resized, now=now)
    update_rows(rows, ["used_ms", "granted_ms", "final"])
    return done


@dataclass(slots=True)
class _Row:
    """What settling needs of a session: a model instance of each would cost more than the settling."""

    id: UUID
    client_account_id: int
    hold_id: int
    subject: str
    granted_ms: int
    settled: int
    settled_ms: int
    settle_seq: int
    used_ms: int
    tariff: Any  # text as the database keeps it; where a settlement has changed it, what is to be kept


def _settle(claimed: Sequence[Claimed], now: datetime) -> Tick:
    done = Tick()
    names = ("id", "client_account_id", "hold_id", "subject", "granted_ms", "settled", "settled_ms", "settle_seq")
    found = with_proven().filter(id__in=among((pk for pk, *_client in claimed), "uuid")).order_by("id")
    rows = [_Row(*row) for row in found.values_list(*names, "proven_ms", Cast("tariff", TextField()))]
    drafts: list[Draft] = []
    tariffs = {row.id: rules.tariff_from_text(row.tariff) for row in rows}
    sent = _times_of(tariffs.values())
    for row in rows:
        try:
            draft = settlement(row, tariffs[row.id], sent)
        except RuleUnavailable:
            done.unpriced.add(row.id)
            continue
        if draft:
            drafts.append(draft)
            done.settled.append(row.id)
    if drafts:
        ledger.post(drafts=drafts, now=now)
        announce(session_settled, session_ids=list(done.settled))
    update_rows(rows, ["used_ms", "settled", "settled_ms", "settle_seq"], model=MeteredSession)
    update_rows([row for row in rows if not isinstance(row.tariff, str)], ["tariff"], model=MeteredSession)
    return done


def _times_of(tariffs: Iterable[rules.Tariff]) -> dict[str, dict[int, int]]:
    shared = [rules.last_split(tariff).occasion for tariff in tariffs if rules.shared_by_presence(tariff)]
    return sent_on(sorted(set(shared)))


def settlement(
    row: MeteredSession | _Row, tariff: rules.Tariff, sent: Mapping[str, Mapping[int, int]] | None = None
) -> Draft | None:
    """The next posting of a session: what is owed for the granted time less what was settled, to every party exactly.

    Moves `settled`, `settled_ms` and `settle_seq` of the row, and its `tariff` where the posting is shared by times on
    stage (`sent`, which is asked for if it is not given); the caller saves it in the same transaction. Raises
    RuleUnavailable.
    """
    billable_ms = min(row.used_ms, row.granted_ms)
    total = rules.owed(tariff, billable_ms)
    amount = total - row.settled
    if amount <= 0:
        return None
    if rules.shared_by_presence(tariff):
        times = _times_of([tariff]) if sent is None else sent
        tariff = rules.weighed(tariff, row.settled, times[rules.last_split(tariff).occasion])
        row.tariff = rules.tariff_to(tariff)
    before, after = rules.parts(tariff, row.settled), rules.parts(tariff, total)
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
