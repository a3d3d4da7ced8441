"""Steady sessions live on the engine's clock: few rows are written, and nothing is billed that was not proven."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from ppv_plugin.metering import queries
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import EngineClock, MeteredSession
from ppv_plugin.metering.rules import STEADY_LAG_MS
from ppv_plugin.metering.services import EngineReader, Heartbeat, SpokenFor, UsageReport
from tests.races.world import NOW, session, wallet

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> list[MeteredSession]:
    payee = wallet(0)
    return [session(wallet(5000), payee, cpm=200) for _ in range(6)]


@pytest.fixture(autouse=True)
def few_rows(settings) -> None:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "METER_REPORT_ROWS": 2}


class Engine:
    """Counts for everybody while it `runs`; `mono_ms` is its clock."""

    def __init__(self, rows: Sequence[MeteredSession], boot: str = "boot") -> None:
        self.boot, self.mono_ms = boot, 1_000_000
        self.counters = {row.participant: 0 for row in rows}
        self.flow = dict.fromkeys(self.counters, "flowing")

    def run(self, ms: int) -> None:
        self.mono_ms += ms
        for who, flow in self.flow.items():
            self.counters[who] += ms if flow == "flowing" else 0

    def reports(self) -> list[UsageReport]:
        return [UsageReport(who, self.boot, ms, self.flow[who]) for who, ms in self.counters.items()]

    def read_by(self, reader: EngineReader) -> list:
        return reader.take(reports=self.reports(), boot_id=self.boot, mono_ms=self.mono_ms, now=NOW)


def proven(row: MeteredSession) -> int:
    return next(line.used_ms for line in queries.meter_lines(session_ids=[row.id], now=NOW))


def test_everybody_is_written_once_and_then_in_turn(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    assert len(engine.read_by(reader)) == 6
    engine.run(1000)
    assert len(engine.read_by(reader)) == 2
    seen = set()
    for _ in range(3):
        engine.run(1000)
        seen |= set(engine.read_by(reader))
    assert seen == {row.id for row in rows}


def test_the_clock_alone_moves_a_steady_session_on_but_never_past_what_was_proven(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    for _ in range(30):
        engine.run(1000)
        engine.read_by(reader)
    for row in rows:
        assert 31_000 - STEADY_LAG_MS <= proven(row) <= 31_000


def test_a_tick_extends_a_session_that_no_report_was_written_of(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    EngineClock.objects.update(mono_ms=engine.mono_ms + 54_000)
    done = metering.tick(now=NOW)
    assert set(done.granted) == {row.id for row in rows}
    assert MeteredSession.objects.get(id=rows[0].id).used_ms == 55_000 - STEADY_LAG_MS


def test_who_stops_is_written_in_the_same_moment_as_the_clock(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    stopped = rows[3]
    engine.flow[stopped.participant] = "stalled"
    for _ in range(40):
        engine.run(1000)
        engine.read_by(reader)
    assert proven(stopped) == 1000


def test_a_hole_in_a_flow_that_goes_on_is_not_billed(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    engine.counters[rows[5].participant] -= 900  # so that this one is behind for the rest of the story
    for _ in range(20):
        engine.run(1000)
        engine.counters[rows[5].participant] -= 700
        engine.read_by(reader)
        assert proven(rows[5]) <= max(engine.counters[rows[5].participant], 1000)


def test_who_vanishes_from_the_engine_is_given_up(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    gone = rows[2].participant
    del engine.counters[gone], engine.flow[gone]
    for _ in range(40):
        engine.run(1000)
        engine.read_by(reader)
    assert proven(rows[2]) == 1000
    assert MeteredSession.objects.get(id=rows[2].id).flow == "idle"


def test_one_meter_speaks_for_an_engine_until_its_clock_stands_still(rows: list[MeteredSession]) -> None:
    engine, first, second = Engine(rows), EngineReader(), EngineReader()
    engine.run(1000)
    engine.read_by(first)
    engine.run(1000)
    assert engine.read_by(second) == []
    engine.run(3000)
    assert len(engine.read_by(second)) == 6
    engine.run(1000)
    assert engine.read_by(first) == []
    with pytest.raises(SpokenFor):
        metering.record_usage(reports=engine.reports(), now=NOW, heartbeat=Heartbeat("boot", engine.mono_ms, "third"))


def test_a_new_speaker_gives_up_anchors_that_it_knows_nothing_of(rows: list[MeteredSession]) -> None:
    engine, first, second = Engine(rows), EngineReader(), EngineReader()
    engine.run(1000)
    engine.read_by(first)
    gone = rows[4].participant  # vanishes while nobody looks
    del engine.counters[gone], engine.flow[gone]
    engine.run(4000)
    engine.read_by(second)
    for _ in range(40):
        engine.run(1000)
        engine.read_by(second)
    assert proven(rows[4]) == 1000


def test_what_the_clock_proved_is_kept_when_the_engine_dies(rows: list[MeteredSession]) -> None:
    with override_settings(PPV_PLUGIN={"METER_REPORT_ROWS": 1}):
        engine, reader = Engine(rows), EngineReader()
        engine.run(1000)
        engine.read_by(reader)
        for _ in range(29):
            engine.run(1000)
            engine.read_by(reader)
        after = Engine(rows, boot="next boot")
        after.mono_ms = 50
        after.run(7000)
        after.read_by(reader)
        for row in rows:
            assert 37_000 - STEADY_LAG_MS <= proven(row) <= 37_000
            metering.close_session(session_id=row.id, reason="client", now=NOW)


def test_a_failed_round_is_not_trusted(rows: list[MeteredSession], monkeypatch: pytest.MonkeyPatch) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    gone = rows[1].participant
    del engine.counters[gone], engine.flow[gone]
    engine.run(1000)
    with monkeypatch.context() as broken:
        broken.setattr("ppv_plugin.metering.usage.update_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            engine.read_by(reader)
    for _ in range(40):
        engine.run(1000)
        engine.read_by(reader)
    assert proven(rows[1]) == 1000


def test_a_round_of_a_steady_engine_costs_the_same_however_many_there_are(rows: list[MeteredSession]) -> None:
    engine, reader = Engine(rows), EngineReader()
    engine.run(1000)
    engine.read_by(reader)
    engine.run(1000)
    with CaptureQueriesContext(connection) as few:
        engine.read_by(reader)
    payee = wallet(0)
    for row in [session(wallet(5000), payee, cpm=200) for _ in range(10)]:
        engine.counters[row.participant], engine.flow[row.participant] = 2000, "flowing"
    engine.run(1000)
    engine.read_by(reader)
    engine.run(1000)
    with CaptureQueriesContext(connection) as many:
        engine.read_by(reader)
    assert len(many) <= len(few)
