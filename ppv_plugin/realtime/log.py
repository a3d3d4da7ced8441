"""The event log of a room: the last numbered events, so that a socket that was away can be given what it missed.

A number belongs to an epoch; when the log was lost, a new epoch begins and nobody can resume across it.
"""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field

import msgspec

from .events import Event

EVENTS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Position:
    epoch: str
    seq: int


class EventLog(ABC):
    """Async methods run on the loop of whoever calls. `append` gives the event its epoch and number."""

    @abstractmethod
    async def append(self, event: Event) -> Event: ...

    @abstractmethod
    async def position(self, group: str) -> Position:
        """Where the room's log stands now; begins an epoch when there is none."""

    @abstractmethod
    async def read(self, group: str, *, after: Position) -> list[Event] | None:
        """What came after; None when that cannot be told in full (another epoch, or no longer kept)."""

    async def close(self) -> None:
        """Let go of this loop's connections."""


@dataclass(slots=True)
class _Room:
    epoch: str = field(default_factory=lambda: secrets.token_urlsafe(6))
    seq: int = 0
    events: deque[Event] = field(default_factory=deque)


class MemoryLog(EventLog):
    """In this process: for one process only. Its synchronous twins may be called from any thread."""

    def __init__(self, *, events_kept: int = EVENTS_KEPT) -> None:
        self._rooms: dict[str, _Room] = {}
        self._events_kept = events_kept
        self._lock = threading.Lock()

    async def append(self, event: Event) -> Event:
        return self.append_now(event)

    async def position(self, group: str) -> Position:
        with self._lock:
            room = self._room(group)
            return Position(room.epoch, room.seq)

    async def read(self, group: str, *, after: Position) -> list[Event] | None:
        with self._lock:
            room = self._room(group)
            if room.epoch != after.epoch or after.seq > room.seq or after.seq < room.seq - len(room.events):
                return None
            return [event for event in room.events if event.seq > after.seq]

    def append_now(self, event: Event) -> Event:
        with self._lock:
            room = self._room(event.group)
            room.seq += 1
            numbered = msgspec.structs.replace(event, epoch=room.epoch, seq=room.seq)
            room.events.append(numbered)
            if len(room.events) > self._events_kept:
                room.events.popleft()
            return numbered

    def _room(self, group: str) -> _Room:
        return self._rooms.setdefault(group, _Room())
