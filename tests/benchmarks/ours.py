"""The product's own meter, through its public functions: a herd that is due at once, and steady rounds."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
from .server import Footprint, Server
from .server import world as fresh_world

NEVER_SECONDS = 10**6
MINUTE = 60_001  # a millisecond more than a minute: then the hold of every session runs short again
LEDGER_TABLES = ("ppv_plugin_transfer", "ppv_plugin_entry")


class ProofFailed(Exception):
    """The books do not agree after a timed run: its figures are worth nothing."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What falls due when a minute has passed. A grant secures one minute, a settlement posts what is owed."""

    name: str
    grant_seconds: int
    settle_seconds: int
    starting: world.Starting
    settlements: float  # postings in a charged minute
    grants: int = 1


GRANTS = Mode("grants", 120, NEVER_SECONDS, world.all_at_once, 0)
SETTLEMENTS = Mode("settlements", 120, 60, world.paid_for, 1, grants=0)
PRODUCT = Mode("product", 120, 300, world.all_at_once, 1 / 5)
EACH_MINUTE = Mode("each_minute", 120, 60, world.all_at_once, 1)
MODES = (GRANTS, SETTLEMENTS, PRODUCT, EACH_MINUTE)


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
                clock.beat(lap * MINUTE)
            began = gate.meet()
            done.add(metering.tick(now=world.NOW))
            seconds.append(gate.meet() - began)
    return Laps(seconds, len(done.granted), len(done.settled), len(done.failed))


def herd(server: Server, crowd: Crowd, *, mode: Mode, sessions: int, workers: int, laps: int) -> dict[str, Any]:
    """Charged minutes a second when all are due at once, and what each leaves on the disk."""
    with fresh_world(server, "herd") as database, server.connect(database) as link:
        world.load(link, sessions, mode.starting)
        url = server.url_of(database)

        def turn(first: int, count: int) -> list[Laps]:
            words = {"mode": mode, "first": first, "laps": count}
            return crowd.together(url, [(herd_worker, {**words, "leads": n == 0}) for n in range(workers)])

        turn(1, 1)  # plans, caches and first touches of pages are not what is measured
        before = Footprint.now(link, LEDGER_TABLES)
        done = turn(2, laps)
        grown = Footprint.now(link, LEDGER_TABLES).since(before)
        prove()
    granted, settled = sum(d.granted for d in done), sum(d.settled for d in done)
    minutes = granted if mode.grants else settled
    _expect_all(sessions * laps, minutes, [d.failed for d in done])
    seconds = sum(done[0].seconds)
    return {
        "sessions": sessions, "workers": workers, "mode": mode.name, "minutes": minutes, "settled": settled,
        "per_second": minutes / seconds, "lap_ms": percentile(done[0].seconds, 50) * 1000,
        "ledger_bytes": grown.tables / minutes, "log_bytes": grown.log / minutes,
    }  # fmt: skip


def _expect_all(wanted: int, found: int, failed: list[int]) -> None:
    if found != wanted or any(failed):
        raise ProofFailed(f"{wanted} minutes fell due, {found} were charged, {sum(failed)} sessions failed")


def steady_worker(gate: Gate, *, sessions: int, rounds: int, warm: int, real_time: bool, leads: bool) -> Laps:
    """One tick a second, as `ppv_meter` does it: the clock, then the phases whose turn it is."""
    seconds, done, wheel = [], metering.Tick(), metering.PhaseWheel()
    with in_force(PRODUCT):
        start = gate.meet()
        for second in range(warm + rounds):
            if real_time:
                time.sleep(max(start + second - time.perf_counter(), 0))
            began = gate.meet()
            if leads:
                clock.beat(second * 1000)
            part = metering.tick(now=world.NOW, phases=wheel.turn(mono=second, people=sessions))
            took = gate.meet() - began
            if second >= warm:
                seconds.append(took)
                done.add(part)
    return Laps(seconds, len(done.granted), len(done.settled), len(done.failed))


def steady(server: Server, crowd: Crowd, *, sessions: int, workers: int, rounds: int, warm: int) -> dict[str, Any]:
    """Tick durations when phases are spread, one tick a second in simulated time."""
    with fresh_world(server, "steady") as database, server.connect(database) as link:
        world.load(link, sessions, world.spread)
        words = {"sessions": sessions, "rounds": rounds, "warm": warm, "real_time": False}
        jobs = [(steady_worker, {**words, "leads": n == 0}) for n in range(workers)]
        before = Footprint.now(link, LEDGER_TABLES)
        done = crowd.together(server.url_of(database), jobs)
        grown = Footprint.now(link, LEDGER_TABLES).since(before)
        prove()
    return {"sessions": sessions, "workers": workers, **told(done, rounds), "log_bytes": grown.log / (warm + rounds)}


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
