"""The bus through a channel layer (channels_redis pub/sub): for several processes.

A process has one channel, however many sockets it holds. Services are synchronous and run in many threads; their events
go through one thread with its own event loop, so that they stay in order and the layer's connections are made once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from redis.exceptions import RedisError

from .bus import Bus
from .events import Event, pack, unpack
from .log import EventLog

_log = logging.getLogger(__name__)

MESSAGE_TYPE = "ppv.event"
WAITING_MAX = 10_000
RETRY_SECONDS = 0.2
SEND_SECONDS = 5.0
RECEIVE_RETRY_SECONDS = 1.0
CHANNEL_PREFIX = "ppvhub"


class LayerBus(Bus):
    def __init__(self, layer: Any, log: EventLog) -> None:
        self._log = log
        self._layer = layer
        self._publisher: Publisher | None = None
        self._lock = threading.Lock()

    @property
    def log(self) -> EventLog:
        return self._log

    @property
    def heard(self) -> bool:
        return True  # by another process, perhaps

    def publish(self, event: Event) -> None:
        with self._lock:
            # A forked child has the object but not the thread.
            if self._publisher is None or self._publisher.pid != os.getpid():
                self._publisher = Publisher(self._send, self._log)
        self._publisher.put(event)

    def subscription(self, loop: AbstractEventLoop, deliver: Callable[[Event], None]) -> LayerSubscription:
        return LayerSubscription(self._layer, deliver)

    def close(self, timeout: float) -> None:
        publisher = self._publisher
        if publisher is not None and publisher.pid == os.getpid():
            publisher.close(timeout)

    async def _send(self, event: Event) -> None:
        """Once more when the connection was lost. What is lost all the same is mended by number or the next state."""
        if event.numbered:
            event = await self._twice(lambda: self._log.append(event))
        await self._twice(lambda: self._layer.group_send(event.group, {"type": MESSAGE_TYPE, "event": pack(event)}))

    @staticmethod
    async def _twice(call: Callable[[], Any]) -> Any:
        try:
            return await asyncio.wait_for(call(), SEND_SECONDS)
        except (OSError, EOFError, TimeoutError, RedisError):
            await asyncio.sleep(RETRY_SECONDS)
            return await asyncio.wait_for(call(), SEND_SECONDS)


class Publisher:
    """One thread that sends what is put, in order. Bounded: while Redis is away the oldest is given up first."""

    def __init__(self, send: Callable[[Event], Any], log: EventLog) -> None:
        self.pid = os.getpid()
        self._send = send
        self._log = log
        self._waiting: deque[Event] = deque(maxlen=WAITING_MAX)
        self._busy = False
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="ppv-publisher", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        with self._changed:
            if len(self._waiting) == WAITING_MAX:
                _log.warning("the oldest of %s waiting events is dropped", WAITING_MAX)
            self._waiting.append(event)
            self._changed.notify_all()

    def close(self, timeout: float) -> None:
        until = time.monotonic() + timeout
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            while (self._waiting or self._busy) and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
        self._thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while (event := self._next()) is not None:
                try:
                    runner.run(self._send(event))
                except Exception:
                    _log.exception("an event for %s could not be sent", event.group)
            runner.run(self._log.close())

    def _next(self) -> Event | None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            while not self._waiting:
                if self._closing:
                    return None
                self._changed.wait()
            self._busy = True
            return self._waiting.popleft()


class LayerSubscription:
    """One channel, joined to the groups of this hub's sockets, and one task that receives from it."""

    def __init__(self, layer: Any, deliver: Callable[[Event], None]) -> None:
        self._layer = layer
        self._deliver = deliver
        self._groups: set[str] = set()
        self._channel = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._channel = await self._layer.new_channel(CHANNEL_PREFIX)
        self._task = asyncio.create_task(self._receive_forever(), name="ppv-hub-receive")

    async def join(self, group: str) -> None:
        self._groups.add(group)
        await self._add(group)

    async def leave(self, group: str) -> None:
        self._groups.discard(group)
        await self._layer.group_discard(group, self._channel)

    async def refresh(self) -> None:
        for group in tuple(self._groups):
            await self._add(group)

    async def _add(self, group: str) -> None:
        try:
            await self._layer.group_add(group, self._channel)
        except RuntimeError:  # after a restart of Redis its reader and this call may both open the connection again
            raise ConnectionError("the channel layer is being connected again") from None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for group in tuple(self._groups):
            try:
                await self._layer.group_discard(group, self._channel)
            except Exception:
                _log.debug("could not leave %s", group, exc_info=True)
        self._groups.clear()

    async def _receive_forever(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except asyncio.CancelledError:
                raise
            except Exception:
                _log.exception("receiving from the channel layer failed; joining again")
                await asyncio.sleep(RECEIVE_RETRY_SECONDS)
                await self._rejoin()
                continue
            try:
                self._deliver(unpack(message["event"]))
            except (KeyError, TypeError, msgspec.MsgspecError):
                _log.exception("a message on the hub's channel is not an event")

    async def _rejoin(self) -> None:
        try:
            self._channel = await self._layer.new_channel(CHANNEL_PREFIX)
            await self.refresh()
        except Exception:
            _log.exception("joining the channel layer again failed")
