"""One socket: accepted, read, answered in order, written to, and ended with a reason.

A plain ASGI application rather than a Channels consumer: it needs no channel of its own, and no hop through the shared
thread for every message. Three tasks serve it: the reader never waits for a service, the worker runs the
commands one after the other, the writer sends what is in the outbox.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.utils import timezone

from ppv_plugin.errors import BadInput, PPVError, TooFast

from . import client_messages as c
from . import protocol as p
from .asgi_types import Message, Receive, Scope, Send
from .commands import error_for
from .entrance import Arrival
from .hub import Member
from .identity import Identity
from .limits import REFUSALS_MAX, VIOLATIONS_MAX, Strikes, TokenBucket, cost_of
from .outbox import Outbox
from .runtime import Runtime

_log = logging.getLogger(__name__)

HELLO_SECONDS = 5.0
COMMANDS_WAITING_MAX = 32
FLUSH_SECONDS = 2.0
CLOSE_SECONDS = 1.0
RETRY_MS = (500, 3000)

PROTOCOL_ERROR, SIGNED_OUT, BLOCKED, NO_ROOM, TOO_SLOW, REPLACED, TOO_MANY, RESTART = (
    4000,
    4001,
    4003,
    4004,
    4008,
    4009,
    4029,
    1012,
)


class _Envelope(msgspec.Struct):
    """Of a frame that is not a message: what is needed to answer it."""

    cid: c.Cid | None = None


_envelopes = msgspec.json.Decoder(_Envelope)


class Socket(ABC):
    def __init__(self, runtime: Runtime, scope: Scope, receive: Receive, send: Send) -> None:
        self.runtime = runtime
        self.scope = scope
        self.connection: UUID = uuid4()
        self.identity = Identity()
        self.arrival: Arrival | None = None
        self.outbox = Outbox(on_overflow=lambda: self.end(TOO_SLOW))
        self.member = Member(self.outbox, on_stale=self.on_stale)
        self._receive = receive
        self._send = send
        self._commands: asyncio.Queue[Any] = asyncio.Queue(COMMANDS_WAITING_MAX)
        self._ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._greeted = False
        self._bucket = TokenBucket()
        self._violations = Strikes(VIOLATIONS_MAX)
        self._refusals = Strikes(REFUSALS_MAX)

    # --- what a kind of socket does ---------------------------------------------------------------------------------
    @abstractmethod
    async def hello(self, message: c.Hello) -> None:
        """Let it in, and send everything it starts from."""

    @abstractmethod
    async def command(self, message: Any) -> p.Ack | p.ErrorMessage: ...

    @abstractmethod
    async def recheck(self) -> None:
        """End the socket of somebody who may not be here any more."""

    async def gone(self) -> None:
        """The socket has ended, for whatever reason."""

    def on_beat(self, number: int) -> None:
        """Somebody who was asked says to be there."""

    def on_stale(self, what: str) -> None:
        """Something this socket shows is not true any more."""

    # --- what they use ----------------------------------------------------------------------------------------------
    def say(self, message: p.ServerMessage, *, key: str = "") -> None:
        self.outbox.push(p.encode(message), key)

    def end(self, code: int | None) -> None:
        """Close with this code once what waits has been sent; None: the other side has gone."""
        if not self._ended.done():
            if code == RESTART:
                self.say(p.Bye(code=RESTART, retry_ms=random.randint(*RETRY_MS)))  # noqa: S311 - spreads the return
            self._ended.set_result(code)

    def refuse(self, refusal: PPVError, code: int) -> None:
        """Say why, then close."""
        self.say(error_for(refusal))
        self.end(code)

    @property
    def is_open(self) -> bool:
        return not self._ended.done()

    async def run(self) -> None:
        if not await self._accept():
            return
        worker = asyncio.create_task(self._work(), name="ppv-socket-worker")
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
        late = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._hello_is_late)
        try:
            code = await self._ended
            if code is not None:
                await self._close(code)
        finally:
            late.cancel()
            for task in tasks:
                task.cancel()
            # In a task of its own: the server may cancel us here, and presence must be closed all the same.
            await asyncio.shield(self.runtime.spawn(self._leave(worker)))

    # --- inside -----------------------------------------------------------------------------------------------------
    async def _accept(self) -> bool:
        if (await self._receive())["type"] != "websocket.connect":
            return False
        offered = self.scope.get("subprotocols") or []
        if offered and p.SUBPROTOCOL not in offered:
            await self._send({"type": "websocket.close", "code": PROTOCOL_ERROR})
            return False
        await self._send({"type": "websocket.accept", "subprotocol": p.SUBPROTOCOL if offered else None})
        return True

    async def _read(self) -> None:
        try:
            while True:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    break
                self._take_frame(message)
        except Exception:
            _log.debug("reading ended", exc_info=True)
        self.end(None)

    async def _write(self) -> None:
        try:
            while True:
                await self.outbox.wait()
                while (frame := self.outbox.pop()) is not None:
                    await self._send({"type": "websocket.send", "text": frame})
        except Exception:
            _log.debug("writing ended", exc_info=True)
        self.end(None)

    async def _work(self) -> None:
        while (message := await self._commands.get()) is not None:
            try:
                if isinstance(message, c.Hello):
                    await self.hello(message)
                else:
                    self.say(await self.command(message))
            except Exception:
                _log.exception("%s failed", type(message).__name__)
                self.say(error_for(PPVError(), cid=getattr(message, "cid", None)))
                if isinstance(message, c.Hello):
                    self.end(RESTART)

    def _take_frame(self, frame: Message) -> None:
        """Never waits: a slow command must not keep the socket from being read."""
        text = frame.get("text")
        message = self._decode(text) if text is not None else None
        if message is None:
            self._take_violation(self._cid_of(text))
        elif not self._bucket.take(cost_of(message.__struct_config__.tag), time.monotonic()):
            self._take_refusal(message)
        elif isinstance(message, c.Ping):
            self.say(p.Pong(n=message.n, server_time=int(timezone.now().timestamp() * 1000)), key="pong")
        elif isinstance(message, c.BeatBack):
            self.on_beat(message.n)
        elif not self._greeted and not isinstance(message, c.Hello):
            self.refuse(BadInput(), PROTOCOL_ERROR)
        else:
            self._greeted = True
            try:
                self._commands.put_nowait(message)
            except asyncio.QueueFull:
                self._take_refusal(message)

    @staticmethod
    def _decode(text: str) -> Any | None:
        raw = text.encode(errors="replace")
        if len(raw) > p.SDP_FRAME_BYTES_MAX:
            return None
        try:
            message = c.decode(raw)
        except msgspec.MsgspecError:
            return None
        return message if len(raw) <= p.FRAME_BYTES_MAX or isinstance(message, c.MediaOffer) else None

    @staticmethod
    def _cid_of(text: str | None) -> str | None:
        if text is None or len(text) > p.FRAME_BYTES_MAX:
            return None
        try:
            return _envelopes.decode(text).cid
        except msgspec.MsgspecError:
            return None

    def _take_violation(self, cid: str | None) -> None:
        self.say(error_for(BadInput(), cid=cid))
        if self._violations.hit(time.monotonic()):
            self.end(PROTOCOL_ERROR)

    def _take_refusal(self, message: Any) -> None:
        self.say(error_for(TooFast(), cid=getattr(message, "cid", None)))
        if self._refusals.hit(time.monotonic()):
            self.end(TOO_MANY)

    def _hello_is_late(self) -> None:
        if not self._greeted:
            self.end(PROTOCOL_ERROR)

    async def _close(self, code: int) -> None:
        if code != TOO_SLOW:  # then there is no hope to send what waits
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    while len(self.outbox):
                        await asyncio.sleep(0.01)
        # Behind the full buffer of a stalled peer this waits too; returning then makes the server cut the connection.
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code})

    async def _leave(self, worker: asyncio.Task[None]) -> None:
        """A command that has begun is finished, one that waits is dropped; then nothing of this socket is left."""
        while not self._commands.empty():
            self._commands.get_nowait()
        self._commands.put_nowait(None)
        await asyncio.gather(worker, return_exceptions=True)
        await self.runtime.hub.leave(self.member)
        try:
            await self.gone()
        finally:
            self.runtime.forget(self)
