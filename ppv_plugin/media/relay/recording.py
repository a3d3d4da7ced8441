"""Recording of what a participant publishes: beside the forwarding, never in its way.

The event loop only puts frames into a bounded queue; a thread of its own writes them. When the disk is slow, frames are
left out until the next keyframe; when it is full or fails, the file ends and a new part begins once there is space.
"""

from __future__ import annotations

import errno
import logging
import queue
import shutil
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from av.error import FFmpegError

from ppv_plugin.media.engine import NO_FOLDER, NO_SPACE, Kind
from ppv_plugin.media.relay.frames import EncodedFrame
from ppv_plugin.media.relay.webm import WebmFile, mend_all

logger = logging.getLogger(__name__)

QUEUED_BYTES_MAX = 16 * 1024 * 1024
DRIFT_MS = 500  # further from its arrival than that, a frame's own time is not believed
LOOK_SECONDS = 5.0  # at the free space
AGAIN_SECONDS = 30.0  # after a failure, and between looks for files to mend
TOLD_SECONDS = 60.0  # so long a failure is told to whoever asks
CLOSE_SECONDS = 5.0
KEYFRAME_MS, KEYFRAME_REST_MS = 1000, 30_000  # a source is asked so often, and so often while the disk takes nothing


class Timeline:
    """The frames of one kind on the line of arrival: their own distances, kept near the moment they came."""

    def __init__(self) -> None:
        self._pts: int | None = None
        self._at = 0.0

    def place(self, frame: EncodedFrame, now_ms: int) -> int:
        if self._pts is not None:
            passed = (frame.pts - self._pts + 2**31) % 2**32 - 2**31  # RTP's clock begins anew after 2^32
            self._at += passed * 1000 / frame.clock_rate
        if self._pts is None or abs(self._at - now_ms) > DRIFT_MS:
            self._at = now_ms
        self._pts = frame.pts
        return int(self._at)


class Recording:
    """One publisher's recording, on the loop's side. `name` is the folder its parts lie in."""

    def __init__(self, name: str, kinds: Collection[Kind], recorder: Recorder) -> None:
        self.name = name
        self.kinds = frozenset(kinds)
        self._held = Kind.VIDEO in self.kinds  # until a keyframe comes
        self._asked_ms: int | None = None
        self._recorder = recorder
        self._lines = {kind: Timeline() for kind in Kind}
        self._part = _Part(name, self.kinds)

    def take(self, kind: Kind, frame: EncodedFrame, now_ms: int) -> None:
        if kind not in self.kinds:
            return
        at_ms = self._lines[kind].place(frame, now_ms)
        if self._held:
            if kind is not Kind.VIDEO or not frame.keyframe:
                return
            self._held = False
        taken = self._recorder.put(self._part.write, len(frame.data), kind, frame, at_ms)
        if not taken or self._part.waiting:
            self._held = Kind.VIDEO in self.kinds

    def asks_for_keyframe(self, now_ms: int) -> bool:
        pause_ms = KEYFRAME_REST_MS if self._part.waiting else KEYFRAME_MS
        asks = self._held and (self._asked_ms is None or now_ms - self._asked_ms >= pause_ms)
        if asks:
            self._asked_ms = now_ms
        return asks

    def rejoined(self) -> None:
        """What follows comes from another connection: it is joined to the same file, at a keyframe."""
        self._lines = {kind: Timeline() for kind in Kind}
        self._held = Kind.VIDEO in self.kinds
        self._asked_ms = None

    def stop(self) -> None:
        self._recorder.put(self._part.end, 0)


class Recorder:
    """The thread that writes, and what waits for it. Without a folder nothing is recorded."""

    def __init__(self, folder: str, *, reserve_bytes: int) -> None:
        self._root = Path(folder) if folder else None
        self._reserve = reserve_bytes
        self._queue: queue.SimpleQueue[tuple[Callable[..., None], int, tuple[object, ...]] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._counting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._parts: set[_Part] = set()
        self._looked = float("-inf")
        self._refused = ""  # why the disk takes nothing, if it does not
        self._unwritten: dict[str, tuple[str, float]] = {}

    def start(self) -> None:
        """Files that a dead process left are mended first."""
        if self._root is not None and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ppv-recorder", daemon=True)
            self._thread.start()

    def record(self, name: str, kinds: Collection[Kind]) -> Recording | None:
        return Recording(name, kinds, self) if self._thread is not None else None

    def put(self, work: Callable[..., None], size: int, *facts: object) -> bool:
        """False when too much waits already. Ends are always taken."""
        with self._counting:
            if size and self._waiting + size > QUEUED_BYTES_MAX:
                return False
            self._waiting += size
        self._queue.put((work, size, facts))
        return True

    def close(self) -> None:
        """Finish every file; blocks for a bounded time."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(CLOSE_SECONDS)
            self._thread = None

    def folder_of(self, name: str) -> Path | None:
        """None while the disk has no more to give than its reserve, or none can be made."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._look()
        if self._refused:
            self.missed(name, self._refused)
        return self._root / name if self._root is not None and not self._refused else None

    def missed(self, name: str, reason: str) -> None:
        """Something of this recording is not on the disk."""
        with self._counting:
            self._unwritten[name] = (reason, time.monotonic())

    def unwritten(self) -> dict[str, str]:
        """What was missed of late, and why."""
        since = time.monotonic() - TOLD_SECONDS
        with self._counting:
            self._unwritten = {name: fact for name, fact in self._unwritten.items() if fact[1] > since}
            return {name: reason for name, (reason, _at) in self._unwritten.items()}

    def _look(self) -> None:
        assert self._root is not None
        before, self._refused = self._refused, ""
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if shutil.disk_usage(self._root).free <= self._reserve:
                self._refused, problem = NO_SPACE, "less space is left than the reserve"
        except OSError as error:
            self._refused, problem = NO_FOLDER, str(error)
        if self._refused and self._refused != before:
            logger.error("recording stops in %s: %s", self._root, problem)

    def _run(self) -> None:
        assert self._root is not None
        mended = float("-inf")
        while True:
            if time.monotonic() - mended >= AGAIN_SECONDS:
                self._try(self._mend)
                mended = time.monotonic()
            try:
                item = self._queue.get(timeout=AGAIN_SECONDS)
            except queue.Empty:
                continue
            if item is None:
                break
            work, size, facts = item
            self._try(work, self, *facts)
            with self._counting:
                self._waiting -= size
        for part in list(self._parts):
            self._try(part.end, self)

    def _mend(self) -> None:
        assert self._root is not None
        mend_all(self._root)

    def _try(self, work: Callable[..., None], *facts: object) -> None:
        try:
            work(*facts)
        except Exception:  # one broken file must not end the recording of the others
            logger.exception("recording: a step failed")

    def opened(self, part: _Part) -> None:
        self._parts.add(part)

    def closed(self, part: _Part) -> None:
        self._parts.discard(part)


class _Part:
    """The file of one recording, on the thread's side. `waiting`: the next file begins with a keyframe."""

    def __init__(self, name: str, kinds: frozenset[Kind]) -> None:
        self.name = name
        self.kinds = kinds
        self.waiting = False
        self._file: WebmFile | None = None
        self._again = float("-inf")

    def write(self, recorder: Recorder, kind: Kind, frame: EncodedFrame, at_ms: int) -> None:
        folder = recorder.folder_of(self.name)
        if folder is None:
            self.end(recorder)
            self.waiting = True
            return
        begins = kind is Kind.VIDEO or Kind.VIDEO not in self.kinds
        try:
            if self._file is None:
                if time.monotonic() < self._again or not begins or not frame.keyframe:
                    self.waiting = True
                    return
                self._file = WebmFile(folder, self.kinds, frame.data)
                self.waiting = False
                recorder.opened(self)
            self._file.write(kind, frame.data, at_ms, frame.keyframe)
        except (OSError, FFmpegError) as problem:
            logger.error("recording %s is interrupted: %s", self.name, problem)
            recorder.missed(self.name, NO_SPACE if problem.errno == errno.ENOSPC else NO_FOLDER)
            self._again = time.monotonic() + AGAIN_SECONDS
            self.waiting = True
            recorder.closed(self)
            if self._file is not None:
                self._file.abandon()
                self._file = None

    def end(self, recorder: Recorder) -> None:
        recorder.closed(self)
        file, self._file = self._file, None
        if file is not None:
            file.finish()
