"""`python -m tests.benchmarks.fan_servers WAY`: one server process of the chat's benchmark, on a free loopback port.

It prints its port. `N` on its standard input sends N lines to everybody; `cpu` prints the CPU seconds it has used.
Three ways: `raw`, nothing but a broadcast of one frame; `stock`, a Channels consumer and group member per socket, as in
the tutorials; `ours`, the product's sockets, hub and bus. Logging in, rooms and database are left out of all three.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

PACE_SECONDS = 0.05  # between two lines: a busy room, not a queue
LINE = {"id": 1, "author": "client", "name": "Cy", "text": "This is a line of an ordinary length.", "at": 1}
GROUP = "room.1"
Say = Callable[[int], Awaitable[None]]


async def obey(say: Say) -> None:
    """Commands come over standard input, which ends with the benchmark."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        if line == "cpu":
            print(time.process_time(), flush=True)
        else:
            for number in range(int(line)):
                await say(number)
                await asyncio.sleep(PACE_SECONDS)


async def raw() -> None:
    from websockets.asyncio.server import ServerConnection, broadcast, serve

    sockets: set[ServerConnection] = set()

    async def stay(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()

    async def say(number: int) -> None:
        broadcast(sockets, json.dumps({"t": "chat.msg", "message": LINE, "seq": number + 1}))

    async with serve(stay, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await obey(say)


async def under_uvicorn(app: Any, say: Say, *, stop: Callable[[], Awaitable[None]] | None = None) -> None:
    """As the product is deployed: `--ws websockets-sansio`, without compression."""
    import uvicorn

    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, ws="websockets-sansio", ws_per_message_deflate=False, ws_ping_interval=None,
        lifespan="off", log_level="critical", backlog=4096,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await obey(say)
    if stop is not None:
        await stop()
    server.should_exit = True
    await serving


async def stock() -> None:
    from channels.generic.websocket import AsyncJsonWebsocketConsumer
    from channels.layers import get_channel_layer

    class Consumer(AsyncJsonWebsocketConsumer):
        async def connect(self) -> None:
            await self.channel_layer.group_add(GROUP, self.channel_name)
            await self.accept()

        async def chat_message(self, event: dict[str, Any]) -> None:
            await self.send_json({"t": "chat.msg", "message": event["message"], "seq": event["seq"]})

    layer: Any = get_channel_layer()

    async def say(number: int) -> None:
        await layer.group_send(GROUP, {"type": "chat.message", "message": LINE, "seq": number + 1})

    await under_uvicorn(Consumer.as_asgi(), say)


async def ours() -> None:
    from ppv_plugin.chat.states import ChatView
    from ppv_plugin.realtime import client_messages as c
    from ppv_plugin.realtime import events
    from ppv_plugin.realtime import protocol as p
    from ppv_plugin.realtime.runtime import running, stop_running
    from ppv_plugin.realtime.socket import Socket
    from ppv_plugin.realtime.wiring import process_bus

    class Seat(Socket):
        """The product's socket and its place in the hub; who somebody is is not asked."""

        async def hello(self, message: c.Hello) -> None:
            joined = await self.runtime.hub.join_room(self.member, GROUP, resume=None)
            self.member.release(after=joined.position.seq)
            self.say(p.Pong(n=0, server_time=0))

        async def command(self, message: Any) -> p.ErrorMessage:
            raise NotImplementedError

        async def recheck(self) -> None:
            """Nobody is put out."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Seat(await running(), scope, receive, send).run()

    async def say(_number: int) -> None:
        frame = p.encode(p.ChatMessage(message=ChatView(**LINE)))  # type: ignore[arg-type]
        process_bus().publish(events.Event(group=GROUP, frame=frame, numbered=True))

    await (await running()).upkeep.stop()
    await under_uvicorn(app, say, stop=stop_running)


if __name__ == "__main__":
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
    asyncio.run({"raw": raw, "stock": stock, "ours": ours}[sys.argv[1]]())
