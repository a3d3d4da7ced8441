"""The one media engine of this process, and a synchronous face of it for services.

Every call is bounded in time and raises MediaUnavailable when the engine does not answer. To be called from threads,
never from an event loop's own thread (it would stand still meanwhile): asynchronous code awaits the engine itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from django.utils.module_loading import import_string

from ppv_plugin.conf import conf
from ppv_plugin.errors import MediaUnavailable
from ppv_plugin.media.engine import Direction, Evidence, JoinAnswer, MediaEngine, StagePlan

T = TypeVar("T")

CALL_SECONDS = 5.0
CLOSE_SECONDS = 10.0

_lock = threading.Lock()
_engine: MediaEngine | None = None
_loop: asyncio.AbstractEventLoop | None = None


def get_engine() -> MediaEngine:
    """Made at the first call from the dotted path of the setting `MEDIA_ENGINE`."""
    global _engine
    with _lock:
        if _engine is None:
            engine = import_string(conf.MEDIA_ENGINE)()
            if not isinstance(engine, MediaEngine):
                raise TypeError(f"{conf.MEDIA_ENGINE} is not a MediaEngine")
            _engine = engine
        return _engine


def reset_engine(engine: MediaEngine | None = None) -> None:
    """Close the engine in use; the next call makes a new one, or uses the one given."""
    global _engine
    with _lock:
        old, _engine = _engine, engine
    if old is not None and old is not engine:
        _wait(old.close(), CLOSE_SECONDS)


def apply_plan(plan: StagePlan, *, timeout: float = CALL_SECONDS) -> None:
    """The stage is as the plan says. Raises MediaFull, BadInput, MediaUnavailable."""
    _wait(get_engine().apply(plan), timeout)


def join(
    *,
    stage: str,
    participant: str,
    direction: Direction,
    offer_sdp: str,
    timeout: float = CALL_SECONDS,
) -> JoinAnswer:
    """Raises NotAllowed, BadInput, MediaFull, MediaUnavailable."""
    work = get_engine().join(stage=stage, participant=participant, direction=direction, offer_sdp=offer_sdp)
    return _wait(work, timeout)


def close_stage(stage: str, *, timeout: float = CALL_SECONDS) -> None:
    _wait(get_engine().close_stage(stage), timeout)


def evidence(*, timeout: float = CALL_SECONDS) -> Evidence:
    return _wait(get_engine().evidence(), timeout)


def snapshot(*, stage: str, participant: str, width: int, timeout: float = CALL_SECONDS) -> bytes | None:
    """A JPEG of `width` pixels, or None while there is no picture."""
    return _wait(get_engine().snapshot(stage=stage, participant=participant, width=width), timeout)


def _wait(work: Coroutine[Any, Any, T], timeout: float) -> T:
    future = asyncio.run_coroutine_threadsafe(work, _waiting_loop())
    try:
        return future.result(timeout)
    except TimeoutError as error:
        future.cancel()
        raise MediaUnavailable from error


def _waiting_loop() -> asyncio.AbstractEventLoop:
    """A loop on a daemon thread that only waits: the caller's thread may itself be under a running loop."""
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="ppv-media-calls", daemon=True).start()
        return _loop
