"""One receiver's view of a source's encoded frames: bounded, started on a keyframe, on a timeline of its own."""

from __future__ import annotations

import asyncio
import fractions
from collections import deque
from collections.abc import Callable
from typing import Any

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from ppv_plugin.media.engine import Kind
from ppv_plugin.media.relay.frames import EncodedFrame


class ForwardTrack(MediaStreamTrack):
    """`on_sent` is called as each frame goes to the connection, `want_keyframe` when one is needed to go on."""

    MAX_FRAMES = 60

    def __init__(self, kind: Kind, *, on_sent: Callable[[Kind], None], want_keyframe: Callable[[], None]) -> None:
        super().__init__()
        self.kind = kind.value
        self.waiting_for_keyframe = kind is Kind.VIDEO
        self.dropped = 0
        self._media_kind = kind
        self._on_sent = on_sent
        self._want_keyframe = want_keyframe
        self._queue: deque[tuple[EncodedFrame, int]] = deque()
        self._ready = asyncio.Event()
        self._rebase = True
        self._offset = 0
        self._last: tuple[int, int] | None = None  # pts on our timeline, and when

    def switch_source(self) -> None:
        """What follows comes from another timeline: it will be joined to ours."""
        self._rebase = True
        self.hold()

    def hold(self) -> None:
        """Forget what has not been sent; go on at a keyframe."""
        self._queue.clear()
        self.waiting_for_keyframe = self._media_kind is Kind.VIDEO

    def push(self, frame: EncodedFrame, now_ms: int) -> None:
        if self.waiting_for_keyframe:
            if not frame.keyframe:
                return
            self.waiting_for_keyframe = False
        if len(self._queue) >= self.MAX_FRAMES:
            self.dropped += len(self._queue)
            self.hold()
            self._want_keyframe()
            if self.waiting_for_keyframe and not frame.keyframe:
                return
            self.waiting_for_keyframe = False
        self._queue.append((frame, self._place(frame, now_ms)))
        self._ready.set()

    async def recv(self) -> av.Packet[Any]:
        while not self._queue and self.readyState == "live":
            self._ready.clear()
            await self._ready.wait()
        if self.readyState != "live":
            raise MediaStreamError
        frame, pts = self._queue.popleft()
        packet = av.Packet(frame.data)
        packet.pts = pts
        packet.time_base = fractions.Fraction(1, frame.clock_rate)
        packet.is_keyframe = frame.keyframe
        self._on_sent(self._media_kind)
        return packet

    def stop(self) -> None:
        super().stop()
        self._ready.set()

    def _place(self, frame: EncodedFrame, now_ms: int) -> int:
        if self._rebase:
            self._rebase = False
            start = 0
            if self._last is not None:
                pts, at_ms = self._last
                start = pts + max(1, now_ms - at_ms) * frame.clock_rate // 1000
            self._offset = start - frame.pts
        pts = frame.pts + self._offset
        self._last = (pts, now_ms)
        return pts
