"""The two kinds of sockets: one in a room, one at a listing."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from django.utils import timezone

from ppv_plugin.errors import NotAllowed, NotFound, SignInNeeded
from ppv_plugin.shows.rules import stage_name

from . import client_messages as c
from . import commands, entrance, events
from . import protocol as p
from .asgi_types import Receive, Scope, Send
from .attendance import Attendance
from .entrance import Arrival, Scene
from .identity import identify
from .log import Position
from .runtime import Runtime, running
from .socket import BLOCKED, NO_ROOM, SIGNED_OUT, Socket

REFRESH_SECONDS = 0.02  # what changes within it is read once
LISTING_MAX = 100


async def room_consumer(scope: Scope, receive: Receive, send: Send) -> None:
    await RoomConsumer(await running(), scope, receive, send).run()


async def listing_consumer(scope: Scope, receive: Receive, send: Send) -> None:
    await ListingConsumer(await running(), scope, receive, send).run()


class RoomConsumer(Socket):
    """/ws/ppv/room/<uuid>/: chat, commands, and one person's own state."""

    def __init__(self, runtime: Runtime, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(runtime, scope, receive, send)
        self._stale: set[str] = set()
        self._refreshing = False
        self._welcomed = False
        self._free_time_ends = False
        self._attendance = Attendance(runtime.pulses, lambda n: self.say(p.Beat(n=n), key="beat"))

    async def hello(self, message: c.Hello) -> None:
        room: UUID = self.scope["url_route"]["kwargs"]["room"]
        arrival = await self.runtime.pool.run(entrance.arrive, self.scope, room)
        if arrival.room_id is None:
            self.refuse(NotFound(), NO_ROOM)
            return
        self._become(arrival)
        group = events.room_group(arrival.room_id)
        resume = Position(message.epoch, message.seq) if message.epoch else None
        joined = await self.runtime.hub.join_room(self.member, group, resume=resume)
        await self._join_own_groups(arrival)
        scene = await self.runtime.pool.run(
            entrance.enter, arrival, self.connection, with_chat=not joined.resumed, now=timezone.now()
        )
        self.say(self._welcome(scene, joined.position, joined.resumed))
        for frame in joined.missed:
            self.outbox.push(frame)
        self.member.release(after=joined.position.seq, seen=(str(line.id) for line in scene.chat))
        self._welcomed = True
        self._free_time_ends = scene.me.free_left_ms is not None
        if scene.me.blocked:
            await self._put_out(arrival)
        elif self._stale:
            self._refresh()

    async def command(self, message: Any) -> p.Ack | p.ErrorMessage:
        if self.arrival is None or self.arrival.room_id is None or not self._welcomed:
            return commands.error_for(NotAllowed(), cid=message.cid)
        caller = commands.Caller(
            self.identity.user,
            self.arrival.room_id,
            self.connection,
            self.identity.language,
            self.arrival.address,
            self.arrival.moderates,
        )
        run = self.runtime.pool.run_media if isinstance(message, commands.MEDIA) else self.runtime.pool.run
        answer = await run(commands.execute, message, caller, timezone.now())
        if isinstance(message, c.MediaAttend) and isinstance(answer, p.Ack):
            self._attendance.begin(stage=stage_name(caller.room_id), participant=answer.id or "")
        return answer

    async def recheck(self) -> None:
        arrival = self.arrival or Arrival(self.identity)
        stays = await self.runtime.pool.run(entrance.may_stay, arrival, timezone.now())
        if stays is None:
            self.refuse(SignInNeeded(), SIGNED_OUT)
        elif not stays:
            await self._put_out(arrival)

    async def _put_out(self, arrival: Arrival) -> None:
        self.refuse(await self.runtime.pool.run(entrance.refusal, arrival, timezone.now()), BLOCKED)

    async def gone(self) -> None:
        self._attendance.end()
        if self.arrival is not None:
            await self.runtime.pool.run_media(entrance.depart, self.connection, timezone.now())

    def on_beat(self, number: int) -> None:
        self._attendance.answered(number)

    def on_stale(self, what: str) -> None:
        if what.startswith(events.ADDRESS):
            if self.arrival is not None and what == events.ADDRESS + self.arrival.address:
                self.runtime.spawn(self.recheck())
            return
        self._stale.add(what)
        if self._welcomed:
            self._refresh()

    def _become(self, arrival: Arrival) -> None:
        self.runtime.forget(self)
        self.arrival, self.identity = arrival, arrival.identity
        self.member.user_key, self.member.language = arrival.identity.user_key, arrival.identity.language
        self.runtime.admit(self)

    async def _join_own_groups(self, arrival: Arrival) -> None:
        if arrival.identity.user is not None and arrival.room_id is not None:
            key = arrival.identity.user_key
            await self.runtime.hub.join(self.member, events.person_group(key, arrival.room_id))
            await self.runtime.hub.join(self.member, events.user_group(key))

    def _welcome(self, scene: Scene, position: Position, resumed: bool) -> p.Welcome:
        return p.Welcome(
            epoch=position.epoch,
            seq=position.seq,
            resumed=resumed,
            server_time=int(timezone.now().timestamp() * 1000),
            connection=str(self.connection),
            room=scene.room,
            me=scene.me,
            chat=scene.chat,
            ice_servers=scene.ice_servers,
        )

    def _refresh(self) -> None:
        if not self._refreshing:
            self._refreshing = True
            self.runtime.spawn(self._catch_up())

    async def _catch_up(self) -> None:
        """One at a time, so that the last state sent is the newest."""
        try:
            while self._stale:
                await asyncio.sleep(REFRESH_SECONDS)
                stale, self._stale = self._stale, set()
                if events.ME in stale:
                    await self._tell_me()
                if events.WALLET in stale:
                    await self._tell_wallet()
                    if self._free_time_ends and events.ME not in stale:
                        await self._tell_me()  # a wallet that is not empty has no end of free time
        finally:
            self._refreshing = False

    async def _tell_me(self) -> None:
        assert self.arrival is not None, "nobody is told before the welcome"
        me = await self.runtime.pool.run(entrance.person, self.arrival, self.connection, timezone.now())
        self._free_time_ends = me.free_left_ms is not None
        self.say(p.MeState(me=me), key="me.state")
        if me.blocked:
            await self._put_out(self.arrival)

    async def _tell_wallet(self) -> None:
        wallet = await self.runtime.pool.run(entrance.wallet, self.identity)
        if wallet is not None:
            self.say(wallet, key="wallet.state")


class ListingConsumer(Socket):
    """/ws/ppv/live/<site id>/: a site's rooms as they change. Takes no commands."""

    async def hello(self, message: c.Hello) -> None:
        site_id: int = self.scope["url_route"]["kwargs"]["site"]
        self.runtime.forget(self)
        self.identity = await self.runtime.pool.run(identify, self.scope)
        self.member.language = self.identity.language
        self.runtime.admit(self)
        # Subscribed before it is read: what changes meanwhile waits, and follows.
        self.member.hold()
        await self.runtime.hub.join(self.member, events.listing_group(site_id))
        tiles = await self.runtime.pool.run(
            entrance.tiles, site_id, self.identity.language, limit=LISTING_MAX, now=timezone.now()
        )
        if tiles is None:
            self.refuse(NotFound(), NO_ROOM)
            return
        for tile in tiles:
            self.say(p.ListingChanged(room=tile), key=f"listing.{tile.slug}")
        self.member.release(after=0)

    async def command(self, message: Any) -> p.ErrorMessage:
        return commands.error_for(NotAllowed(), cid=message.cid)

    async def recheck(self) -> None:
        if await self.runtime.pool.run(entrance.may_stay, Arrival(self.identity), timezone.now()) is None:
            self.refuse(SignInNeeded(), SIGNED_OUT)
