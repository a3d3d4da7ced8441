"""The crossing from a socket's event loop to synchronous services: own bounded pools of threads.

Channels' `database_sync_to_async` lets one call at a time through in the whole process, so that one slow query
would hold up everybody's chat. Calls to the media engine wait for a network and have a pool of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, reset_queries

P = ParamSpec("P")
T = TypeVar("T")

SERVICE_THREADS = 8
MEDIA_THREADS = 4


class ServicePool:
    def __init__(self, *, service_threads: int = SERVICE_THREADS, media_threads: int = MEDIA_THREADS) -> None:
        self._services = ThreadPoolExecutor(service_threads, thread_name_prefix="ppv-service")
        self._media = ThreadPoolExecutor(media_threads, thread_name_prefix="ppv-media")

    async def run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of a synchronous function that may use the database."""
        return await self._run(self._services, call, *args, **kwargs)

    async def run_media(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what asks the media engine."""
        return await self._run(self._media, call, *args, **kwargs)

    def close(self) -> None:
        """What has begun is finished; what waits is not begun."""
        self._services.shutdown(wait=False, cancel_futures=True)
        self._media.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    async def _run(executor: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(executor, lambda: in_connection(call, *args, **kwargs))


def in_connection(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As Django does around a request: a dead connection or one that is too old is not used, nor left behind."""
    reset_queries()
    close_old_connections()
    try:
        return call(*args, **kwargs)
    finally:
        close_old_connections()
