"""How the engine's proof becomes used time.

A session keeps the highest counter of each boot of the engine, so reports may be late, doubled or reordered. While its
media flows without a break, its row also has an *anchor*, and then the engine's clock alone says how far its used time
has come at least: `clock - anchor - STEADY_LAG_MS`. So the rows of sessions in which nothing happens need no writing,
and what a crash can lose is a few seconds, however many sessions there are.

One meter at a time speaks for an engine (`EngineClock.holder`). It may move the clock on because it has looked at all
that the engine said: in the same transaction it writes every session that stopped, stalled or vanished. Another takes
over when the clock has stood still for `LEASE_MS` of the engine's own time, and begins by giving up all anchors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q

from ppv_plugin.conf import conf
from ppv_plugin.setwise import update_rows
from ppv_plugin.signals import announce, session_metered

from . import rules
from .charging import OPEN, with_proven
from .models import EngineClock, MeteredSession, SessionEvent

LEASE_MS = 3000
_LEARNT_PER_ROW = 10  # a meter that begins knows nobody: so many times the usual rows are written in a round
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
    """What the engine says of one paying participant: `flow_ms` counts proven milliseconds since boot `boot_id`.
    `why`: the reason for which nothing flows, a code for the receipt."""

    participant: str
    boot_id: str
    flow_ms: int
    flow: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The engine's monotonic clock at the moment of the reports that come with it, and who says so.

    `fresh`: the holder does not know any more what it wrote before.
    """

    boot_id: str
    mono_ms: int
    holder: str
    fresh: bool = False


class SpokenFor(Exception):
    """Another meter speaks for this engine, or a later sample was taken over already. Nothing was written."""


@transaction.atomic
def record_usage(*, reports: Iterable[UsageReport], now: datetime, heartbeat: Heartbeat | None = None) -> list[UUID]:
    """Take the engine's counters over into the open sessions; returns those that changed.

    With a heartbeat, the sessions that flow are anchored to the engine's clock. The caller vouches that `reports` has
    every session of this boot whose flow changed since its heartbeat before. Raises SpokenFor.
    """
    by_participant = {report.participant: report for report in reports}
    clock = _hold_clock(heartbeat, by_participant, now) if heartbeat else None
    rows = MeteredSession.objects.filter(state=OPEN, participant__in=by_participant).order_by("id")
    locked = list(rows.select_for_update(no_key=True))
    clocks = clocks_of(locked)
    changed, events = [], []
    for row in locked:
        report = by_participant[row.participant]
        kind = _event_kind(row, report.flow)
        if not _take_over(row, report, heartbeat, clocks, now):
            continue
        if kind:
            note = report.why if kind == "paused" else ""
            events.append(SessionEvent(session_id=row.id, at=now, used_ms=row.used_ms, kind=kind, note=note))
        changed.append(row)
    if changed:
        update_rows(changed, ["usage", "used_ms", "flow", "heard_at", "started_at", "boot", "anchor_ms"])
        SessionEvent.objects.bulk_create(events)
        announce(session_metered, session_ids=[row.id for row in changed])
    if clock is not None and heartbeat is not None and heartbeat.mono_ms > clock.mono_ms:
        EngineClock.objects.filter(pk=clock.pk).update(mono_ms=heartbeat.mono_ms, heard_at=now)
    return [row.id for row in changed]


def _hold_clock(heartbeat: Heartbeat, participants: Iterable[str], now: datetime) -> EngineClock:
    """The locked clock, held by this holder from now on. `participants`: whose sessions are going to be locked."""
    said = {"mono_ms": heartbeat.mono_ms, "holder": heartbeat.holder, "heard_at": now}
    clocks = EngineClock.objects.filter(boot_id=heartbeat.boot_id).select_for_update(no_key=True)
    if (clock := clocks.first()) is None:  # two meters may meet a new engine at once
        EngineClock.objects.bulk_create([EngineClock(boot_id=heartbeat.boot_id, **said)], ignore_conflicts=True)
        clock = clocks.get()
    # An earlier sample that comes late has no news, and would anchor a session to a moment from before it stalled.
    if heartbeat.mono_ms < clock.mono_ms + (LEASE_MS if clock.holder != heartbeat.holder else 0):
        raise SpokenFor
    if clock.holder != heartbeat.holder:
        EngineClock.objects.filter(pk=clock.pk).update(holder=heartbeat.holder)
    if clock.holder != heartbeat.holder or heartbeat.fresh:
        _give_up_anchors(heartbeat.boot_id, participants)
    return clock


def _give_up_anchors(boot_id: str, participants: Iterable[str]) -> None:
    """What they prove by now is kept. The sessions of these participants are locked too: whoever locks several does it
    in one statement, in the order of their ids, or two of them would wait for each other."""
    anchored = Q(boot=boot_id, anchor_ms__isnull=False)
    touched = MeteredSession.objects.filter(anchored | Q(participant__in=list(participants)), state=OPEN)
    list(touched.order_by("id").select_for_update(no_key=True).values_list("id"))
    with_proven().filter(anchored).update(used_ms=F("proven_ms"), anchor_ms=None)


def clocks_of(rows: Iterable[MeteredSession]) -> dict[str, int]:
    """boot -> its clock, for the rows that are anchored to one."""
    boots = {row.boot for row in rows if row.anchor_ms is not None}
    return dict(EngineClock.objects.filter(boot_id__in=boots).values_list("boot_id", "mono_ms")) if boots else {}


def proven_ms(row: MeteredSession, clocks: Mapping[str, int]) -> int:
    """The used time of a session as far as its last report and its engine's clock prove it (`charging.with_proven`)."""
    if row.anchor_ms is None or row.boot not in clocks:
        return row.used_ms
    return max(row.used_ms, min(clocks[row.boot] - row.anchor_ms - rules.STEADY_LAG_MS, row.granted_ms))


def _take_over(
    row: MeteredSession, report: UsageReport, heartbeat: Heartbeat | None, clocks: Mapping[str, int], now: datetime
) -> bool:
    """Bring the row up to the report; False when that changes nothing."""
    before = (row.used_ms, row.flow, row.anchor_ms)
    usage = dict(row.usage)
    if (counted := proven_ms(row, clocks) - sum(usage.values())) > 0:  # proven by the clock of the boot so far
        usage[row.boot] = usage.get(row.boot, 0) + counted
    usage = rules.used_after(usage, report.boot_id, report.flow_ms)
    same_boot = row.boot == report.boot_id
    row.usage, row.used_ms, row.flow, row.boot = usage, sum(usage.values()), report.flow, report.boot_id
    if report.flow != "flowing" or report.flow_ms < usage.get(report.boot_id, 0):
        row.anchor_ms = None
    elif heartbeat is not None:
        row.anchor_ms = heartbeat.mono_ms - row.used_ms
    elif not same_boot:
        row.anchor_ms = None
    if before == (row.used_ms, row.flow, row.anchor_ms):
        return False
    row.heard_at = now
    if row.started_at is None and report.flow == "flowing":
        row.started_at = now
    return True


def _event_kind(row: MeteredSession, flow: str) -> str | None:
    kind = _FLOW_EVENTS.get((row.flow, flow))
    if kind == "started" and row.started_at is not None:
        return "resumed"
    return kind


class EngineReader:
    """One meter's reading of one engine: knows what it wrote, so that it writes what has changed.

    Besides that it writes the counters of `METER_REPORT_ROWS` sessions in a round, in turn: on a site with no more
    sessions than that every counter is written every time.
    """

    def __init__(self) -> None:
        self._holder = uuid4().hex
        self._boot = ""
        self._written: dict[str, tuple[str, int]] = {}  # participant -> flow, clock less counter
        self._turn = 0
        self._fresh = True

    def take(self, *, reports: Sequence[UsageReport], boot_id: str, mono_ms: int, now: datetime) -> list[UUID]:
        """Take over a whole sample of the engine. Nothing when another meter speaks for the engine."""
        if boot_id != self._boot:
            self._forget()
            self._boot = boot_id
        chosen = self._choose(reports, mono_ms)
        beat = Heartbeat(boot_id, mono_ms, self._holder, self._fresh)
        try:
            changed = record_usage(reports=chosen, now=now, heartbeat=beat)
        except SpokenFor:
            self._forget()
            return []
        except Exception:
            self._forget()  # committed or not: nobody knows
            raise
        self._fresh = False
        present = {report.participant for report in reports}
        for report in chosen:
            if report.participant in present:
                self._written[report.participant] = (report.flow, mono_ms - report.flow_ms)
            else:
                self._written.pop(report.participant, None)
        return changed

    def _forget(self) -> None:
        self._written.clear()
        self._fresh = True

    def _choose(self, reports: Sequence[UsageReport], mono_ms: int) -> list[UsageReport]:
        limit = conf.METER_REPORT_ROWS
        present = {report.participant for report in reports}
        gone = [UsageReport(who, self._boot, 0, "idle") for who in self._written if who not in present]
        if len(reports) <= limit:
            return [*gone, *reports]
        chosen, steady, unknown = gone, [], []
        for report in reports:
            known = self._written.get(report.participant)
            if known is None:
                unknown.append(report)
            elif known[0] != report.flow or mono_ms - report.flow_ms - known[1] > rules.STEADY_LAG_MS // 2:
                chosen.append(report)
            else:
                steady.append(report)
        chosen += unknown[: limit * _LEARNT_PER_ROW]
        self._turn = self._turn % len(steady) if steady else 0
        chosen += steady[self._turn : self._turn + limit]
        self._turn += limit
        return chosen
