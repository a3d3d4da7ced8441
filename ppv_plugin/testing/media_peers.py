"""Media peers for the contract of media engines: scripted ones, and real WebRTC ones without a browser."""

from __future__ import annotations

import asyncio
import fractions
import functools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from ppv_plugin.media.engine import Direction, Kind, MediaEngine, Pulse
from ppv_plugin.media.fake import FakeEngine
from ppv_plugin.media.relay import _compat

FPS = 30
AUDIO_PACKET_SECONDS = 0.02
REPORT_SECONDS = 0.1
LOOPBACK = ["127.0.0.1"]
MEDIA = (Kind.AUDIO, Kind.VIDEO)
PULSE_SECONDS = 0.1


class Peers(ABC):
    """How a contract test makes participants appear. One object serves one test."""

    @abstractmethod
    async def offer(self, direction: Direction, kinds: Sequence[Kind] = MEDIA) -> str:
        """A valid offer that nobody follows up."""

    @abstractmethod
    async def publish(self, stage: str, participant: str, kinds: Sequence[Kind] = MEDIA) -> None:
        """Join as a publisher of these kinds."""

    @abstractmethod
    async def watch(self, stage: str, participant: str, kinds: Sequence[Kind] = MEDIA) -> None:
        """Join as a subscriber of these kinds."""

    @abstractmethod
    async def attend(self, stage: str, participant: str) -> None:
        """Give pulses from now on, until it vanishes. Again: on a new line."""

    @abstractmethod
    async def stop_video(self, participant: str) -> None: ...

    @abstractmethod
    async def vanish(self, participant: str) -> None:
        """No more is heard of it, and it says no goodbye."""

    @abstractmethod
    async def pass_time(self, ms: int) -> None: ...

    async def close(self) -> None:
        """Let go of everything."""


class FakePeers(Peers):
    """Participants of a FakeEngine."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    async def offer(self, direction: Direction, kinds: Sequence[Kind] = MEDIA) -> str:
        return f"v=0\r\ns={direction}\r\n" + "".join(f"m={kind} 9\r\n" for kind in kinds)

    async def publish(self, stage: str, participant: str, kinds: Sequence[Kind] = MEDIA) -> None:
        await self._join(stage, participant, Direction.PUBLISH, kinds)

    async def watch(self, stage: str, participant: str, kinds: Sequence[Kind] = MEDIA) -> None:
        await self._join(stage, participant, Direction.SUBSCRIBE, kinds)

    async def attend(self, stage: str, participant: str) -> None:
        await self._engine.pulse([Pulse(stage, participant, fresh=True)])

    async def stop_video(self, participant: str) -> None:
        self._engine.stall(participant, Kind.VIDEO)

    async def vanish(self, participant: str) -> None:
        self._engine.vanish(participant)

    async def pass_time(self, ms: int) -> None:
        self._engine.advance(ms)

    async def _join(self, stage: str, participant: str, direction: Direction, kinds: Sequence[Kind]) -> None:
        offer = await self.offer(direction, kinds)
        await self._engine.join(stage=stage, participant=participant, direction=direction, offer_sdp=offer)


class PacketTrack(MediaStreamTrack):
    """Endless pre-encoded sound or picture, in real time."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind.value
        self.keyframe_wanted = True
        self.silent = False
        self._packets = encoded_clip(kind)
        self._seconds = 1 / FPS if kind is Kind.VIDEO else AUDIO_PACKET_SECONDS
        self._clock_rate = 90_000 if kind is Kind.VIDEO else 48_000
        self._count = 0
        self._begun = 0.0

    async def recv(self) -> av.Packet[Any]:
        loop = asyncio.get_running_loop()
        self._begun = self._begun or loop.time()
        while True:
            self._count += 1
            await asyncio.sleep(self._begun + self._count * self._seconds - loop.time())
            if self.readyState != "live":
                raise MediaStreamError
            if not self.silent:
                break
        index = self._count % len(self._packets)
        if self.keyframe_wanted:
            self._count -= index  # the clip begins with its keyframe
            self._begun += index * self._seconds
            index, self.keyframe_wanted = 0, False
        packet = av.Packet(self._packets[index])
        packet.pts = round(loop.time() * self._clock_rate)
        packet.time_base = fractions.Fraction(1, self._clock_rate)
        return packet


class WebRTCPeer:
    """One participant's browser, as far as media goes. `received` counts frames per kind. It binds `addresses`, or
    every address of the host if there are none."""

    addresses: Sequence[str] = LOOPBACK

    def __init__(self, direction: Direction, kinds: Sequence[Kind] = MEDIA) -> None:
        _compat.install()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.received: Counter[Kind] = Counter()
        self.keyframes = 0
        self.last_pts: dict[Kind, int] = {}
        self.tracks: dict[Kind, PacketTrack] = {}
        self._tasks: list[asyncio.Task[None]] = []
        for kind in kinds:
            if direction is Direction.PUBLISH:
                track = self.tracks[kind] = PacketTrack(kind)
                sender = self.pc.addTransceiver(track, direction="sendonly").sender
                _compat.on_keyframe_request(sender, functools.partial(self._want_keyframe, track))
            else:
                receiver = self.pc.addTransceiver(kind.value, direction="recvonly").receiver
                _compat.receive_encoded(receiver)

    async def offer(self) -> str:
        with _compat.host_addresses(self.addresses):
            await self.pc.setLocalDescription(await self.pc.createOffer())
        sdp: str = self.pc.localDescription.sdp
        return sdp

    async def answered(self, sdp: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        self.listen()

    def listen(self) -> None:
        """Count what arrives, and report it as often as browsers do."""
        for transceiver in self.pc.getTransceivers():
            receiver = transceiver.receiver
            if receiver.track is not None and not self.tracks:
                self._tasks.append(asyncio.ensure_future(self._count(receiver.track)))
                self._tasks.append(asyncio.ensure_future(_report(receiver)))

    async def join(self, engine: MediaEngine, stage: str, participant: str, direction: Direction) -> WebRTCPeer:
        answer = await engine.join(
            stage=stage,
            participant=participant,
            direction=direction,
            offer_sdp=await self.offer(),
        )
        await self.answered(answer.sdp)
        return self

    def stop_reports(self) -> None:
        """Still there for the network, but it confirms nothing any more."""
        for transceiver in self.pc.getTransceivers():
            for end in (transceiver.receiver, transceiver.sender):
                vars(end)["_send_rtcp"] = _say_nothing

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.pc.close()

    async def _count(self, track: MediaStreamTrack) -> None:
        kind = Kind(track.kind)
        while True:
            try:
                frame: Any = await track.recv()
            except MediaStreamError:
                return
            self.received[kind] += 1
            self.last_pts[kind] = frame.pts
            self.keyframes += kind is Kind.VIDEO and frame.keyframe

    @staticmethod
    def _want_keyframe(track: PacketTrack) -> None:
        track.keyframe_wanted = True


async def _report(receiver: Any) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        await _compat.send_receiver_report(receiver)


async def _say_nothing(packet: Any) -> None:
    return None


class WebRTCPeers(Peers):
    """Real connections over the loopback interface to any engine of transport `sdp`."""

    def __init__(self, engine: MediaEngine) -> None:
        self._engine = engine
        self.publishers: dict[str, WebRTCPeer] = {}
        self.watchers: dict[str, WebRTCPeer] = {}
        self.pulses: dict[str, asyncio.Task[None]] = {}
        self._all: list[WebRTCPeer] = []

    async def offer(self, direction: Direction, kinds: Sequence[Kind] = MEDIA) -> str:
        return await self._peer(direction, kinds).offer()

    async def publish(self, stage: str, participant: str, kinds: Sequence[Kind] = MEDIA) -> None:
        peer = self._peer(Direction.PUBLISH, kinds)
        self.publishers[participant] = peer
        await peer.join(self._engine, stage, participant, Direction.PUBLISH)

    async def watch(self, stage: str, participant: str, kinds: Sequence[Kind] = MEDIA) -> None:
        peer = self._peer(Direction.SUBSCRIBE, kinds)
        self.watchers[participant] = peer
        await peer.join(self._engine, stage, participant, Direction.SUBSCRIBE)

    async def attend(self, stage: str, participant: str) -> None:
        if (older := self.pulses.pop(participant, None)) is not None:
            older.cancel()
        self.pulses[participant] = asyncio.create_task(self._pulse(stage, participant))

    async def _pulse(self, stage: str, participant: str) -> None:
        fresh = True
        while True:
            await self._engine.pulse([Pulse(stage, participant, fresh=fresh)])
            fresh = False
            await asyncio.sleep(PULSE_SECONDS)

    async def stop_video(self, participant: str) -> None:
        self.publishers[participant].tracks[Kind.VIDEO].silent = True

    async def vanish(self, participant: str) -> None:
        if (pulses := self.pulses.pop(participant, None)) is not None:
            pulses.cancel()
        for found in (self.publishers.get(participant), self.watchers.get(participant)):
            if found is not None:
                found.stop_reports()
                for track in found.tracks.values():
                    track.silent = True

    async def pass_time(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)

    async def close(self) -> None:
        for pulses in self.pulses.values():
            pulses.cancel()
        closing: list[Coroutine[Any, Any, None]] = [peer.close() for peer in self._all]
        await asyncio.gather(*closing, return_exceptions=True)

    def _peer(self, direction: Direction, kinds: Sequence[Kind] = MEDIA) -> WebRTCPeer:
        peer = WebRTCPeer(direction, kinds)
        self._all.append(peer)
        return peer


@functools.cache
def encoded_clip(kind: Kind) -> tuple[bytes, ...]:
    """One second of a moving test picture in VP8, or of a hum in Opus; encoded once per process."""
    return _encoded_video() if kind is Kind.VIDEO else _encoded_audio()


def _encoded_video(width: int = 160, height: int = 120) -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = fractions.Fraction(1, FPS)
    encoder.bit_rate = 200_000
    encoder.gop_size = FPS
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    packets: list[bytes] = []
    for index in range(FPS):
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, base in zip(frame.planes, (40 + index * 10, 90, 200), strict=True):
            row = bytes((base + x * 2) % 256 for x in range(plane.line_size))
            plane.update(row * plane.height)
        frame.pts = index
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets + [bytes(packet) for packet in encoder.encode(None)])


def _encoded_audio() -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.bit_rate = 24_000
    samples = int(48_000 * AUDIO_PACKET_SECONDS)
    packets: list[bytes] = []
    for index in range(50):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=samples)
        frame.planes[0].update(bytes((x % 100) // 4 for x in range(samples * 4)))
        frame.sample_rate = 48_000
        frame.pts = index * samples
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)
