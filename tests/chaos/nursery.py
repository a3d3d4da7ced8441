"""The processes of a fault test. Each is forked from one that has Django ready, so that a kill every 0.2 s leaves time
for work, and has its own connections, its own log file and, now and then, a clock that is an hour off."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.chaos.ready"])
HOUR = 3600
STEPS = (0, 0, 0, -HOUR, HOUR)  # of the wall clock of one process
DIE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """What a process needs to know of the test. Addresses of the servers are in the environment."""

    folder: Path
    database: str
    seed: int
    web_port: int
    relay_port: int


@dataclass(frozen=True, slots=True)
class Life:
    """One life of one role. `finishing`: do again what was begun, and end."""

    place: Place
    name: str
    number: int
    step_seconds: int
    finishing: bool = False

    @property
    def chance(self) -> random.Random:
        return random.Random(f"{self.place.seed} {self.name} {self.number}")


Body = Callable[..., None]  # of a Life, and of what the role was given


@dataclass(slots=True)
class Role:
    name: str
    kind: str  # meter, actor, relay, web
    body: Body
    args: tuple[Any, ...] = ()
    lives: int = 0
    process: BaseProcess | None = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.is_alive()


@dataclass
class Nursery:
    place: Place
    chance: random.Random
    roles: dict[str, Role] = field(default_factory=dict)
    stepped: int = 0  # lives with a clock that is off

    def add(self, name: str, kind: str, body: Body, *args: Any) -> None:
        self.roles[name] = Role(name, kind, body, args)

    def start(self, role: Role, *, finishing: bool = False) -> None:
        role.lives += 1
        step = self.chance.choice(STEPS)
        self.stepped += bool(step)
        life = Life(self.place, role.name, role.lives, step, finishing)
        role.process = forks.Process(target=_live, args=(role.body, life, role.args), daemon=True)
        role.process.start()

    def kill(self, role: Role) -> bool:
        """SIGKILL. False when it had ended by itself."""
        was_alive = role.alive
        if role.process is not None:
            role.process.kill()
            role.process.join(DIE_SECONDS)
        return was_alive

    def replace(self, role: Role) -> bool:
        was_alive = self.kill(role)
        self.start(role)
        return was_alive

    def of(self, *kinds: str) -> list[Role]:
        return [role for role in self.roles.values() if role.kind in kinds]

    def see_that_all_live(self, *kinds: str) -> None:
        for role in self.of(*kinds):
            if not role.alive:
                self.start(role)

    def finish(self, *kinds: str, seconds: float) -> list[str]:
        """Whoever lives is asked to end what it began; then everybody's last life does what earlier ones left.

        Returns the names of those that did not come to an end.
        """
        for role in self.of(*kinds):
            if role.process is not None and role.alive:
                role.process.terminate()
        self._wait_for(kinds, seconds)
        for role in self.of(*kinds):
            self.kill(role)
            self.start(role, finishing=True)
        return self._wait_for(kinds, seconds)

    def _wait_for(self, kinds: tuple[str, ...], seconds: float) -> list[str]:
        deadline = time.monotonic() + seconds
        for role in self.of(*kinds):
            if role.process is not None:
                role.process.join(max(deadline - time.monotonic(), 0.01))
        return [role.name for role in self.of(*kinds) if role.alive]

    def end(self) -> None:
        for role in self.roles.values():
            self.kill(role)


def stopping() -> bool:
    """Whether this process was asked to end."""
    return _asked.is_set()


_asked = threading.Event()


def _live(body: Body, life: Life, args: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who supervises
    signal.signal(signal.SIGTERM, lambda *_: _asked.set())
    threading.Thread(target=_die_with_the_supervisor, daemon=True).start()
    _log_to(life.place.folder / f"{life.name}.log")
    use_database(life.place.database)
    if life.step_seconds:
        step_the_clock(life.step_seconds)
    body(life, *args)


def _die_with_the_supervisor() -> None:
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    wait([supervisor.sentinel])
    os._exit(1)


def _log_to(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)


def use_database(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def step_the_clock(seconds: int) -> None:
    """Everything in this process reads the wall clock through Django; monotonic clocks are not touched."""
    from django.utils import timezone

    read, step = timezone.now, timedelta(seconds=seconds)
    timezone.now = lambda: read() + step
