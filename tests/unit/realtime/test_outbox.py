"""What waits for a slow socket."""

from __future__ import annotations

import asyncio

import pytest

from ppv_plugin.realtime.outbox import Outbox


def drained(outbox: Outbox) -> list[str]:
    frames = []
    while (frame := outbox.pop()) is not None:
        frames.append(frame)
    return frames


def test_frames_come_out_in_the_order_they_went_in() -> None:
    outbox = Outbox()
    for frame in "abc":
        outbox.push(frame)
    assert drained(outbox) == ["a", "b", "c"]


def test_only_the_newest_of_a_state_waits_in_the_place_of_the_first() -> None:
    outbox = Outbox()
    outbox.push("room 1", "room.state")
    outbox.push("chat")
    outbox.push("room 2", "room.state")
    assert drained(outbox) == ["room 2", "chat"]


def test_a_state_that_was_sent_can_be_sent_again() -> None:
    outbox = Outbox()
    outbox.push("room 1", "room.state")
    assert drained(outbox) == ["room 1"]
    outbox.push("room 2", "room.state")
    assert drained(outbox) == ["room 2"]


def test_a_thousand_states_never_overflow() -> None:
    outbox = Outbox(frames_max=3, bytes_max=100)
    for number in range(1000):
        outbox.push(f"meter {number}", "meter")
    assert not outbox.overflowed
    assert drained(outbox) == ["meter 999"]
    assert outbox.bytes_waiting == 0


@pytest.mark.parametrize("frame", ["x", "x" * 60])
def test_too_many_frames_or_too_many_bytes_end_it_once(frame: str) -> None:
    told: list[bool] = []
    outbox = Outbox(frames_max=3, bytes_max=100, on_overflow=lambda: told.append(True))
    for _ in range(10):
        outbox.push(frame)
    assert told == [True]
    assert outbox.overflowed
    assert drained(outbox) == []


async def test_the_writer_sleeps_until_something_is_there() -> None:
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.push("a")
    await asyncio.wait_for(waiting, 1)
    assert drained(outbox) == ["a"]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.wait(), 0.01)
