"""What the relay keeps of a publisher: files that play, whatever happens to the connection, the disk or the process."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import av
import msgspec
import pytest

from ppv_plugin.media.engine import (
    AV,
    NO_FOLDER,
    NO_SPACE,
    Direction,
    Evidence,
    Kind,
    ParticipantPlan,
    StagePlan,
)
from ppv_plugin.media.relay import recording, webm
from ppv_plugin.media.relay.errors import OfferRefused
from ppv_plugin.media.relay.frames import EncodedFrame
from ppv_plugin.media.relay.options import HostAddress, RelayOptions
from ppv_plugin.media.relay.recording import Recorder, Timeline
from ppv_plugin.media.relay.server import Relay
from ppv_plugin.testing.media_peers import WebRTCPeer, encoded_clip

ROOT = Path(__file__).parents[2]
Usage = namedtuple("Usage", "total used free")


def options(folder: Path) -> RelayOptions:
    return RelayOptions(
        host_addresses=(HostAddress.parse("127.0.0.1"),), recordings=str(folder), recordings_reserve_bytes=0
    )


class Film:
    """A finished file, as a player finds it."""

    def __init__(self, path: Path) -> None:
        with av.open(str(path)) as container:
            self.codecs = {stream.type: stream.codec_context.name for stream in container.streams}
            self.seconds = (container.duration or 0) / 1_000_000
            packets = [
                (packet.stream.type, float(packet.dts * packet.time_base), packet.is_keyframe)
                for packet in container.demux()
                if packet.dts is not None
            ]
        self.begins_with_keyframe = next(keyframe for kind, _at, keyframe in packets if kind == "video")
        self.times = {kind: [at for of, at, _keyframe in packets if of == kind] for kind in self.codecs}
        with av.open(str(path)) as container:
            self.frames = sum(1 for _frame in container.decode(video=0)) if "video" in self.codecs else 0


def finished(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.webm"))


def frames(*, seconds: int, start: int = 0) -> list[tuple[Kind, EncodedFrame, int]]:
    """Synthetic sound and picture in their order, with the moment each arrives."""
    found = []
    for kind, rate in ((Kind.VIDEO, 90_000), (Kind.AUDIO, 48_000)):
        clip = encoded_clip(kind)
        for number in range(len(clip) * seconds):
            at = number / len(clip)
            key = kind is Kind.AUDIO or number % len(clip) == 0
            frame = EncodedFrame(clip[number % len(clip)], (start + round(at * rate)) % 2**32, rate, key)
            found.append((kind, frame, 1000 + round(at * 1000)))
    return sorted(found, key=lambda one: one[2])


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    made = Recorder(str(tmp_path), reserve_bytes=0)
    made.start()
    return made


def test_a_file_of_encoded_frames_has_their_codecs_and_length_and_begins_with_a_keyframe(
    recorder: Recorder, tmp_path: Path
) -> None:
    kept = recorder.record(str(uuid4()), AV)
    assert kept is not None
    for kind, frame, at in frames(seconds=4)[7:]:  # the first keyframe is missed
        kept.take(kind, frame, at)
    kept.stop()
    recorder.close()
    [path] = finished(tmp_path)
    film = Film(path)
    assert film.codecs == {"video": "vp8", "audio": "opus"}
    assert film.seconds == pytest.approx(3, abs=0.1)
    assert film.begins_with_keyframe
    assert film.frames == 90
    assert path.stat().st_mode & 0o077 == 0


def test_times_only_grow_when_the_publishers_clock_begins_anew(recorder: Recorder, tmp_path: Path) -> None:
    kept = recorder.record(str(uuid4()), AV)
    assert kept is not None
    for kind, frame, at in frames(seconds=2, start=2**32 - 60_000):  # RTP's clock runs over in between
        kept.take(kind, frame, at)
    kept.rejoined()  # another connection, with another clock
    for kind, frame, at in frames(seconds=2, start=77):
        kept.take(kind, frame, at + 3000)
    kept.stop()
    recorder.close()
    film = Film(*finished(tmp_path))
    assert film.seconds == pytest.approx(5, abs=0.1)
    assert all(a < b for times in film.times.values() for a, b in pairwise(times))
    assert film.frames == 120


def test_a_clock_that_jumps_is_not_believed() -> None:
    line = Timeline()
    assert line.place(EncodedFrame(b"", 0, 48_000, True), 1000) == 1000
    assert line.place(EncodedFrame(b"", 960, 48_000, True), 1033) == 1020
    assert line.place(EncodedFrame(b"", 48_000 * 3600, 48_000, True), 1040) == 1040


def test_sound_alone_is_a_file_too(recorder: Recorder, tmp_path: Path) -> None:
    kept = recorder.record(str(uuid4()), {Kind.AUDIO})
    assert kept is not None
    for kind, frame, at in frames(seconds=2):
        kept.take(kind, frame, at)
    kept.stop()
    recorder.close()
    film_codecs = Audio(*finished(tmp_path))
    assert film_codecs.codecs == {"audio": "opus"}
    assert film_codecs.seconds == pytest.approx(2, abs=0.1)


class Audio:
    def __init__(self, path: Path) -> None:
        with av.open(str(path)) as container:
            self.codecs = {stream.type: stream.codec_context.name for stream in container.streams}
            self.seconds = (container.duration or 0) / 1_000_000


def test_a_full_disk_ends_the_file_in_time_and_space_begins_another(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"now": 10}
    monkeypatch.setattr(recording, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10, 0, free["now"]))
    kept = recorder.record(str(uuid4()), AV)
    assert kept is not None

    def send(seconds: int, after_ms: int, *, free_now: int) -> None:
        free["now"] = free_now
        for kind, frame, at in frames(seconds=seconds, start=after_ms * 90):
            kept.take(kind, frame, at + after_ms)
        wait_until(recorder)

    send(2, 0, free_now=10)
    assert recorder.unwritten() == {}
    send(2, 2000, free_now=0)
    assert len(finished(tmp_path)) == 1
    assert recorder.unwritten() == {kept.name: NO_SPACE}
    send(2, 4000, free_now=10)
    send(2, 6000, free_now=10)
    kept.stop()
    recorder.close()
    first, second = (Film(path) for path in finished(tmp_path))
    assert first.seconds == pytest.approx(2, abs=0.1)
    assert second.frames >= 60


async def test_whoever_asks_the_relay_is_told_what_it_could_not_keep(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    relay = Relay(options(tmp_path / "taken"))
    await relay.start()
    name = str(uuid4())
    await relay.apply(StagePlan("s", (ParticipantPlan("ana", publishes=AV, record=name),)))
    assert (await relay.evidence()).unwritten == {}
    peer = await WebRTCPeer(Direction.PUBLISH).join(relay, "s", "ana", Direction.PUBLISH)  # type: ignore[arg-type]
    async with asyncio.timeout(15):
        while not (seen := (await relay.evidence())).unwritten:
            await asyncio.sleep(0.05)
    assert seen.unwritten == {name: NO_FOLDER}
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Evidence) == seen, "over HTTP too"
    await relay.close()
    await peer.close()


def test_a_disk_that_fails_while_it_is_written_to_is_told_for_a_minute(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_facts: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(webm.WebmFile, "write", full)
    kept = recorder.record(str(uuid4()), AV)
    assert kept is not None
    for kind, frame, at in frames(seconds=1):
        kept.take(kind, frame, at)
    wait_until(recorder)
    assert recorder.unwritten() == {kept.name: NO_SPACE}
    monkeypatch.setattr(recording, "TOLD_SECONDS", 0.0)
    assert recorder.unwritten() == {}


def test_a_slow_disk_costs_frames_and_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "QUEUED_BYTES_MAX", 50_000)
    recorder = Recorder(str(tmp_path), reserve_bytes=0)  # its thread does not run: nothing is taken away
    name = str(uuid4())
    kept = recording.Recording(name, AV, recorder)
    for kind, frame, at in frames(seconds=60):
        kept.take(kind, frame, at)
    assert recorder._waiting <= 50_000
    assert kept.asks_for_keyframe(0)


async def test_what_a_peer_publishes_is_kept_while_the_plan_says_so(tmp_path: Path) -> None:
    relay = Relay(options(tmp_path))
    await relay.start()
    first, second = str(uuid4()), str(uuid4())
    await relay.apply(StagePlan("s", (ParticipantPlan("ana", publishes=AV, record=first),)))
    peer = await WebRTCPeer(Direction.PUBLISH).join(relay, "s", "ana", Direction.PUBLISH)  # type: ignore[arg-type]
    await written(tmp_path / first)
    again = await WebRTCPeer(Direction.PUBLISH).join(relay, "s", "ana", Direction.PUBLISH)  # type: ignore[arg-type]
    await asyncio.sleep(1.5)
    await relay.apply(StagePlan("s", (ParticipantPlan("ana", publishes=AV),)))
    await until(lambda: len(finished(tmp_path)) == 1)
    await asyncio.sleep(0.5)
    await relay.apply(StagePlan("s", (ParticipantPlan("ana", publishes=AV, record=second),)))
    await written(tmp_path / second)
    await relay.close()
    await asyncio.gather(peer.close(), again.close())
    films = [Film(path) for path in finished(tmp_path)]
    assert {path.parent.name for path in finished(tmp_path)} == {first, second}
    assert all(film.begins_with_keyframe and film.frames for film in films)
    assert not list(tmp_path.glob("*/*.part"))


@pytest.mark.parametrize("name", ["../../etc", "a", "7D3F8A10-5B52-4E0C-9C7E-0D1B8F6A2E44", "." * 36])
async def test_a_recording_is_named_by_a_uuid_and_nothing_else(tmp_path: Path, name: str) -> None:
    relay = Relay(options(tmp_path))
    with pytest.raises(OfferRefused):
        await relay.apply(StagePlan("s", (ParticipantPlan("ana", publishes=AV, record=name),)))


CRASHING = """
import os, sys, time
sys.path.insert(0, {root!r})
from uuid import uuid4
from ppv_plugin.media.engine import AV
from ppv_plugin.media.relay.recording import Recorder
from tests.contract.test_recording import frames
recorder = Recorder({folder!r}, reserve_bytes=0)
recorder.start()
kept = recorder.record(str(uuid4()), AV)
for kind, frame, at in frames(seconds=8):
    kept.take(kind, frame, at)
while recorder._waiting:
    time.sleep(0.01)
print("written", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_recorded_is_mended_by_the_next_one(tmp_path: Path) -> None:
    process = crashing(tmp_path)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "written"
        [part] = tmp_path.glob("*/*.webm.part")
        assert webm.mend_all(tmp_path) == 0, "it is still being written"
        process.send_signal(signal.SIGKILL)
        process.wait()
    finally:
        process.kill()
        process.stdout.close()
    assert Film(part).frames > 180, "it plays as it lies there"
    following = Recorder(str(tmp_path), reserve_bytes=0)
    following.start()
    following.close()
    film = Film(*finished(tmp_path))
    assert film.seconds == pytest.approx(7, abs=1.1)
    assert film.begins_with_keyframe
    assert not part.exists()
    assert [path.stat().st_mode & 0o777 for path in finished(tmp_path)] == [0o600], "the relay's user alone"


def test_a_disk_that_refuses_leaves_what_was_written(tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    process = crashing(tmp_path, preexec_fn=small_files)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "written", "the recorder goes on"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert webm.mend_all(tmp_path) == 1
    assert Film(*finished(tmp_path)).frames > 30


def test_what_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    folder = tmp_path / str(uuid4())
    folder.mkdir()
    (folder / "1.webm.part").write_bytes(os.urandom(5000))
    (folder / "2.webm.part").touch()
    assert webm.mend_all(tmp_path) == 0
    assert [path.name for path in folder.iterdir()] == ["1.webm.broken"]


def crashing(folder: Path, **options: object) -> subprocess.Popen[str]:
    code = CRASHING.format(root=str(ROOT), folder=str(folder))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT, **options)  # type: ignore[call-overload,no-any-return]


def wait_until(recorder: Recorder) -> None:
    """The thread has written what it was given."""
    import threading

    done = threading.Event()
    recorder.put(lambda _recorder: done.set(), 0)
    assert done.wait(10)


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not fact():
            await asyncio.sleep(0.05)


async def written(folder: Path) -> None:
    await until(lambda: any(path.stat().st_size > 10_000 for path in folder.glob("*.part")))
