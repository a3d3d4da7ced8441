"""Who publishes and who watches in the relay's benchmark: one clip, encoded once; peers that decode nothing."""

from __future__ import annotations

import asyncio
import fractions
import functools
import time
from typing import Any

import av
from aiortc import RTCSessionDescription

from ppv_plugin.media.engine import Direction, Kind
from ppv_plugin.media.relay import _compat
from ppv_plugin.testing.media_peers import FPS, PacketTrack, WebRTCPeer

WIDTH, HEIGHT, CLIP_SECONDS = 640, 480, 4
KBPS = 510  # asked of the encoder, which makes twice as much of it: 1 Mbit/s, the clip of the prototype
SOURCE = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={FPS},noise=alls=4:allf=t"
PATIENCE_SECONDS = 20.0


@functools.cache
def clip() -> tuple[bytes, ...]:
    """Four seconds of a noisy test picture in VP8, a keyframe every two."""
    encoder: Any = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = fractions.Fraction(1, FPS)
    encoder.bit_rate, encoder.gop_size = KBPS * 1000, FPS * 2
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "maxrate": str(KBPS * 1000),
        "minrate": str(KBPS * 1000),
        "bufsize": str(KBPS * 500),
    }
    packets: list[bytes] = []
    with av.open(SOURCE, format="lavfi") as source:
        for number, frame in enumerate(source.decode(video=0)):
            if number == CLIP_SECONDS * FPS:
                break
            frame.pts, frame.time_base = number, encoder.time_base
            packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


class ClipTrack(PacketTrack):
    def __init__(self) -> None:
        super().__init__(Kind.VIDEO)
        self._packets = clip()


class Publisher(WebRTCPeer):
    def __init__(self) -> None:
        super().__init__(Direction.PUBLISH, (Kind.VIDEO,))
        track = ClipTrack()
        self.tracks[Kind.VIDEO].stop()
        self.tracks[Kind.VIDEO] = track
        sender = self.pc.getSenders()[0]
        sender.replaceTrack(track)


class Viewer(WebRTCPeer):
    """Counts frames; `first_ms` is how long it took from being made to the first whole frame."""

    def __init__(self) -> None:
        super().__init__(Direction.SUBSCRIBE, (Kind.VIDEO,))
        self.made = time.monotonic()

    async def first_frame_ms(self) -> float:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.received[Kind.VIDEO]:
                await asyncio.sleep(0.002)
        return (time.monotonic() - self.made) * 1000

    async def answers(self, offer: str) -> str:
        """For servers that make the offer themselves."""
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        with _compat.host_addresses(self.addresses):
            await self.pc.setLocalDescription(await self.pc.createAnswer())
        self.listen()
        return str(self.pc.localDescription.sdp)
