"""The event log of one process."""

from __future__ import annotations

import threading

from ppv_plugin.realtime.events import Event
from ppv_plugin.realtime.log import MemoryLog, Position

ROOM = "ppv.room.1"


def event(text: str, group: str = ROOM) -> Event:
    return Event(group=group, frame=text, numbered=True)


async def filled(count: int, kept: int = 500) -> MemoryLog:
    log = MemoryLog(events_kept=kept)
    for number in range(1, count + 1):
        await log.append(event(str(number)))
    return log


async def test_numbers_begin_at_one_and_have_no_gaps() -> None:
    log = MemoryLog()
    assert [(await log.append(event("x"))).seq for _ in range(3)] == [1, 2, 3]


async def test_what_was_missed_is_what_came_after() -> None:
    log = await filled(5)
    epoch = (await log.position(ROOM)).epoch
    assert [e.frame for e in await log.read(ROOM, after=Position(epoch, 3)) or []] == ["4", "5"]
    assert await log.read(ROOM, after=Position(epoch, 5)) == []


async def test_what_is_not_kept_any_more_cannot_be_resumed() -> None:
    log = await filled(10, kept=4)
    epoch = (await log.position(ROOM)).epoch
    assert [e.seq for e in await log.read(ROOM, after=Position(epoch, 6)) or []] == [7, 8, 9, 10]
    assert await log.read(ROOM, after=Position(epoch, 5)) is None


async def test_another_epoch_or_a_number_from_the_future_cannot_be_resumed() -> None:
    log = await filled(3)
    epoch = (await log.position(ROOM)).epoch
    assert await log.read(ROOM, after=Position("other", 1)) is None
    assert await log.read(ROOM, after=Position(epoch, 4)) is None


async def test_rooms_are_numbered_apart() -> None:
    log = await filled(3)
    assert (await log.append(event("x", "ppv.room.2"))).seq == 1


async def test_threads_never_get_one_number_twice() -> None:
    log = MemoryLog(events_kept=1000)
    threads = [threading.Thread(target=lambda: [log.append_now(event("x")) for _ in range(100)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    begin = Position((await log.position(ROOM)).epoch, 0)
    assert [e.seq for e in await log.read(ROOM, after=begin) or []] == list(range(1, 501))
