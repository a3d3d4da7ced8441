"""Several processes over a real Redis: one log, and hubs that see the same lines once and in one order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis import asyncio as aioredis
from redis.exceptions import ConnectionError as RedisConnectionError

from ppv_plugin.realtime import runtime, wiring
from ppv_plugin.realtime.bus_layer import LayerBus
from ppv_plugin.realtime.events import Event
from ppv_plugin.realtime.hub import RESYNC, Member, RoomHub
from ppv_plugin.realtime.log import Position
from ppv_plugin.realtime.log_redis import RedisLog
from ppv_plugin.realtime.outbox import Outbox

from .conftest import Tabs

pytestmark = pytest.mark.redis

ROOM = "ppv.room.1"


def chat(number: int) -> Event:
    return Event(group=ROOM, frame=f'{{"n":{number},"seq":0}}', numbered=True)


class Process:
    """A hub with a bus, a layer and a log of its own, as another process has them."""

    def __init__(self, url: str, prefix: str) -> None:
        self.layer = RedisPubSubChannelLayer(hosts=[url], prefix=prefix)
        self.log = RedisLog(url, prefix=prefix)
        self.bus = LayerBus(self.layer, self.log)
        self.hub = RoomHub(self.bus, asyncio.get_running_loop())

    async def enter(self, resume: Position | None = None) -> Member:
        member = Member(Outbox(frames_max=5000, bytes_max=10_000_000))
        joined = await self.hub.join_room(member, ROOM, resume=resume)
        for frame in joined.missed:
            member.outbox.push(frame)
        member.release(after=joined.position.seq)
        return member

    async def close(self) -> None:
        await self.hub.close()
        await asyncio.to_thread(self.bus.close, 2)
        await self.layer.flush()


class Cluster:
    def __init__(self, url: str) -> None:
        self.url = url
        self.prefix = f"test{uuid4().hex[:8]}"
        self.processes: list[Process] = []
        self.redis = aioredis.Redis.from_url(url)

    async def process(self) -> Process:
        made = Process(self.url, self.prefix)
        await made.hub.start()
        self.processes.append(made)
        return made

    async def forget_logs(self) -> None:
        async for key in self.redis.scan_iter(match=f"{self.prefix}:*"):
            await self.redis.delete(key)

    async def close(self) -> None:
        for process in self.processes:
            await process.close()
        await self.forget_logs()
        await self.redis.aclose()


@pytest.fixture
async def cluster(redis_url: str) -> AsyncIterator[Cluster]:
    made = Cluster(redis_url)
    yield made
    await made.close()


async def frames(member: Member, count: int, timeout: float = 10) -> list[str]:
    """So many frames, and then whatever comes within a moment."""
    got: list[str] = []
    end = asyncio.get_running_loop().time() + timeout
    while len(got) < count and asyncio.get_running_loop().time() < end:
        while (frame := member.outbox.pop()) is not None:
            got.append(frame)
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    while (frame := member.outbox.pop()) is not None:
        got.append(frame)
    return got


def seqs(got: list[str]) -> list[int]:
    return [int(frame.split('"seq":')[1][:-1]) for frame in got]


async def test_two_processes_number_events_in_one_row(cluster: Cluster) -> None:
    logs = [RedisLog(cluster.url, prefix=cluster.prefix) for _ in range(2)]
    given = await asyncio.gather(*(logs[number % 2].append(chat(number)) for number in range(60)))
    assert sorted(event.seq for event in given) == list(range(1, 61))
    assert len({event.epoch for event in given}) == 1
    read = await logs[0].read(ROOM, after=Position(given[0].epoch, 57))
    assert [event.seq for event in read or []] == [58, 59, 60]
    assert {event.frame for event in read or []} == {e.frame for e in given if e.seq > 57}
    for log in logs:
        await log.close()


async def test_the_log_says_when_it_cannot_tell_everything(cluster: Cluster) -> None:
    log = RedisLog(cluster.url, prefix=cluster.prefix, events_kept=10)
    begin = await log.position(ROOM)
    assert await log.read(ROOM, after=begin) == []
    for number in range(400):  # Redis trims whole nodes of about a hundred rows
        await log.append(chat(number))
    assert await log.read(ROOM, after=Position(begin.epoch, 1)) is None
    assert len(await log.read(ROOM, after=Position(begin.epoch, 395)) or []) == 5
    assert await log.read(ROOM, after=Position(begin.epoch, 401)) is None
    await cluster.forget_logs()
    assert await log.read(ROOM, after=Position(begin.epoch, 395)) is None
    assert (await log.position(ROOM)).epoch != begin.epoch
    await log.close()


async def test_a_quiet_room_keeps_its_epoch_when_its_events_have_expired(cluster: Cluster) -> None:
    log = RedisLog(cluster.url, prefix=cluster.prefix)
    event = await log.append(chat(1))
    await cluster.redis.delete(f"{cluster.prefix}:{{{ROOM}}}:events")
    here = Position(event.epoch, 1)
    assert await log.position(ROOM) == here
    assert await log.read(ROOM, after=here) == []
    assert await log.read(ROOM, after=Position(event.epoch, 0)) is None
    assert (await log.append(chat(2))).seq == 2
    await log.close()


async def test_two_processes_see_everything_once_and_in_one_order(cluster: Cluster) -> None:
    one, two = await cluster.process(), await cluster.process()
    members = [await one.enter(), await one.enter(), await two.enter()]

    def publish(bus: LayerBus) -> None:
        for number in range(100):
            bus.publish(chat(number))

    threads = [threading.Thread(target=publish, args=(process.bus,)) for process in (one, two)]
    for thread in threads:
        thread.start()
    got = [await frames(member, 200) for member in members]
    for thread in threads:
        thread.join()
    assert got[0] == got[1] == got[2]
    assert seqs(got[0]) == list(range(1, 201))


async def test_a_socket_resumes_on_another_process(cluster: Cluster) -> None:
    one, two = await cluster.process(), await cluster.process()
    member = await one.enter()
    one.bus.publish(chat(1))
    one.bus.publish(chat(2))
    assert seqs(await frames(member, 2)) == [1, 2]
    position = await one.log.position(ROOM)
    await one.hub.leave(member)
    one.bus.publish(chat(3))
    await asyncio.sleep(0.2)
    back = await two.enter(Position(position.epoch, 2))
    two.bus.publish(chat(4))
    assert seqs(await frames(back, 2)) == [3, 4]


async def test_states_and_staleness_cross_processes(cluster: Cluster) -> None:
    one, two = await cluster.process(), await cluster.process()
    told: list[str] = []
    member = Member(Outbox(), on_stale=told.append)
    await two.hub.join(member, "ppv.person.1.7")
    one.bus.publish(Event(group="ppv.person.1.7", frame="meter", key="meter"))
    one.bus.publish(Event(group="ppv.person.1.7", stale="me"))
    one.bus.publish(Event(group="ppv.person.1.8", frame="not mine"))
    assert await frames(member, 1) == ["meter"]
    assert told == ["me"]


async def test_lost_connections_lose_and_double_nothing(cluster: Cluster) -> None:
    one, two = await cluster.process(), await cluster.process()
    member = await two.enter()
    one.bus.publish(chat(1))
    assert seqs(await frames(member, 1)) == [1]
    await cluster.redis.client_kill_filter(_type="pubsub")
    one.bus.publish(chat(2))  # nobody hears it
    await asyncio.sleep(0.3)
    await cluster.redis.client_kill_filter(_type="normal", skipme=True)
    one.bus.publish(chat(3))  # the publisher's connection is gone too
    deadline = asyncio.get_running_loop().time() + 20
    got: list[str] = []
    while len(got) < 2 and asyncio.get_running_loop().time() < deadline:
        got += await frames(member, 1, timeout=1)
        with suppress(RedisConnectionError):  # the beat that mends goes on after a beat that failed
            await two.hub.mend()
    assert seqs(got) == [2, 3]
    one.bus.publish(chat(4))
    assert seqs(await frames(member, 1)) == [4]


async def test_when_redis_forgot_the_log_sockets_begin_anew(cluster: Cluster) -> None:
    one = await cluster.process()
    member = await one.enter()
    one.bus.publish(chat(1))
    assert seqs(await frames(member, 1)) == [1]
    await cluster.forget_logs()
    one.bus.publish(chat(2))
    assert await frames(member, 1) == [RESYNC]
    joined = await one.hub.join_room(member, ROOM, resume=None)
    member.release(after=joined.position.seq)
    one.bus.publish(chat(3))
    assert seqs(await frames(member, 1)) == [2]


async def test_a_group_left_by_its_last_socket_is_left_in_redis_too(cluster: Cluster) -> None:
    one = await cluster.process()
    member = await one.enter()
    name = f"{cluster.prefix}__group__{ROOM}"
    assert dict(await cluster.redis.pubsub_numsub(name)) == {name.encode(): 1}
    await one.hub.leave(member)
    assert dict(await cluster.redis.pubsub_numsub(name)) == {name.encode(): 0}


async def test_what_waits_is_sent_before_a_process_ends(cluster: Cluster) -> None:
    one = await cluster.process()
    member = await one.enter()
    worker = LayerBus(RedisPubSubChannelLayer(hosts=[cluster.url], prefix=cluster.prefix), one.log)
    for number in range(50):
        worker.publish(chat(number))
    await asyncio.to_thread(worker.close, 5)
    assert len(await frames(member, 50)) == 50


async def test_sockets_of_a_site_that_uses_redis_talk_and_resume(tabs: Tabs, settings: Any, redis_url: str) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [redis_url], "prefix": f"site{uuid4().hex[:8]}"},
        }
    }
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "REDIS_URL": redis_url}
    assert isinstance(wiring.process_bus(), LayerBus)
    cast = tabs.cast
    ana = await tabs.inside(cast.ana, cast.ana_room)
    assert (await ana.command("show.start", mode=cast.free.pk))["t"] == "ack"
    di = await tabs.at(cast.di, cast.ana_room)
    welcome = await di.hello()
    assert (await ana.command("chat.send", text="one"))["t"] == "ack"
    line = await di.until("chat.msg")
    await di.leave()
    assert (await ana.command("chat.send", text="two"))["t"] == "ack"
    back = await tabs.at(cast.di, cast.ana_room)
    assert (await back.hello(welcome["epoch"], line["seq"]))["resumed"] is True
    assert await back.texts_until_quiet() == ["two"]
    await runtime.stop_running()
