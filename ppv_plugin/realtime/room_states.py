"""A room's state for the sockets of this process: read once for each language that they read, and once for a burst
of changes.

Who announces a change does not say the new state, only that there is one: it is read afterwards, and never two at a
time, so that the last one sent is the newest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone, translation

from ppv_plugin.errors import NotFound
from ppv_plugin.shows import queries as shows
from ppv_plugin.shows.states import RoomView

from . import events
from .pool import ServicePool
from .protocol import ListingChanged, RoomState, encode

_log = logging.getLogger(__name__)

BURST_SECONDS = 0.05

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Audience(Protocol):
    """The sockets of this process, by group: the hub."""

    def languages(self, *names: str) -> frozenset[str]: ...

    def fan_out(self, name: str, frame: str, *, key: str = "", language: str | None = None) -> None: ...


class RoomStates:
    def __init__(self, pool: ServicePool, *, audience: Callable[[], Audience], spawn: Spawn) -> None:
        self._pool = pool
        self._audience = audience
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
        audience, inside, listing = self._audience(), events.room_group(room), events.listing_group(site)
        for language in audience.languages(inside, listing):
            try:
                view: RoomView = await self._pool.run(_read, room, language, timezone.now())
            except NotFound:
                return
            except Exception:
                _log.exception("the state of room %s could not be read", room)
                return
            audience.fan_out(inside, encode(RoomState(room=view)), key="room.state", language=language)
            audience.fan_out(listing, encode(ListingChanged(room=view)), key=f"listing.{room}", language=language)


def _read(room: int, language: str, now: datetime) -> RoomView:
    with translation.override(language or None):
        return shows.room_view(room_id=room, now=now)
