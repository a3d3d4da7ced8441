"""What waits to be sent to one socket: bounded, and only the newest of a state."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

FRAMES_MAX = 256
BYTES_MAX = 262_144


class Outbox:
    """Frames in the order they came. A frame with a `key` takes the place of a waiting one with the same key.

    When it is full the socket cannot keep up: what waits is dropped, nothing more is taken, `on_overflow` is called.
    Belongs to one event loop.
    """

    def __init__(
        self,
        *,
        frames_max: int = FRAMES_MAX,
        bytes_max: int = BYTES_MAX,
        on_overflow: Callable[[], None] | None = None,
    ) -> None:
        self.overflowed = False
        self._frames: OrderedDict[str | int, str] = OrderedDict()
        self._bytes = 0
        self._count = 0
        self._frames_max = frames_max
        self._bytes_max = bytes_max
        self._on_overflow = on_overflow
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def bytes_waiting(self) -> int:
        return self._bytes

    def push(self, frame: str, key: str = "") -> None:
        if self.overflowed:
            return
        slot: str | int = key
        if not key:
            self._count += 1
            slot = self._count
        # Characters stand for bytes: frames are mostly ASCII, and counting is done for every socket of a room.
        self._bytes += len(frame) - len(self._frames.get(slot, ""))
        self._frames[slot] = frame
        self._filled.set()
        if len(self._frames) > self._frames_max or self._bytes > self._bytes_max:
            self._overflow()

    def pop(self) -> str | None:
        if not self._frames:
            self._filled.clear()
            return None
        _, frame = self._frames.popitem(last=False)
        self._bytes -= len(frame)
        return frame

    async def wait(self) -> None:
        """Until there is something to send."""
        await self._filled.wait()

    def _overflow(self) -> None:
        self.overflowed = True
        self._frames.clear()
        self._bytes = 0
        self._filled.clear()
        if self._on_overflow is not None:
            self._on_overflow()
