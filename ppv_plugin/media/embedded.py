"""The relay inside this process, on a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from ppv_plugin.errors import MediaUnavailable
from ppv_plugin.media.configured import relay_options
from ppv_plugin.media.engine import (
    Capabilities,
    Direction,
    Evidence,
    JoinAnswer,
    MediaEngine,
    Pulse,
    StagePlan,
)
from ppv_plugin.media.refusals import translated
from ppv_plugin.media.relay.loops import RelayEventLoop
from ppv_plugin.media.relay.options import RelayOptions
from ppv_plugin.media.relay.server import Relay

logger = logging.getLogger(__name__)

T = TypeVar("T")

# With the default of 5 ms one busy view holds the interpreter so long that picture and sound stutter.
SWITCH_INTERVAL_SECONDS = 0.0005
CLOSE_SECONDS = 8.0


class EmbeddedEngine(MediaEngine):
    """Its methods may be awaited from any event loop. The thread starts with the first use.

    The thread is a daemon, and so are the threads the library starts from it: a process that ends without
    `close` still ends.
    """

    def __init__(self, options: RelayOptions | None = None) -> None:
        self._options = options or relay_options()
        self._lock = threading.Lock()
        self._loop: RelayEventLoop | None = None
        self._relay: Relay | None = None
        self._started: Future[None] | None = None
        self.capabilities = Capabilities(
            name="embedded",
            max_participants=self._options.max_participants,
            snapshots=True,
            in_process=True,
            recordings=bool(self._options.recordings),
        )

    async def apply(self, plan: StagePlan) -> None:
        relay = await self._running()
        await self._call(relay.apply(plan))

    async def join(self, *, stage: str, participant: str, direction: Direction, offer_sdp: str) -> JoinAnswer:
        relay = await self._running()
        return await self._call(
            relay.join(stage=stage, participant=participant, direction=direction, offer_sdp=offer_sdp)
        )

    async def pulse(self, pulses: Sequence[Pulse]) -> None:
        relay = await self._running()
        await self._call(relay.pulse(pulses))

    async def close_stage(self, stage: str) -> None:
        relay = await self._running()
        await self._call(relay.close_stage(stage))

    async def evidence(self) -> Evidence:
        relay = await self._running()
        return await self._call(relay.evidence())

    async def snapshot(self, *, stage: str, participant: str, width: int) -> bytes | None:
        relay = await self._running()
        return await self._call(relay.snapshot(stage=stage, participant=participant, width=width))

    async def start(self) -> None:
        await self._running()

    async def close(self) -> None:
        with self._lock:
            loop, relay = self._loop, self._relay
            self._loop = self._relay = self._started = None
        if loop is None or relay is None:
            return
        try:
            closing = asyncio.run_coroutine_threadsafe(relay.close(), loop)
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.wrap_future(closing)
        except TimeoutError:
            logger.warning("the relay did not close in time")
        finally:
            loop.call_soon_threadsafe(loop.stop)

    async def _running(self) -> Relay:
        with self._lock:
            if self._relay is None:
                self._launch()
            relay, started = self._relay, self._started
        assert relay is not None
        assert started is not None
        with translated():
            await asyncio.shield(asyncio.wrap_future(started))
        return relay

    def _launch(self) -> None:
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_INTERVAL_SECONDS))
        loop = RelayEventLoop(self._options.port_range)
        relay = Relay(self._options)
        threading.Thread(target=_run, args=(loop,), name="ppv-relay", daemon=True).start()
        self._loop, self._relay = loop, relay
        self._started = asyncio.run_coroutine_threadsafe(relay.start(), loop)
        self._started.add_done_callback(_log_failure)

    async def _call(self, work: Coroutine[Any, Any, T]) -> T:
        loop = self._loop
        if loop is None:
            work.close()
            raise MediaUnavailable
        with translated():
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


def _log_failure(started: Future[None]) -> None:
    """Callers only learn that the video service does not answer; the reason belongs in the log, once."""
    if not started.cancelled() and started.exception() is not None:
        logger.error("the media relay could not start", exc_info=started.exception())


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
