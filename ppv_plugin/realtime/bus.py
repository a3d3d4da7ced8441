"""The way of an event from a service, in whatever thread and process, to every hub: the port, and the local bus."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Protocol

from .events import Event
from .log import EventLog, MemoryLog


class Subscription(Protocol):
    """What one hub gets events through. All of it runs on the hub's loop."""

    async def start(self) -> None: ...

    async def join(self, group: str) -> None: ...

    async def leave(self, group: str) -> None: ...

    async def refresh(self) -> None:
        """Say again which groups are joined: layers forget members after a time."""

    async def close(self) -> None: ...


class Bus(ABC):
    @property
    @abstractmethod
    def log(self) -> EventLog: ...

    @property
    @abstractmethod
    def heard(self) -> bool:
        """Whether anybody can be listening; otherwise nothing need be made up to be published."""

    @abstractmethod
    def publish(self, event: Event) -> None:
        """From any thread; returns at once. Events published by one thread stay in order."""

    @abstractmethod
    def subscription(self, loop: AbstractEventLoop, deliver: Callable[[Event], None]) -> Subscription: ...

    @abstractmethod
    def close(self, timeout: float) -> None:
        """Send what is waiting, for at most so many seconds."""


class LocalBus(Bus):
    """Within this process. Numbering and handing over are one step, so numbers arrive in order."""

    def __init__(self, log: MemoryLog | None = None) -> None:
        self._log = log or MemoryLog()
        self._subscriptions: list[LocalSubscription] = []
        self._lock = threading.Lock()

    @property
    def log(self) -> EventLog:
        return self._log

    @property
    def heard(self) -> bool:
        return bool(self._subscriptions)

    def publish(self, event: Event) -> None:
        with self._lock:
            if event.numbered:
                event = self._log.append_now(event)
            # A loop that has ended without saying so takes nothing more.
            self._subscriptions = [each for each in self._subscriptions if each.hand_over(event)]

    def subscription(self, loop: AbstractEventLoop, deliver: Callable[[Event], None]) -> LocalSubscription:
        return LocalSubscription(self, loop, deliver)

    def close(self, timeout: float) -> None:
        """Nothing waits here."""

    def add(self, subscription: LocalSubscription) -> None:
        with self._lock:
            self._subscriptions = [*self._subscriptions, subscription]

    def remove(self, subscription: LocalSubscription) -> None:
        with self._lock:
            self._subscriptions = [other for other in self._subscriptions if other is not subscription]


class LocalSubscription:
    def __init__(self, bus: LocalBus, loop: AbstractEventLoop, deliver: Callable[[Event], None]) -> None:
        self._bus = bus
        self._loop = loop
        self._deliver = deliver
        self._groups: set[str] = set()

    async def start(self) -> None:
        self._bus.add(self)

    async def join(self, group: str) -> None:
        self._groups.add(group)

    async def leave(self, group: str) -> None:
        self._groups.discard(group)

    async def refresh(self) -> None:
        """Nothing is forgotten here."""

    async def close(self) -> None:
        self._bus.remove(self)

    def hand_over(self, event: Event) -> bool:
        """From the publisher's thread. False when there is nobody any more."""
        if event.group in self._groups:
            try:
                self._loop.call_soon_threadsafe(self._deliver, event)
            except RuntimeError:
                return False
        return True
