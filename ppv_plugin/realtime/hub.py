"""The hub: one per process. It knows which sockets of this process are in which group and gives each event to them.

A frame is encoded once and handed to every socket's outbox. For numbered events the hub sees to it that nothing
is missing, doubled or out of order: what was lost on the way is read from the log. All of it runs on one event loop.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .bus import Bus
from .events import Event
from .log import Position
from .outbox import Outbox
from .protocol import Resync, encode

_log = logging.getLogger(__name__)

RESUME_MAX = 200  # more than this, or than the outbox holds, is not replayed
BACKFILL_PAUSES = (0.0, 0.5, 2.0)
PENDING_MAX = 500
RESYNC = encode(Resync())


@dataclass(eq=False, slots=True)
class Member:
    """One socket in the hub. While `held` is a list, frames wait there until the welcome has been sent."""

    outbox: Outbox
    user_key: str = ""
    language: str = ""
    on_stale: Callable[[str], None] = lambda what: None
    groups: set[str] = field(default_factory=set)
    seq: int = 0
    seen: frozenset[str] = frozenset()  # refs of stored lines that the welcome showed
    held: list[tuple[str, str, int, str]] | None = None

    def take(self, frame: str, *, key: str = "", seq: int = 0, ref: str = "") -> None:
        if self.held is not None:
            self.held.append((frame, key, seq, ref))
        elif (not seq or self._is_next(seq)) and ref not in self.seen:
            self.outbox.push(frame, key)

    def hold(self) -> None:
        self.held = []

    def release(self, *, after: int, seen: Iterable[str] = ()) -> None:
        """Frames flow from now on; of the numbered ones those after `after` that have not been shown yet."""
        self.seq, self.seen = after, frozenset(seen)
        waiting, self.held = self.held or [], None
        for frame, key, seq, ref in waiting:
            self.take(frame, key=key, seq=seq, ref=ref)

    def _is_next(self, seq: int) -> bool:
        newer, self.seq = seq > self.seq, max(seq, self.seq)
        return newer


@dataclass(slots=True)
class Joined:
    """`missed` are the frames to replay when `resumed`."""

    position: Position
    resumed: bool
    missed: list[str]


@dataclass(eq=False, slots=True)
class _Group:
    members: set[Member] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    joined: bool = False
    last: Position | None = None  # of numbered events handed out so far
    pending: list[Event] = field(default_factory=list)  # while a gap is being filled
    filling: asyncio.Task[None] | None = None


class RoomHub:
    def __init__(
        self, bus: Bus, loop: AbstractEventLoop, *, on_stale_room: Callable[[int, int], None] | None = None
    ) -> None:
        self._log = bus.log
        self._subscription = bus.subscription(loop, self.deliver)
        self._groups: dict[str, _Group] = {}
        self._on_stale_room = on_stale_room

    async def start(self) -> None:
        await self._subscription.start()

    async def close(self) -> None:
        for group in self._groups.values():
            if group.filling is not None:
                group.filling.cancel()
        await self._subscription.close()
        await self._log.close()

    async def join(self, member: Member, name: str) -> None:
        """The member gets the events of the group from now on."""
        group = self._groups.setdefault(name, _Group())
        group.members.add(member)
        member.groups.add(name)
        async with group.lock:
            if not group.joined:
                await self._subscription.join(name)
                group.joined = True

    async def join_room(self, member: Member, name: str, *, resume: Position | None) -> Joined:
        """Subscribe first, then read the log: an event is in one of the two, never in none.

        The member holds its frames back until `release`, so that what was missed is sent before what is new.
        """
        member.hold()
        await self.join(member, name)
        position = await self._log.position(name)
        group = self._groups[name]
        if group.last is None:
            group.last = position
        events = await self._log.read(name, after=resume) if resume is not None and resume.epoch else None
        if events is None or len(events) > RESUME_MAX:
            return Joined(position, resumed=False, missed=[])
        if events:
            position = Position(events[-1].epoch, events[-1].seq)
        return Joined(position, resumed=True, missed=[event.frame_for(member.user_key) for event in events])

    async def leave(self, member: Member) -> None:
        names, member.groups = member.groups, set()
        for name in names:
            group = self._groups.get(name)
            if group is None:
                continue
            group.members.discard(member)
            if not group.members:
                await self._give_up(name, group)

    def members(self, name: str) -> frozenset[Member]:
        group = self._groups.get(name)
        return frozenset(group.members) if group else frozenset()

    def languages(self, *names: str) -> frozenset[str]:
        """What those in these groups read."""
        return frozenset(member.language for name in names for member in self.members(name))

    def fan_out(self, name: str, frame: str, *, key: str = "", language: str | None = None) -> None:
        """To the sockets of this process only; to those who read `language`, where one is given."""
        for member in self.members(name):
            if language is None or member.language == language:
                member.take(frame, key=key)

    def deliver(self, event: Event) -> None:
        """An event has come over the bus."""
        group = self._groups.get(event.group)
        if group is None:
            return
        if event.numbered:
            self._deliver_numbered(event.group, group, event)
        elif event.stale and event.room and self._on_stale_room is not None:
            self._on_stale_room(event.room, event.site)
        elif event.stale:
            for member in tuple(group.members):
                member.on_stale(event.stale)
        else:
            self._give(group, event)

    async def mend(self) -> None:
        """Ask the log whether the newest event came: a lost one is noticed otherwise only when the next one comes."""
        for name, group in tuple(self._groups.items()):
            if group.last is None or group.filling is not None:
                continue
            head = await self._log.position(name)
            if group.last is not None and (head.epoch != group.last.epoch or head.seq > group.last.seq):
                self._fill(name, group)

    async def refresh(self) -> None:
        await self._subscription.refresh()

    async def _give_up(self, name: str, group: _Group) -> None:
        async with group.lock:
            if group.members or not group.joined:
                return
            if group.filling is not None:
                group.filling.cancel()
            await self._subscription.leave(name)
            group.joined, group.last, group.filling = False, None, None
            group.pending.clear()
            # Whoever came while we left has put itself into this group, waits for the lock and joins again.
            if not group.members and self._groups.get(name) is group:
                del self._groups[name]

    def _deliver_numbered(self, name: str, group: _Group, event: Event) -> None:
        if group.last is None:  # nobody has been welcomed yet: they will read it from the log
            self._give(group, event)
            return
        if group.filling is not None:
            if len(group.pending) < PENDING_MAX:  # what does not fit is a gap that the next event shows
                group.pending.append(event)
        elif event.epoch == group.last.epoch and event.seq == group.last.seq + 1:
            self._hand_out(group, event)
        elif event.epoch != group.last.epoch or event.seq > group.last.seq:
            group.pending.append(event)
            self._fill(name, group)

    def _hand_out(self, group: _Group, event: Event) -> None:
        group.last = Position(event.epoch, event.seq)
        self._give(group, event)

    @staticmethod
    def _give(group: _Group, event: Event) -> None:
        """A text is made once, not once for each socket: in a full room that is most of the work."""
        frame, own = event.stamped()
        author, key, seq, ref = event.author, event.key, event.seq, event.ref
        for member in tuple(group.members):
            member.take(own if author and member.user_key == author else frame, key=key, seq=seq, ref=ref)

    def _fill(self, name: str, group: _Group) -> None:
        assert group.last is not None, "only a room that has been joined has gaps"
        group.filling = asyncio.create_task(self._fill_gap(name, group, group.last), name=f"fill {name}")

    async def _fill_gap(self, name: str, group: _Group, last: Position) -> None:
        events = await self._read_patiently(name, last)
        if events is None:
            last = await self._start_over(name, group, last)
        waiting, group.pending = group.pending, []
        group.last, group.filling = last, None
        for event in sorted([*(events or []), *waiting], key=lambda event: event.seq):
            if event.epoch == last.epoch and event.seq == last.seq + 1:
                self._hand_out(group, event)
                last = group.last

    async def _read_patiently(self, name: str, last: Position) -> list[Event] | None:
        for pause in BACKFILL_PAUSES:
            await asyncio.sleep(pause)
            try:
                return await self._log.read(name, after=last)
            except Exception:
                _log.warning("the log of %s could not be read", name, exc_info=True)
        return None

    async def _start_over(self, name: str, group: _Group, last: Position) -> Position:
        """What was missed is gone for good: each socket says hello again and gets the state of now."""
        try:
            head = await self._log.position(name)
        except Exception:
            _log.warning("the log of %s could not be read", name, exc_info=True)
            head = Position(group.pending[-1].epoch, group.pending[-1].seq) if group.pending else last
        for member in tuple(group.members):
            member.take(RESYNC, key="resync")
        return head
