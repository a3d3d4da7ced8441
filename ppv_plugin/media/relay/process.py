"""Runs the relay as the only thing in a process, until a signal ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import FrameType

import uvicorn

from ppv_plugin.media.relay.http import RelayApp
from ppv_plugin.media.relay.loops import RelayEventLoop
from ppv_plugin.media.relay.options import RelayOptions
from ppv_plugin.media.relay.server import Relay

SHUTDOWN_SECONDS = 3


class _Server(uvicorn.Server):
    """Says where it listens, once it does, and ends politely."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self._listening = listening

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The stock server ends and then dies of the signal it caught; being asked to end is no failure.
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup()
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._listening(f"http://{host}:{port}")


def serve(
    *,
    options: RelayOptions,
    token: str,
    host: str,
    port: int,
    listening: Callable[[str], None],
) -> bool:
    """Blocks until SIGTERM or SIGINT, disconnects everybody, and tells whether the start succeeded."""
    with asyncio.Runner(loop_factory=lambda: RelayEventLoop(options.port_range)) as runner:
        config = uvicorn.Config(
            RelayApp(Relay(options), token),
            host=host,
            port=port,
            lifespan="on",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        server = _Server(config, listening)
        runner.run(server.serve())
        return server.started
