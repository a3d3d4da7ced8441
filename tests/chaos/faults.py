"""What goes wrong, decided by a seeded random: one blow every 0.2 s on average, the rare ones at their own pace."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from .nursery import Nursery
from .servers import Postgres, Redis

BLOW_SECONDS = (0.05, 0.35)
FREEZE_SECONDS = 1.2  # longer than several rounds of a meter


@dataclass
class Faults:
    nursery: Nursery
    postgres: Postgres
    redis: Redis
    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    deadlocks: int = 0
    _due: dict[str, float] = field(default_factory=dict)
    _frozen: list[tuple[int, float]] = field(default_factory=list)

    def strike_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        rare = self._rare(seconds)
        self._due = {name: time.monotonic() + self.chance.uniform(0.3, 0.9) * pace for name, (pace, _b) in rare.items()}
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(*BLOW_SECONDS))
            self._thaw()
            due = [name for name, at in self._due.items() if at <= time.monotonic()]
            for name in due:
                pace, blow = rare[name]
                self._due[name] = time.monotonic() + self.chance.uniform(0.7, 1.3) * pace
                blow()
            if not due:
                self._common()
        self._thaw(everybody=True)

    def _rare(self, seconds: float) -> dict[str, tuple[float, Callable[[], None]]]:
        """name -> (seconds between two of them, the blow). In a short round each comes once or twice."""
        rare: dict[str, tuple[float, Callable[[], None]]] = {
            "web": (min(4.0, seconds / 3), self._kill_web),
            "relay": (min(5.0, seconds / 2), self._kill_relay),
            "freeze": (min(4.0, seconds / 3), self._freeze_a_meter),
        }
        if self.redis.own:
            rare["redis"] = (min(6.0, seconds / 1.5), self._restart_redis)
        if self.postgres.own:
            rare["crash"] = (min(9.0, seconds / 1.5), self._crash_a_backend)
            rare["restart"] = (min(12.0, seconds / 1.5), self._restart_postgres)
        return rare

    def _common(self) -> None:
        if self.chance.random() < 0.25:
            self._terminate_backends()
        else:
            role = self.chance.choice([*self.nursery.of("meter") * 2, *self.nursery.of("actor")])
            self.seen["kills"] += self.nursery.replace(role)

    def _terminate_backends(self) -> None:
        with suppress(psycopg.OperationalError):
            ended = self.postgres.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s ORDER BY random() LIMIT %s",
                self.nursery.place.database,
                self.chance.randint(1, 3),
            )
            self.seen["backends_terminated"] += len(ended)

    def _crash_a_backend(self) -> None:
        """SIGKILL of one backend: the server throws every connection out and recovers."""
        with suppress(psycopg.OperationalError, ProcessLookupError):
            self.count_deadlocks()
            rows = self.postgres.ask(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY random() LIMIT 1",
                self.nursery.place.database,
            )
            if rows:
                os.kill(rows[0][0], signal.SIGKILL)
                self.seen["backends_killed"] += 1

    def wait_for_postgres(self) -> None:
        """It may be recovering from the last blow."""
        self.postgres.wait_until_it_answers()

    def _restart_postgres(self) -> None:
        self.count_deadlocks()
        self.postgres.restart()
        self.seen["postgres_restarts"] += 1

    def _restart_redis(self) -> None:
        self.redis.restart()
        self.seen["redis_restarts"] += 1

    def _kill_web(self) -> None:
        self.seen["web_kills"] += self.nursery.replace(self.nursery.roles["web"])

    def _kill_relay(self) -> None:
        self.seen["relay_kills"] += self.nursery.replace(self.nursery.roles["relay"])

    def _freeze_a_meter(self) -> None:
        """As a suspended machine: it wakes up with old ideas."""
        process = self.chance.choice(self.nursery.of("meter")).process
        if process is not None and process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGSTOP)
            self._frozen.append((process.pid, time.monotonic() + FREEZE_SECONDS))
            self.seen["freezes"] += 1

    def _thaw(self, *, everybody: bool = False) -> None:
        left = []
        for pid, until in self._frozen:
            if everybody or until <= time.monotonic():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            else:
                left.append((pid, until))
        self._frozen = left

    def count_deadlocks(self) -> None:
        """The server forgets its statistics when it crashes; with its log at hand, that is counted instead."""
        if self.postgres.own:
            self.deadlocks = self.postgres.log.count("ERROR:  deadlock detected")
            return
        with suppress(psycopg.OperationalError):
            rows = self.postgres.ask(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = %s", self.nursery.place.database
            )
            self.deadlocks = max(self.deadlocks, rows[0][0] if rows else 0)
