"""The hub: who gets what, in which order, and what happens when something is lost on the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from ppv_plugin.realtime.bus import LocalBus
from ppv_plugin.realtime.events import Event
from ppv_plugin.realtime.hub import RESYNC, Member, RoomHub
from ppv_plugin.realtime.log import MemoryLog, Position
from ppv_plugin.realtime.outbox import Outbox

ROOM = "ppv.room.1"


def chat(number: int, group: str = ROOM, **more: str) -> Event:
    return Event(group=group, frame=f'{{"n":{number},"seq":0}}', numbered=True, **more)  # type: ignore[arg-type]


def line(number: int, seq: int | None = None) -> str:
    return f'{{"n":{number},"seq":{seq or number}}}'


def received(member: Member) -> list[str]:
    frames = []
    while (frame := member.outbox.pop()) is not None:
        frames.append(frame)
    return frames


class Lossy:
    """A log and a bus whose way to the hub the test controls."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.bus = LocalBus(self.log)
        self.hub = RoomHub(self.bus, asyncio.get_running_loop())

    async def publish(self, *numbers: int, lose: bool = False) -> list[Event]:
        numbered = [await self.log.append(chat(number)) for number in numbers]
        if not lose:
            for event in numbered:
                self.hub.deliver(event)
        return numbered

    async def enter(self, resume: Position | None = None) -> Member:
        member = Member(Outbox())
        joined = await self.hub.join_room(member, ROOM, resume=resume)
        for frame in joined.missed:
            member.outbox.push(frame)
        member.release(after=joined.position.seq)
        return member

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def world() -> AsyncIterator[Lossy]:
    made = Lossy()
    await made.hub.start()
    yield made
    await made.hub.close()


async def test_everybody_in_the_room_gets_the_line_and_nobody_else(world: Lossy) -> None:
    one, two = await world.enter(), await world.enter()
    outside = Member(Outbox())
    await world.hub.join(outside, "ppv.room.2")
    await world.publish(1)
    assert received(one) == received(two) == [line(1)]
    assert received(outside) == []


async def test_a_frame_is_one_string_for_all_sockets(world: Lossy) -> None:
    one, two = await world.enter(), await world.enter()
    world.hub.deliver(Event(group=ROOM, frame="state", key="room.state"))
    assert received(one)[0] is received(two)[0]


async def test_who_left_gets_nothing_more(world: Lossy) -> None:
    one, two = await world.enter(), await world.enter()
    await world.hub.leave(one)
    await world.publish(1)
    assert (received(one), received(two)) == ([], [line(1)])


async def test_the_author_sees_his_own_frame(world: Lossy) -> None:
    author, other = await world.enter(), await world.enter()
    author.user_key = "7"
    event = Event(group=ROOM, frame='{"seq":0}', author="7", author_frame='{"mine":true,"seq":0}', numbered=True)
    world.hub.deliver(await world.log.append(event))
    assert (received(author), received(other)) == (['{"mine":true,"seq":1}'], ['{"seq":1}'])


async def test_a_doubled_event_is_given_once(world: Lossy) -> None:
    member = await world.enter()
    [event] = await world.publish(1)
    world.hub.deliver(event)
    assert received(member) == [line(1)]


async def test_events_that_overtake_each_other_are_put_in_order(world: Lossy) -> None:
    member = await world.enter()
    first, second, third = await world.publish(1, 2, 3, lose=True)
    for event in (third, first, second):
        world.hub.deliver(event)
    await world.settled()
    assert received(member) == [line(1), line(2), line(3)]


async def test_a_lost_event_is_read_from_the_log_when_the_next_one_comes(world: Lossy) -> None:
    member = await world.enter()
    await world.publish(1)
    await world.publish(2, 3, lose=True)
    await world.publish(4)
    await world.settled()
    assert received(member) == [line(1), line(2), line(3), line(4)]


async def test_a_lost_last_event_is_found_by_mending(world: Lossy) -> None:
    member = await world.enter()
    await world.publish(1, lose=True)
    await world.hub.mend()
    await world.settled()
    assert received(member) == [line(1)]


async def test_a_late_event_of_another_epoch_changes_nothing(world: Lossy) -> None:
    member = await world.enter()
    world.hub.deliver(Event(group=ROOM, frame='{"seq":0}', numbered=True, epoch="another", seq=5))
    await world.publish(1)
    await world.settled()
    assert received(member) == [line(1)]


async def test_after_the_log_was_lost_the_sockets_begin_anew(world: Lossy) -> None:
    member = await world.enter()
    await world.publish(1)
    world.log._rooms.clear()  # as when Redis was emptied
    await world.publish(2)
    await world.settled()
    assert received(member) == [line(1), RESYNC]
    joined = await world.hub.join_room(member, ROOM, resume=None)
    member.release(after=joined.position.seq)
    await world.publish(3)
    assert received(member) == [line(3, seq=2)]


async def test_resume_gives_what_was_missed_and_then_what_is_new(world: Lossy) -> None:
    await world.enter()
    events = await world.publish(1, 2, 3)
    back = await world.enter(Position(events[0].epoch, 1))
    await world.publish(4)
    assert received(back) == [line(2), line(3), line(4)]


async def test_too_old_a_position_is_not_resumed(world: Lossy) -> None:
    joined = await world.hub.join_room(Member(Outbox()), ROOM, resume=Position("gone", 1))
    assert (joined.resumed, joined.missed) == (False, [])


async def test_more_than_an_outbox_holds_is_not_replayed(world: Lossy) -> None:
    await world.enter()
    events = await world.publish(*range(1, 250))
    joined = await world.hub.join_room(Member(Outbox()), ROOM, resume=Position(events[0].epoch, 1))
    assert not joined.resumed


async def test_what_comes_while_the_welcome_is_made_waits_and_is_not_doubled(world: Lossy) -> None:
    member = Member(Outbox())
    await world.publish(1)
    joined = await world.hub.join_room(member, ROOM, resume=None)
    world.hub.deliver(await world.log.append(chat(2, ref="row 2")))
    world.hub.deliver(await world.log.append(chat(3, ref="row 3")))
    assert received(member) == []
    member.outbox.push("welcome")
    member.release(after=joined.position.seq, seen={"row 2"})  # the picture of the room showed row 2 already
    assert received(member) == ["welcome", line(3)]


async def test_a_group_is_left_on_the_bus_with_its_last_member_and_joined_again(world: Lossy) -> None:
    for number in (1, 2):
        member = await world.enter()
        world.bus.publish(chat(number))
        await world.settled()
        assert received(member) == [line(number)]
        await world.hub.leave(member)
        world.bus.publish(Event(group=ROOM, frame="to nobody"))
        await world.settled()
    assert world.hub.members(ROOM) == frozenset()


async def test_joining_while_the_last_one_leaves_loses_nothing(world: Lossy) -> None:
    for number in range(1, 30):
        old = await world.enter()
        _, new = await asyncio.gather(world.hub.leave(old), world.enter())
        world.bus.publish(chat(number))
        await world.settled()
        assert received(new)[-1:] == [line(number)]
        await world.hub.leave(new)


async def test_a_stale_room_is_told_to_whoever_reads_rooms() -> None:
    told: list[tuple[int, int]] = []
    bus = LocalBus()
    hub = RoomHub(bus, asyncio.get_running_loop(), on_stale_room=lambda room, site: told.append((room, site)))
    await hub.start()
    await hub.join(Member(Outbox()), ROOM)
    bus.publish(Event(group=ROOM, stale="room", room=1, site=2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert told == [(1, 2)]
    await hub.close()


async def test_a_stale_person_is_told_to_each_of_his_sockets(world: Lossy) -> None:
    told: list[str] = []
    member = Member(Outbox(), on_stale=told.append)
    await world.hub.join(member, "ppv.person.1.7")
    world.hub.deliver(Event(group="ppv.person.1.7", stale="me"))
    assert told == ["me"]


def in_threads(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def test_services_in_many_threads_reach_two_hubs_once_and_in_one_order() -> None:
    bus = LocalBus()
    loop = asyncio.get_running_loop()
    hubs = [RoomHub(bus, loop), RoomHub(bus, loop)]
    members = []
    for hub in hubs:
        await hub.start()
        member = Member(Outbox(frames_max=1000))
        joined = await hub.join_room(member, ROOM, resume=None)
        member.release(after=joined.position.seq)
        members.append(member)

    def publish(thread: int) -> None:
        for number in range(50):
            bus.publish(chat(thread * 1000 + number))

    await asyncio.to_thread(in_threads, publish, 4)
    await asyncio.sleep(0.05)
    first, second = received(members[0]), received(members[1])
    assert first == second
    assert [int(frame.split('"seq":')[1][:-1]) for frame in first] == list(range(1, 201))
    for hub in hubs:
        await hub.close()
