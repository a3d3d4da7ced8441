"""Encoded frames in WebM files: written as they come, whole to the last second or so if the process dies, and mended
afterwards. Nothing is decoded.

A file that is being written is called `….webm.part` and is locked by its process; a finished one is `….webm`.
"""

from __future__ import annotations

import contextlib
import fcntl
import fractions
import logging
import os
import secrets
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from ppv_plugin.media.engine import Kind
from ppv_plugin.media.relay.frames import vp8_size

logger = logging.getLogger(__name__)

FINISHED, UNFINISHED, BROKEN, MENDING = ".webm", ".webm.part", ".webm.broken", ".webm.mend"
MILLISECONDS = fractions.Fraction(1, 1000)
# A cluster goes to the disk as soon as it is full: that is what a crash may cost.
OPTIONS = {"cluster_time_limit": "1000", "flush_packets": "1", "max_interleave_delta": "1000000"}


class WebmFile:
    """One file being written. Raises OSError or FFmpegError when the disk does not take it."""

    def __init__(self, folder: Path, kinds: Collection[Kind], first: bytes) -> None:
        """`first`: the keyframe it begins with, where there is a picture."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns() // 1_000_000}-{secrets.token_hex(4)}"
        self.path = folder / (name + UNFINISHED)
        self.kinds = frozenset(kinds)
        self._lock = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._container: Any = av.open(str(self.path), "w", format="webm", options=OPTIONS)
            self._streams = {kind: self._stream(kind, first) for kind in sorted(kinds, reverse=True)}
        except BaseException:
            os.close(self._lock)
            raise
        self._last: dict[Kind, int] = {}
        self._began: int | None = None

    def write(self, kind: Kind, frame: bytes, at_ms: int, keyframe: bool) -> None:
        """`at_ms` counts on one line for picture and sound; the first frame is the file's beginning."""
        if self._began is None:
            self._began = at_ms
        at_ms -= self._began
        if at_ms < 0:
            return  # sound from before the first picture
        at_ms = max(at_ms, self._last.get(kind, -1) + 1)
        self._last[kind] = at_ms
        packet = av.Packet(frame)
        packet.stream = self._streams[kind]
        packet.time_base = MILLISECONDS
        packet.pts = packet.dts = at_ms
        packet.is_keyframe = keyframe
        self._container.mux(packet)

    def finish(self) -> Path:
        """The index is written and the file gets its name."""
        try:
            self._container.close()
            return self.path.rename(self.path.with_name(self.path.name.removesuffix(".part")))
        finally:
            os.close(self._lock)

    def abandon(self) -> None:
        """The disk takes no more: what there is stays to be mended."""
        with contextlib.suppress(OSError, FFmpegError):
            self._container.close()
        os.close(self._lock)

    def _stream(self, kind: Kind, first: bytes) -> Any:
        # Encoders are named because they describe their format to the file; nothing is given to them to encode.
        if kind is Kind.AUDIO:
            stream = self._container.add_stream("libopus", rate=48_000, layout="stereo")
        else:
            stream = self._container.add_stream("libvpx", rate=1000)
            stream.width, stream.height = vp8_size(first) or (640, 480)
            stream.pix_fmt = "yuv420p"
            stream.codec_context.thread_count = 1
        stream.time_base = MILLISECONDS
        return stream


def mend_all(root: Path) -> int:
    """Finish what processes that died have left. Returns how many files were finished."""
    return sum(_mend(path) for path in sorted(root.glob(f"*/*{UNFINISHED}")))


def _mend(path: Path) -> bool:
    try:
        lock = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _copied(path)
    except BlockingIOError:
        return False  # somebody writes it
    except FFmpegError as problem:
        if isinstance(problem, OSError):  # the disk
            logger.warning("%s could not be mended yet: %s", path.name, problem)
        elif path.stat().st_size:
            logger.error("%s cannot be read and is put aside: %s", path.name, problem)
            path.rename(path.with_name(path.name.removesuffix(UNFINISHED) + BROKEN))
        else:
            path.unlink()
        return False
    except OSError as problem:
        logger.warning("%s could not be mended yet: %s", path.name, problem)
        return False
    finally:
        os.close(lock)


def _copied(path: Path) -> bool:
    """Its packets once more, with length and index."""
    stem = path.name.removesuffix(UNFINISHED)
    copy = path.with_name(stem + MENDING)
    try:
        copy.touch(mode=0o600)
        with av.open(str(path)) as source, av.open(str(copy), "w", format="webm", options=OPTIONS) as target:
            streams = {stream.index: target.add_stream_from_template(stream, opaque=True) for stream in source.streams}
            count = 0
            with contextlib.suppress(EOFError):
                for packet in source.demux():
                    if packet.dts is not None:
                        packet.stream = streams[packet.stream.index]
                        target.mux(packet)
                        count += 1
        if not count:
            path.unlink()
            return False
        copy.rename(path.with_name(stem + FINISHED))
        path.unlink()
        return True
    finally:
        copy.unlink(missing_ok=True)
