"""The ASGI application of a site: Django's own for pages, our sockets, and what runs beside them in this process.

    application = get_application(get_asgi_application())

With ASGI lifespan events everything starts before the first request and ends in order; without them (`--lifespan off`,
runserver) it starts with the first request or socket, and what must not be cut off is ended when the process exits.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from channels.routing import ProtocolTypeRouter

from ppv_plugin.conf import conf

_log = logging.getLogger(__name__)

METER_STOP_SECONDS = 5.0
EXIT_SECONDS = 2.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class Meter(Protocol):
    def start(self) -> None: ...

    def stop(self, timeout: float) -> None: ...


def get_application(django_app: ASGIApp, *, websocket: ASGIApp | None = None) -> ASGIApp:
    """`websocket` serves sockets outside /ws/ppv/, when the site has some of its own.

    Call it after `get_asgi_application()`, which makes Django ready for our imports.
    """
    from ppv_plugin.realtime.origin import deny
    from ppv_plugin.realtime.routing import PREFIX, websocket_application
    from ppv_plugin.wording import begin

    process = Process()
    sockets, others = websocket_application(), websocket or deny

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        await process.start()
        begin(scope)
        await django_app(scope, receive, send)

    async def any_socket(scope: Scope, receive: Receive, send: Send) -> None:
        await process.start()
        served = sockets if scope["path"].removeprefix(scope.get("root_path", "")).startswith(PREFIX) else others
        await served(scope, receive, send)

    application: ASGIApp = ProtocolTypeRouter({"http": pages, "websocket": any_socket, "lifespan": process.lifespan})
    return application


class Process:
    """The parts that run once per process, started once and stopped once."""

    def __init__(self) -> None:
        self._starting: asyncio.Task[None] | None = None
        self._started = False
        self._meter: Meter | None = None

    async def start(self) -> None:
        if self._started:
            return
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def stop(self) -> None:
        """Sockets are told first, then nothing is metered any more, then media ends."""
        from ppv_plugin.media.services import reset_engine
        from ppv_plugin.realtime.runtime import stop_running
        from ppv_plugin.realtime.wiring import forget_bus

        if not self._started:
            return
        self._started, self._starting = False, None
        atexit.unregister(self._at_exit)
        await stop_running()
        await asyncio.to_thread(self._stop_meter, METER_STOP_SECONDS)
        await asyncio.to_thread(reset_engine)
        await asyncio.to_thread(forget_bus, EXIT_SECONDS)

    async def lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except Exception as error:
                    _log.exception("the sockets could not be started")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                try:
                    await self.stop()
                except Exception:
                    _log.exception("the sockets did not end in order")
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        from ppv_plugin.realtime.runtime import running

        await running()
        await self._start_media()
        if conf.METER_IN_PROCESS:
            from ppv_plugin.shows.worker import MeterThread

            self._meter = MeterThread()
            self._meter.start()
        atexit.register(self._at_exit)
        self._started = True

    @staticmethod
    async def _start_media() -> None:
        from ppv_plugin.errors import MediaUnavailable
        from ppv_plugin.media.services import get_engine

        try:
            await get_engine().start()
        except MediaUnavailable:
            _log.warning("the media engine does not answer yet; it is asked again when it is needed")

    def _stop_meter(self, timeout: float) -> None:
        meter, self._meter = self._meter, None
        if meter is not None:
            meter.stop(timeout)

    def _at_exit(self) -> None:
        """The event loop has ended already, so only what has a thread of its own can be ended in order."""
        from ppv_plugin.realtime.wiring import forget_bus

        self._stop_meter(EXIT_SECONDS)
        forget_bus(EXIT_SECONDS)
