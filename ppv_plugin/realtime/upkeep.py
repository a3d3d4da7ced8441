"""What is done by the clock: presence kept alive, viewers counted, losses mended, and asked again who may stay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol, TypeVar
from uuid import UUID

from django.utils import timezone
from wagtail.models import Site

from ppv_plugin.chat import services as chat
from ppv_plugin.chat.free_time import forget_use
from ppv_plugin.rooms import presence
from ppv_plugin.shows import services as shows

from . import entrance, events
from .entrance import Arrival
from .hub import RoomHub
from .identity import Identity
from .pool import ServicePool

_log = logging.getLogger(__name__)

PRESENCE_EVERY = 15.0
VIEWERS_EVERY = 5.0
RECHECK_EVERY = 60.0
REFRESH_EVERY = 3600.0
RECHECKS_AT_ONCE = 2
BATCH = 500

T = TypeVar("T")


class OpenSocket(Protocol):
    """`arrival` is None for a socket that is in no room."""

    connection: UUID
    identity: Identity
    arrival: Arrival | None

    @property
    def is_open(self) -> bool: ...

    def end(self, code: int | None) -> None: ...

    def on_stale(self, what: str) -> None: ...

    async def recheck(self) -> None: ...


class Upkeep:
    def __init__(self, pool: ServicePool, hub: RoomHub, sockets: Callable[[], list[OpenSocket]]) -> None:
        self._pool = pool
        self._hub = hub
        self._sockets = sockets
        self._tasks: list[asyncio.Task[None]] = []
        self._rooms_seen: set[int] = set()

    def start(self) -> None:
        for seconds, work in (
            (PRESENCE_EVERY, self.keep_presence),
            (VIEWERS_EVERY, self.count_viewers),
            (RECHECK_EVERY, self.recheck),
            (REFRESH_EVERY, self._hub.refresh),
            (REFRESH_EVERY, self.forget),
        ):
            self._tasks.append(asyncio.create_task(_every(seconds, work)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def keep_presence(self) -> None:
        """Every open socket is alive: the server's own pings end those that are not."""
        now = timezone.now()
        sockets = {socket.connection: socket for socket in self._sockets() if socket.arrival is not None}
        for connections in _batches(list(sockets)):
            for unknown in await self._pool.run(presence.touch_presence, connections=connections, now=now):
                # Swept while this process stood still, or between hello and presence.
                arrival = sockets[unknown].arrival
                if arrival is not None and sockets[unknown].is_open:
                    await self._pool.run(entrance.open_presence, arrival, unknown, now)
            for ended in await self._pool.run(shows.count_free_time, connections=connections, now=now):
                sockets[ended].on_stale(events.ME)
        self._rooms_seen.update(await self._pool.run(presence.sweep, now=now))
        await self._hub.mend()

    async def count_viewers(self) -> None:
        """Also in the rooms that the last socket of this process has left since."""
        here = {socket.arrival.room_id for socket in self._sockets() if socket.arrival is not None}
        rooms = {room for room in here if room is not None}
        counted, self._rooms_seen = sorted(rooms | self._rooms_seen), rooms
        for batch in _batches(counted):
            await self._pool.run(presence.count_viewers, room_ids=batch, now=timezone.now())

    async def forget(self) -> None:
        """Hashed addresses and free time that nobody needs any more."""
        await self._pool.run(_forget)

    async def recheck(self) -> None:
        """A few at a time, so that a full house does not ask the database all at once."""
        gate = asyncio.Semaphore(RECHECKS_AT_ONCE)

        async def one(check: Callable[[], Awaitable[None]]) -> None:
            async with gate:
                await check()

        signed_in = [socket for socket in self._sockets() if socket.identity.user is not None]
        answers = await asyncio.gather(*(one(socket.recheck) for socket in signed_in), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, Exception):
                _log.error("a socket could not be checked", exc_info=answer)


def _forget() -> None:
    now = timezone.now()
    for site in Site.objects.all():
        chat.forget_addresses(site=site, now=now)
    forget_use(now=now)


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            _log.exception("upkeep failed and will be tried again")


def _batches(rows: list[T]) -> Iterator[list[T]]:
    return (rows[i : i + BATCH] for i in range(0, len(rows), BATCH))
