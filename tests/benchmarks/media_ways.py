"""Three servers that carry one publisher to many viewers, each a process of its own: the product's relay, aiortc as it
comes (a decoder and an encoder for each viewer), and Janus where it is installed."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import websockets

from ppv_plugin.media.engine import Direction, Kind, ParticipantPlan, StagePlan
from ppv_plugin.media.remote import RemoteEngine
from scripts.services import free_port
from scripts.terminal import ROOT

from .media_load import KBPS, Publisher, Viewer

STAGE, ROOM = "bench", 1234
VIDEO = frozenset({Kind.VIDEO})


class Way(ABC):
    """`cpu` is what its process has used, in seconds, threads and all."""

    pid: int

    def cpu(self) -> float:
        used = psutil.Process(self.pid).cpu_times()
        return float(used.user + used.system)

    @abstractmethod
    async def publish(self, peer: Publisher) -> None: ...

    @abstractmethod
    async def watch(self, peer: Viewer) -> None: ...


class Ours(Way):
    """Every viewer pays: the relay proves by receipt what it forwards."""

    def __init__(self, pid: int, url: str, token: str) -> None:
        self.pid = pid
        self.engine = RemoteEngine(url, token)
        self.viewers = 0

    async def publish(self, peer: Publisher) -> None:
        await self._plan()
        await peer.join(self.engine, STAGE, "performer", Direction.PUBLISH)

    async def watch(self, peer: Viewer) -> None:
        self.viewers += 1
        name = f"viewer-{self.viewers}"
        await self._plan()
        await peer.join(self.engine, STAGE, name, Direction.SUBSCRIBE)

    async def _plan(self) -> None:
        viewers = [
            ParticipantPlan(id=f"viewer-{number}", source="performer", needs=VIDEO)
            for number in range(1, self.viewers + 1)
        ]
        performer = ParticipantPlan(id="performer", publishes=VIDEO)
        await self.engine.apply(StagePlan(stage=STAGE, participants=(performer, *viewers), max_kbps=KBPS + 500))


class Transcoding(Way):
    """Spoken to by lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.pid = process, process.pid

    async def publish(self, peer: Publisher) -> None:
        await self._join("publish", peer)

    async def watch(self, peer: Viewer) -> None:
        await self._join("watch", peer)

    async def _join(self, word: str, peer: Publisher | Viewer) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([word, await peer.offer()]).encode() + b"\n")
        answer = await self.process.stdout.readline()
        await peer.answered(json.loads(answer))


class Janus(Way):
    """The VideoRoom of Janus over its websocket, in its own words."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port
        self.stack = AsyncExitStack()
        self.feed = 0

    async def publish(self, peer: Publisher) -> None:
        peer.addresses = ()  # Janus leaves loopback out; the packets stay on the machine all the same
        line = await self._line()
        request = {"request": "create", "room": ROOM, "bitrate": KBPS * 2000, "publishers": 1, "videocodec": "vp8"}
        await line.asks(request)
        body = {"request": "joinandconfigure", "ptype": "publisher", "room": ROOM, "video": True, "audio": False}
        told = await line.asks(body, jsep={"type": "offer", "sdp": await peer.offer()})
        self.feed = told["plugindata"]["data"]["id"]
        await peer.answered(told["jsep"]["sdp"])

    async def watch(self, peer: Viewer) -> None:
        peer.addresses = ()
        line = await self._line()
        told = await line.asks(
            {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": [{"feed": self.feed}]}
        )
        await line.asks({"request": "start"}, jsep={"type": "answer", "sdp": await peer.answers(told["jsep"]["sdp"])})

    async def _line(self) -> JanusLine:
        line = JanusLine(await self.stack.enter_async_context(_janus_socket(self.port)))
        await line.begins()
        self.stack.push_async_callback(line.ends)
        return line


class JanusLine:
    """One session with one handle of the VideoRoom."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.ids: dict[str, int] = {}
        self.alive: asyncio.Task[None] | None = None

    async def begins(self) -> None:
        self.ids["session_id"] = (await self._says(janus="create"))["data"]["id"]
        attached = await self._says(janus="attach", plugin="janus.plugin.videoroom")
        self.ids["handle_id"] = attached["data"]["id"]

    async def ends(self) -> None:
        if self.alive is not None:
            self.alive.cancel()

    async def asks(self, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        told = await self._says(janus="message", body=body, **more)
        problem = told.get("plugindata", {}).get("data", {}).get("error")
        if problem:
            raise RuntimeError(f"Janus refuses {body['request']}: {problem}")
        if self.alive is None:
            self.alive = asyncio.create_task(self._stays())
        return told

    async def _stays(self) -> None:
        while True:
            await asyncio.sleep(20)
            await self.socket.send(json.dumps({"janus": "keepalive", "transaction": "alive", **self.ids}))

    async def _says(self, **words: Any) -> dict[str, Any]:
        transaction = secrets.token_hex(6)
        await self.socket.send(json.dumps({**words, "transaction": transaction, **self.ids}))
        while True:
            told: dict[str, Any] = json.loads(await self.socket.recv())
            if told.get("transaction") == transaction and told["janus"] != "ack":
                if told["janus"] == "error":
                    raise RuntimeError(f"Janus: {told['error']}")
                return told


def _janus_socket(port: int) -> Any:
    return websockets.connect(f"ws://127.0.0.1:{port}", subprotocols=["janus-protocol"])  # type: ignore[list-item]


@asynccontextmanager
async def ours() -> AsyncIterator[Way]:
    token = secrets.token_hex(16)
    async with _process(sys.executable, "-m", "tests.benchmarks.media_servers", "ours", token) as process:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        way = Ours(process.pid, url, token)
        await way.engine.start()
        try:
            yield way
        finally:
            await way.engine.close()


@asynccontextmanager
async def transcoding() -> AsyncIterator[Way]:
    async with _process(sys.executable, "-m", "tests.benchmarks.media_servers", "transcoding") as process:
        yield Transcoding(process)


@asynccontextmanager
async def janus() -> AsyncIterator[Way]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        _configure(Path(folder), port)
        async with _process("janus", "-F", folder, "-C", f"{folder}/janus.jcfg") as process:
            way = Janus(process.pid, port)
            await _listens(port)
            async with way.stack:
                yield way


def _configure(folder: Path, port: int) -> None:
    """Its own defaults, on loopback, without the transports that nobody asks."""
    for found in Path("/etc/janus").glob("*.jcfg"):
        shutil.copy(found, folder)
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ json = "compact"; ws = true; ws_port = {port}; ws_ip = "127.0.0.1"; }}\nadmin: {{}}\n'
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")
    kept = (folder / "janus.jcfg").read_text()
    quiet = kept.replace("debug_level = 4", "debug_level = 2").replace(
        "transports: {",
        'transports: {\n\tdisable = "libjanus_http.so,libjanus_mqtt.so,libjanus_pfunix.so,'
        'libjanus_rabbitmq.so,libjanus_nanomsg.so"',
    )
    (folder / "janus.jcfg").write_text(quiet)


async def _listens(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return


@asynccontextmanager
async def _process(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**20
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


WAYS = {"ours": ours, "janus": janus, "transcoding": transcoding}
