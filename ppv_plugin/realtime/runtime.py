"""What runs once per process for the sockets: the hub, the pools, room states, the sockets themselves and their upkeep.

Bound to one event loop; `running()` starts it on first use, so that it works without ASGI lifespan events too.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from ppv_plugin.conf import conf
from ppv_plugin.media.services import get_engine

from .attendance import Pulses
from .hub import RoomHub
from .pool import ServicePool
from .room_states import RoomStates
from .upkeep import OpenSocket, Upkeep
from .wiring import process_bus

_log = logging.getLogger(__name__)

REPLACED = 4009
RESTART = 1012
STOP_SECONDS = 5.0


class Runtime:
    def __init__(self, loop: AbstractEventLoop) -> None:
        self.pool = ServicePool()
        self.pulses = Pulses(lambda pulses: get_engine().pulse(pulses))
        self.states = RoomStates(self.pool, audience=lambda: self.hub, spawn=self.spawn)
        self.hub = RoomHub(process_bus(), loop, on_stale_room=self.states.changed)
        self._sockets: dict[str, list[OpenSocket]] = defaultdict(list)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.upkeep = Upkeep(self.pool, self.hub, self.sockets)

    async def start(self) -> None:
        await self.hub.start()
        self.upkeep.start()

    async def stop(self) -> None:
        """Every socket gets `bye`, what was begun is finished, for a few seconds at most."""
        await self.upkeep.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                while self._tasks or self._sockets:
                    for socket in self.sockets():
                        socket.end(RESTART)
                    await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await self.hub.close()
        self.pool.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that is not lost, and that `stop` waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def admit(self, socket: OpenSocket) -> None:
        """The newest of a user's sockets stay; how many is a setting. Nobody is counted who is not signed in."""
        own = self._sockets[socket.identity.user_key]
        if socket not in own:
            own.append(socket)
        if socket.identity.user is not None:
            for oldest in own[: -conf.MAX_SOCKETS_PER_USER]:
                oldest.end(REPLACED)

    def forget(self, socket: OpenSocket) -> None:
        own = self._sockets.get(socket.identity.user_key, [])
        if socket in own:
            own.remove(socket)
        if not own:
            self._sockets.pop(socket.identity.user_key, None)

    def sockets(self) -> list[OpenSocket]:
        return [socket for own in self._sockets.values() for socket in own]

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a task of the sockets failed", exc_info=task.exception())


_runtimes: WeakKeyDictionary[AbstractEventLoop, asyncio.Task[Runtime]] = WeakKeyDictionary()


async def running() -> Runtime:
    """The runtime of this event loop, started when it is not yet."""
    loop = asyncio.get_running_loop()
    if loop not in _runtimes:
        _runtimes[loop] = loop.create_task(_begin(loop))
    try:
        return await asyncio.shield(_runtimes[loop])
    except Exception:
        _runtimes.pop(loop, None)  # the next socket tries again
        raise


async def stop_running() -> None:
    begun = _runtimes.pop(asyncio.get_running_loop(), None)
    if begun is not None:
        await (await begun).stop()


async def _begin(loop: AbstractEventLoop) -> Runtime:
    runtime = Runtime(loop)
    await runtime.start()
    return runtime
