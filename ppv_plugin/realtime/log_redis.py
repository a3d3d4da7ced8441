"""The event log in Redis: for several processes. One script numbers and stores an event, so no two get one number."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from redis import asyncio as aioredis
from redis.commands.core import AsyncScript

from .events import Event, pack, unpack
from .log import EVENTS_KEPT, EventLog, Position

STREAM_SECONDS = 3600
HEAD_SECONDS = 30 * 86_400  # longer than the stream: a quiet room keeps its epoch

# KEYS: head, stream. ARGV: epoch to begin, event, events kept, stream seconds, head seconds.
APPEND = """
if redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'seq', 0)
  redis.call('DEL', KEYS[2])
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], seq .. '-0', 'e', ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return {redis.call('HGET', KEYS[1], 'epoch'), seq}
"""
POSITION = """
if redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'seq', 0)
  redis.call('DEL', KEYS[2])
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return {redis.call('HGET', KEYS[1], 'epoch'), tonumber(redis.call('HGET', KEYS[1], 'seq'))}
"""


class _Connection:
    def __init__(self, url: str) -> None:
        self.redis: aioredis.Redis = aioredis.Redis.from_url(url)
        self.append: AsyncScript = self.redis.register_script(APPEND)
        self.position: AsyncScript = self.redis.register_script(POSITION)


class RedisLog(EventLog):
    """Each event loop has its own connections, because a connection belongs to the loop that opened it."""

    def __init__(self, url: str, *, prefix: str = "ppv", events_kept: int = EVENTS_KEPT) -> None:
        self._url = url
        self._prefix = prefix
        self._events_kept = events_kept
        self._connections: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connection] = WeakKeyDictionary()

    async def append(self, event: Event) -> Event:
        args: list[str | int | bytes] = [
            secrets.token_urlsafe(6),
            pack(event),
            self._events_kept,
            STREAM_SECONDS,
            HEAD_SECONDS,
        ]
        epoch, seq = await self._connection().append(keys=self._keys(event.group), args=args)
        return msgspec.structs.replace(event, epoch=epoch.decode(), seq=int(seq))

    async def position(self, group: str) -> Position:
        args: list[str | int] = [secrets.token_urlsafe(6), HEAD_SECONDS]
        epoch, seq = await self._connection().position(keys=self._keys(group), args=args)
        return Position(epoch.decode(), int(seq))

    async def read(self, group: str, *, after: Position) -> list[Event] | None:
        head = await self.position(group)
        if head.epoch != after.epoch or after.seq > head.seq:
            return None
        if after.seq == head.seq:
            return []
        rows: Any = await self._connection().redis.xrange(self._keys(group)[1], min=f"{after.seq + 1}-0")
        events = [
            msgspec.structs.replace(unpack(fields[b"e"]), epoch=head.epoch, seq=int(row_id.split(b"-")[0]))
            for row_id, fields in rows
        ]
        # Rows are trimmed from the front only, so the first one tells whether anything is missing.
        return events if events and events[0].seq == after.seq + 1 else None

    async def close(self) -> None:
        connection = self._connections.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.redis.aclose()

    def _connection(self) -> _Connection:
        loop = asyncio.get_running_loop()
        if loop not in self._connections:
            self._connections[loop] = _Connection(self._url)
        return self._connections[loop]

    def _keys(self, group: str) -> list[str]:
        # Braces keep both keys of a room in one slot of a Redis cluster.
        return [f"{self._prefix}:{{{group}}}:head", f"{self._prefix}:{{{group}}}:events"]
