"""The time base against random histories: several meters, one engine that stalls, dies and begins again, readings that
are late, doubled or lost, wall clocks that step by two hours and machines that sleep.

At no moment is more used than flowed; once the last reading of every life of the engine has arrived, the error is 0 ms.
`PPV_TIME_HISTORIES=2000` tries more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from django.conf import settings as django
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.charging import with_proven
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.services import EngineReader, UsageReport
from tests.races.world import NOW, session, wallet

HISTORIES = int(os.environ.get("PPV_TIME_HISTORIES", "40"))
WORKERS, SESSIONS = 3, 4
numbers = st.integers(0, 999)
moments = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(0, 25_000)),
        st.tuples(st.just("run and read"), st.integers(0, 25_000)),
        st.tuples(st.just("read"), numbers),
        st.tuples(st.just("sample"), numbers),
        st.tuples(st.just("deliver"), numbers),
        st.tuples(st.just("late"), numbers),
        st.tuples(st.just("flow changes"), numbers),
        st.tuples(st.just("tick"), numbers),
        st.tuples(st.just("wall clock"), st.integers(-7200, 7200)),
        st.tuples(st.just("worker is replaced"), numbers),
        st.tuples(st.just("reboot"), numbers),
    ),
    min_size=10,
    max_size=50,
)


@dataclass
class Sample:
    boot: str
    mono_ms: int
    reports: list[UsageReport]


@dataclass
class Story:
    """`true_ms`: what really flowed for each participant, in all lives of the engine."""

    rows: list[MeteredSession]
    heartbeats: bool
    now: datetime = NOW
    life: int = 0
    mono_ms: int = 50_000
    counters: dict[str, int] = field(default_factory=dict)
    flow: dict[str, str] = field(default_factory=dict)
    true_ms: dict[str, int] = field(default_factory=dict)
    last_of_life: list[Sample] = field(default_factory=list)
    sent: list[Sample] = field(default_factory=list)
    waiting: dict[int, Sample] = field(default_factory=dict)
    readers: dict[int, EngineReader] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [row.participant for row in self.rows]
        self.counters, self.true_ms = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
        self.flow = dict.fromkeys(names, "flowing")
        self.readers = {worker: EngineReader() for worker in range(WORKERS)}

    def sample(self) -> Sample:
        reports = [UsageReport(who, f"boot-{self.life}", ms, self.flow[who]) for who, ms in self.counters.items()]
        self.sent.append(Sample(f"boot-{self.life}", self.mono_ms, reports))
        return self.sent[-1]

    def take(self, worker: int, sample: Sample) -> None:
        if self.heartbeats:
            reader = self.readers[worker]
            reader.take(reports=sample.reports, boot_id=sample.boot, mono_ms=sample.mono_ms, now=self.now)
        else:
            metering.record_usage(reports=sample.reports, now=self.now)

    def late(self, sample: Sample) -> None:
        """A reading without a heartbeat, as it comes from a worker that no longer speaks for the engine."""
        metering.record_usage(reports=sample.reports, now=self.now)

    def run(self, ms: int) -> None:
        self.mono_ms += ms
        self.now += timedelta(milliseconds=ms)
        for who, flow in self.flow.items():
            if flow == "flowing":
                self.counters[who] += ms
                self.true_ms[who] += ms

    def play(self, verb: str, number: int) -> None:
        worker = number % WORKERS
        if verb == "run":
            self.run(number)
        elif verb == "run and read":
            for _second in range(number // 1000):
                self.run(1000)
                self.take(0, self.sample())
        elif verb == "read":
            self.take(worker, self.sample())
        elif verb == "sample":
            self.waiting[worker] = self.sample()
        elif verb == "deliver" and worker in self.waiting:
            self.take(worker, self.waiting.pop(worker))
        elif verb == "late" and self.sent:
            self.late(self.sent[number % len(self.sent)])
        elif verb == "flow changes":
            names = sorted(self.flow)
            self.flow[names[number % len(names)]] = ("flowing", "stalled", "idle")[number % 3]
        elif verb == "tick":
            metering.tick(now=self.now)
        elif verb == "wall clock":  # a step, or a machine that slept: its monotonic clock stood still
            self.now += timedelta(seconds=number)
        elif verb == "worker is replaced":
            self.readers[worker] = EngineReader()
            self.waiting.pop(worker, None)
        elif verb == "reboot":
            self.reboot()

    def reboot(self) -> None:
        self.last_of_life.append(self.sample())
        self.life, self.mono_ms = self.life + 1, 1000
        self.counters = dict.fromkeys(self.counters, 0)

    def check(self) -> None:
        for row in with_proven():
            used: int = row.proven_ms  # type: ignore[attr-defined]
            assert used <= self.true_ms[row.participant], f"{used} ms are used, {self.true_ms[row.participant]} flowed"

    def close(self, order: Random) -> None:
        rest = [*self.last_of_life, self.sample()] * 2
        order.shuffle(rest)
        for sample in rest:
            self.late(sample)
        for row in self.rows:
            metering.close_session(session_id=row.id, reason="client", now=self.now)
            row.refresh_from_db()
            assert row.used_ms - self.true_ms[row.participant] == 0
            assert row.settled == (row.used_ms * 60 + 30_000) // 60_000


@pytest.fixture
def few_rows_at_a_time(db: None) -> Iterator[None]:
    with override_settings(PPV_PLUGIN={**django.PPV_PLUGIN, "METER_REPORT_ROWS": 2}):
        yield


def lived(heartbeats: bool) -> dict[str, int]:
    """What happened in histories each of which ended without an error."""
    seen = {"histories": 0, "moments": 0, "flowed_ms": 0}

    @settings(max_examples=HISTORIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(moments, st.integers(0, 10_000))
    def history(verbs: list[tuple[str, int]], order: int) -> None:
        with transaction.atomic():
            payee = ledger.account(kind="performer", owner="p")
            story = Story([session(wallet(10**7), payee, cpm=60) for _ in range(SESSIONS)], heartbeats)
            for verb, number in verbs:
                story.play(verb, number)
                story.check()
            story.close(Random(order))
            seen["histories"] += 1
            seen["moments"] += len(verbs)
            seen["flowed_ms"] += sum(story.true_ms.values())
            transaction.set_rollback(True)

    history()
    return seen


@pytest.mark.parametrize("heartbeats", [False, True], ids=["plain reports", "heartbeats"])
@pytest.mark.usefixtures("few_rows_at_a_time")
def test_used_time_is_never_more_and_in_the_end_exactly_what_flowed(
    heartbeats: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = lived(heartbeats)
    with capsys.disabled():
        print(f"\ntime base: {seen}, error 0 ms")
    assert seen["flowed_ms"] > 10_000 * seen["histories"], "hardly anything flowed: nothing is proved"
