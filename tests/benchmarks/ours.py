"""The product's own meter, through its public functions: a herd that is due at once, and steady rounds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.test.utils import override_settings

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.metering import proof as metering_proof
from ppv_plugin.metering import services as metering

from . import clock, world
from .crowd import Crowd, Gate
from .figures import percentile
from .server import Footprint, Server, settle_down
from .server import world as fresh_world

NEVER_SECONDS = 10**6
WARM = 10  # rounds before those that count
LAP_MS = 61_000  # the tick after a minute: by then every hold runs short again, whatever hundredths were rounded up
LEDGER_TABLES = ("ppv_plugin_transfer", "ppv_plugin_entry")


class ProofFailed(Exception):
    """The books do not agree after a timed run: its figures are worth nothing."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What falls due when a minute has passed. A grant secures one minute, a settlement posts what is owed."""

    name: str
    grant_seconds: int
    settle_seconds: int
    settlements: float  # postings in a charged minute
    grants: bool = True


GRANTS = Mode("grants", 120, NEVER_SECONDS, 0)
SETTLEMENTS = Mode("settlements", 120, 60, 1, grants=False)
PRODUCT = Mode("product", 120, 300, 1 / 5)
EACH_MINUTE = Mode("each_minute", 120, 60, 1)
MODES = (PRODUCT, EACH_MINUTE, GRANTS, SETTLEMENTS)
FAR_AHEAD = Mode("far", 6 * 3600, 60, 1)  # before settlements alone: nobody needs another minute for hours


@contextmanager
def in_force(mode: Mode) -> Iterator[None]:
    from django.conf import settings

    given = {**settings.PPV_PLUGIN, "GRANT_SECONDS": mode.grant_seconds, "SETTLE_SECONDS": mode.settle_seconds}
    with override_settings(PPV_PLUGIN=given):
        yield


def prove() -> None:
    found = [*ledger_queries.violations(), *metering_proof.violations()]
    if found:
        raise ProofFailed(f"{len(found)} drifts, the first: {found[:3]}")


@dataclass(frozen=True, slots=True)
class Laps:
    seconds: list[float]
    granted: int
    settled: int
    failed: int


def herd_worker(gate: Gate, *, mode: Mode, first: int, laps: int, leads: bool) -> Laps:
    """Minute after minute everybody is due; `leads`: this worker moves the engine's clock."""
    seconds, done = [], metering.Tick()
    with in_force(mode):
        for lap in range(first, first + laps):
            if leads:
                clock.beat(lap * LAP_MS)
            began = gate.meet()
            done.add(metering.tick(now=world.NOW))
            seconds.append(gate.meet() - began)
    return Laps(seconds, len(done.granted), len(done.settled), len(done.failed))


@dataclass(slots=True)
class Herd:
    """One world in which everybody is due at the same moment, minute after minute."""

    server: Server
    crowd: Crowd
    database: str
    sessions: int
    lap: int = 0

    def measure(self, *, mode: Mode, workers: int, laps: int) -> dict[str, Any]:
        """Charged minutes a second, and what each leaves on the disk and in the log."""
        with self.server.connect(self.database) as link:
            self._turn(mode if mode.grants else FAR_AHEAD, workers, 1)  # plans, caches, first touches of pages
            settle_down(link)
            before = Footprint.now(link, LEDGER_TABLES)
            done = self._turn(mode, workers, laps)
            grown = Footprint.now(link, LEDGER_TABLES).since(before)
        prove()
        granted, settled = sum(d.granted for d in done), sum(d.settled for d in done)
        minutes = granted if mode.grants else settled
        _expect_all(self.sessions * laps, minutes, [d.failed for d in done])
        seconds = sum(done[0].seconds)
        return {
            "sessions": self.sessions, "workers": workers, "mode": mode.name, "minutes": minutes, "settled": settled,
            "per_second": minutes / seconds, "lap_ms": percentile(done[0].seconds, 50) * 1000,
            "ledger_bytes": grown.tables / minutes, "log_bytes": grown.log / minutes,
        }  # fmt: skip

    def _turn(self, mode: Mode, workers: int, laps: int) -> list[Laps]:
        words = {"mode": mode, "first": self.lap + 1, "laps": laps}
        self.lap += laps
        jobs = [(herd_worker, {**words, "leads": n == 0}) for n in range(workers)]
        return self.crowd.together(self.server.url_of(self.database), jobs)


@contextmanager
def herd(server: Server, crowd: Crowd, sessions: int) -> Iterator[Herd]:
    with fresh_world(server, "herd") as database:
        with server.connect(database) as link:
            world.load(link, sessions, world.all_at_once)
        yield Herd(server, crowd, database, sessions)


def _expect_all(wanted: int, found: int, failed: list[int]) -> None:
    if found != wanted or any(failed):
        raise ProofFailed(f"{wanted} minutes fell due, {found} were charged, {sum(failed)} sessions failed")


def steady_worker(
    gate: Gate, *, sessions: int, rounds: int, warm: int, real_time: bool, leads: bool, from_second: int = 0
) -> Laps:
    """One tick a second, as `ppv_meter` does it: the clock, then the phases whose turn it is."""
    seconds, done, wheel = [], metering.Tick(), metering.PhaseWheel()
    with in_force(PRODUCT):
        start = gate.meet()
        wheel.turn(mono=from_second, people=sessions)  # the first turn is a whole one
        for number in range(1, warm + rounds + 1):
            second = from_second + number
            if real_time:
                time.sleep(max(start + number - time.perf_counter(), 0))
            began = gate.meet()
            if leads:
                clock.beat(second * 1000)
            part = metering.tick(now=world.NOW, phases=wheel.turn(mono=second, people=sessions))
            took = gate.meet() - began
            if number > warm:
                seconds.append(took)
                done.add(part)
    return Laps(seconds, len(done.granted), len(done.settled), len(done.failed))


def steady(
    server: Server, crowd: Crowd, *, sessions: int, workers: Sequence[int], rounds: int, real_time: bool = False
) -> Iterator[dict[str, Any]]:
    """Durations of ticks whose sessions are spread over the minute, one tick a second, for each number of workers."""
    with fresh_world(server, "steady") as database, server.connect(database) as link:
        world.load(link, sessions, world.spread)
        second = 0
        for count in workers:
            words = {"sessions": sessions, "rounds": rounds, "warm": WARM, "real_time": real_time}
            jobs = [(steady_worker, {**words, "from_second": second, "leads": n == 0}) for n in range(count)]
            done = crowd.together(server.url_of(database), jobs)
            second += WARM + rounds
            yield {"sessions": sessions, "workers": count, "real_time": real_time, **told(done, rounds)}
        prove()


def told(done: list[Laps], rounds: int) -> dict[str, Any]:
    laps = done[0].seconds
    return {
        "rounds": rounds,
        "granted": sum(d.granted for d in done) / rounds,
        "settled": sum(d.settled for d in done) / rounds,
        "p50_ms": percentile(laps, 50) * 1000,
        "p99_ms": percentile(laps, 99) * 1000,
        "max_ms": max(laps) * 1000,
        "duty": sum(laps) / rounds,
    }
