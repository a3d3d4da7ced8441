"""Tips while a hundred thousand sessions are metered in real time, against an idle server."""

from __future__ import annotations

import random
import time
from typing import Any

from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement

from . import world
from .crowd import Crowd, Gate
from .figures import percentile
from .ours import prove, steady_worker, told
from .server import Server
from .server import world as fresh_world

AMOUNT, HOUSE_PART = 500, 150


def tipper(gate: Gate, *, people: world.People, seconds: float, name: str) -> list[float]:
    """One tip after the other, each acknowledged when it is committed; the seconds that each took."""
    dice = random.Random(name)
    took: list[float] = []
    gate.meet()
    ends = time.perf_counter() + seconds
    while (began := time.perf_counter()) < ends:
        number = dice.randrange(people.sessions)
        client, performer = people.client(number), people.payees(number)[0]
        movements = (Movement(client, performer, AMOUNT - HOUSE_PART), Movement(client, world.HOUSE, HOUSE_PART))
        draft = Draft(source="tip", source_id=f"{name}-{len(took)}", kind="tip", movements=movements)
        ledger.post(drafts=[draft], now=world.NOW)
        took.append(time.perf_counter() - began)
    return took


def meter(gate: Gate, *, sessions: int, seconds: int, from_second: int) -> Any:
    gate.meet()
    words: dict[str, Any] = {"sessions": sessions, "rounds": seconds, "warm": 0, "real_time": True}
    return steady_worker(Gate(None), **words, from_second=from_second, leads=True)


def measured(server: Server, crowd: Crowd, *, sessions: int, seconds: int) -> dict[str, Any]:
    with fresh_world(server, "tips") as database, server.connect(database) as link:
        people, url = world.load(link, sessions, world.spread), server.url_of(database)
        words: dict[str, Any] = {"people": people, "seconds": seconds}
        crowd.together(url, [(tipper, {**words, "name": "first", "seconds": 1})])
        idle = crowd.together(url, [(tipper, {**words, "name": "idle"})])[0]
        warm: dict[str, Any] = {"sessions": sessions, "rounds": 10, "warm": 0, "real_time": False, "leads": True}
        crowd.together(url, [(steady_worker, warm)])
        metering = {"sessions": sessions, "seconds": seconds, "from_second": 10}
        busy, laps = crowd.together(url, [(tipper, {**words, "name": "busy"}), (meter, metering)])
        prove()
    return {"sessions": sessions, "idle": _told(idle), "busy": _told(busy), "ticks": told([laps], seconds)}


def _told(took: list[float]) -> dict[str, float]:
    return {
        "tips": len(took),
        "per_second": len(took) / sum(took),
        "p50_ms": percentile(took, 50) * 1000,
        "p99_ms": percentile(took, 99) * 1000,
        "max_ms": max(took) * 1000,
    }
