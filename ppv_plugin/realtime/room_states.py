"""A room's state for the sockets of this process: read once for all of them, and once for a burst of changes.

Who announces a change does not say the new state, only that there is one: it is read afterwards, and never two at a
time, so that the last one sent is the newest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from django.utils import timezone

from ppv_plugin.errors import NotFound
from ppv_plugin.shows import queries as shows
from ppv_plugin.shows.states import RoomView

from . import events
from .pool import ServicePool
from .protocol import ListingChanged, RoomState, encode

_log = logging.getLogger(__name__)

BURST_SECONDS = 0.05

FanOut = Callable[[str, str, str], None]  # group, frame, key
Spawn = Callable[[Coroutine[Any, Any, None]], object]


class RoomStates:
    def __init__(self, pool: ServicePool, *, fan_out: FanOut, spawn: Spawn) -> None:
        self._pool = pool
        self._fan_out = fan_out
        self._spawn = spawn
        self._stale: dict[int, int] = {}  # room -> site
        self._running: set[int] = set()

    def changed(self, room: int, site: int) -> None:
        self._stale[room] = site
        if room not in self._running:
            self._running.add(room)
            self._spawn(self._catch_up(room))

    async def _catch_up(self, room: int) -> None:
        try:
            while room in self._stale:
                await asyncio.sleep(BURST_SECONDS)
                site = self._stale.pop(room)
                await self._tell(room, site)
        finally:
            self._running.discard(room)

    async def _tell(self, room: int, site: int) -> None:
        try:
            view: RoomView = await self._pool.run(shows.room_view, room_id=room, now=timezone.now())
        except NotFound:
            return
        except Exception:
            _log.exception("the state of room %s could not be read", room)
            return
        self._fan_out(events.room_group(room), encode(RoomState(room=view)), "room.state")
        self._fan_out(events.listing_group(site), encode(ListingChanged(room=view)), f"listing.{room}")
