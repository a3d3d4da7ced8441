"""One keyframe into one JPEG."""

from __future__ import annotations

import fractions

import av
from av.error import FFmpegError

from ppv_plugin.media.relay.frames import vp8_size

MAX_PIXELS = 4096 * 2304


def jpeg(keyframe: bytes, width: int) -> bytes | None:
    """A JPEG `width` pixels wide; None when the frame cannot be decoded. Takes some milliseconds of CPU."""
    size = vp8_size(keyframe)
    # The header's word is checked first: a few bytes may claim a picture of gigabytes.
    if size is None or not 0 < size[0] * size[1] <= MAX_PIXELS:
        return None
    height = max(2, round(size[1] * width / size[0] / 2) * 2)
    width -= width % 2
    try:
        decoder = av.CodecContext.create("vp8", "r")
        decoder.thread_count = 1
        frames = [*decoder.decode(av.Packet(keyframe)), *decoder.decode(None)]
        if not frames:
            return None
        encoder = av.CodecContext.create("mjpeg", "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
        encoder.time_base = fractions.Fraction(1, 1)
        encoder.thread_count = 1
        scaled = frames[0].reformat(width=width, height=height, format="yuvj420p")
        scaled.pts = 0
        return b"".join(bytes(packet) for packet in [*encoder.encode(scaled), *encoder.encode(None)])
    except FFmpegError:
        return None
