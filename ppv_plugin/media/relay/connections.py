"""One peer connection each: what a participant sends us, and what we send it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from ppv_plugin.media.engine import Kind
from ppv_plugin.media.relay import _compat
from ppv_plugin.media.relay.clock import monotonic_ms
from ppv_plugin.media.relay.errors import OfferRefused, RelayError, RelayFull
from ppv_plugin.media.relay.flow import AUDIO_REPORT_MS
from ppv_plugin.media.relay.frames import EncodedFrame
from ppv_plugin.media.relay.offers import CODECS
from ppv_plugin.media.relay.tracks import ForwardTrack

logger = logging.getLogger(__name__)

NEGOTIATE_SECONDS = 5.0
CLOSE_SECONDS = 5.0
CONNECT_MS = 20_000  # an offer whose peer never comes is given up
BITRATE_CAP_MS = 1000
RATE_WINDOW_MS = 2000
PEER_KEYFRAME_MS = 1000  # one receiver must not make the source send keyframes all the time


class Connection:
    """Owns a peer connection from the offer to its end. `on_gone` is called once when the peer is lost."""

    def __init__(self, on_gone: Callable[[Any], None]) -> None:
        # An explicit list: with none, aiortc would ask a public STUN server.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.opened_ms = monotonic_ms()
        self.connected = False
        self.closing = False
        self._on_gone = on_gone
        self._tasks: set[asyncio.Task[None]] = set()
        self.pc.on("connectionstatechange", self._state_changed)

    async def negotiate(self, offer: str, binds: Sequence[str]) -> str:
        """The answer, with every candidate in it. Raises OfferRefused, RelayFull."""
        try:
            async with asyncio.timeout(NEGOTIATE_SECONDS):
                await self._accept(offer)
                with _compat.host_addresses(binds):
                    await self.pc.setLocalDescription(await self.pc.createAnswer())
        except TimeoutError as error:
            raise RelayError("the negotiation took too long") from error
        answer: str = self.pc.localDescription.sdp
        if "a=candidate:" not in answer:
            raise RelayFull("no address or no free UDP port is left")
        self.negotiated()
        return answer

    def negotiated(self) -> None:
        """The connection is described on both sides."""

    def overdue(self, now_ms: int) -> bool:
        return not self.connected and now_ms - self.opened_ms > CONNECT_MS

    async def close(self) -> None:
        """Bounded, and never raises: a closing peer must not disturb the others."""
        self.connected = False
        for task in self._tasks:
            task.cancel()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.pc.close()
        except Exception:
            logger.warning("a peer connection did not close cleanly", exc_info=True)

    def add_transceiver(self, kind: Kind, what: ForwardTrack | str, direction: str) -> Any:
        """Made before the offer is read, so that our choice of codec counts."""
        transceiver: RTCRtpTransceiver = self.pc.addTransceiver(what, direction=direction)
        wanted = (CODECS[kind].lower(), f"{kind.value}/rtx")
        codecs = RTCRtpSender.getCapabilities(kind.value).codecs
        transceiver.setCodecPreferences([c for c in codecs if c.mimeType.lower() in wanted])
        return transceiver

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, offer: str) -> None:
        try:
            await self.pc.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        except TimeoutError:
            raise
        except Exception as error:  # aiortc's checks raise a mixture
            raise OfferRefused(f"the description was refused: {error}") from error

    def _state_changed(self) -> None:
        state = self.pc.connectionState
        if state == "connected":
            self.connected = True
            self.became_connected()
        elif state in ("failed", "closed"):
            self.connected = False
            self._on_gone(self)

    def became_connected(self) -> None:
        """Media may flow from now on."""


class Publication(Connection):
    """What one participant sends. `on_frame` gets every complete frame."""

    def __init__(
        self,
        kinds: Sequence[Kind],
        *,
        keyframe_interval_ms: int,
        on_frame: Callable[[Publication, Kind, EncodedFrame], None],
        on_gone: Callable[[Any], None],
    ) -> None:
        super().__init__(on_gone)
        self.keyframe: EncodedFrame | None = None
        self.keyframe_ms = 0
        self.keyframe_arrived = asyncio.Event()
        self._keyframe_interval_ms = keyframe_interval_ms
        self._on_frame = on_frame
        self._receivers: dict[Kind, RTCRtpReceiver] = {}
        self._heard_ms = self.opened_ms
        self._asked_ms: int | None = None
        self._capped_ms: int | None = None
        self._steady_turn = 0
        self._bytes = 0
        self._rates: deque[tuple[int, int]] = deque()
        for kind in kinds:
            receiver = self.add_transceiver(kind, kind.value, "recvonly").receiver
            _compat.receive_encoded(receiver)
            _compat.on_sender_report(receiver, self._heard)
            if kind is Kind.VIDEO:
                _compat.cap_bitrate(receiver)
            self._receivers[kind] = receiver

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(self._receivers)

    def negotiated(self) -> None:
        for kind, receiver in self._receivers.items():
            self.spawn(self._pump(kind, receiver.track))

    def became_connected(self) -> None:
        self._heard()

    def alive(self, now_ms: int, vanished_ms: int) -> bool:
        return self.connected and now_ms - self._heard_ms <= vanished_ms

    def request_keyframe(self, now_ms: int) -> None:
        """At most one request per interval: a crowd that joins at once needs one keyframe, not a hundred."""
        receiver = self._receivers.get(Kind.VIDEO)
        if receiver is None or not self.connected:
            return
        if self._asked_ms is not None and now_ms - self._asked_ms < self._keyframe_interval_ms:
            return
        self._asked_ms = now_ms
        self.spawn(_compat.request_keyframe(receiver))

    def tick(self, now_ms: int, max_kbps: int, keyframe_ms: int = 0) -> None:
        """`keyframe_ms`: a keyframe is asked for so often, counted by the clock alone."""
        if keyframe_ms and now_ms // keyframe_ms != self._steady_turn:
            self._steady_turn = now_ms // keyframe_ms
            self.request_keyframe(now_ms)
        self._rates.append((now_ms, self._bytes))
        while now_ms - self._rates[0][0] > RATE_WINDOW_MS:
            self._rates.popleft()
        receiver = self._receivers.get(Kind.VIDEO)
        due = self._capped_ms is None or now_ms - self._capped_ms >= BITRATE_CAP_MS
        if receiver is not None and self.connected and due:
            self._capped_ms = now_ms
            self.spawn(_compat.send_bitrate_cap(receiver, max_kbps * 1000))

    def kbps(self) -> int:
        if len(self._rates) < 2:
            return 0
        (first_ms, first), (last_ms, last) = self._rates[0], self._rates[-1]
        return (last - first) * 8 // max(1, last_ms - first_ms)

    def _heard(self) -> None:
        self._heard_ms = monotonic_ms()

    async def _pump(self, kind: Kind, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame: Any = await track.recv()
                self._heard()
                self._bytes += len(frame.data)
                if kind is Kind.VIDEO and frame.keyframe:
                    self.keyframe, self.keyframe_ms = frame, self._heard_ms
                    self.keyframe_arrived.set()
                self._on_frame(self, kind, frame)


class Subscription(Connection):
    """What one participant receives; it stays while its source changes."""

    def __init__(
        self,
        kinds: Sequence[Kind],
        *,
        on_sent: Callable[[Kind], None],
        on_receipt: Callable[[], None],
        on_connected: Callable[[Subscription], None],
        want_keyframe: Callable[[], None],
        on_gone: Callable[[Any], None],
    ) -> None:
        super().__init__(on_gone)
        self.tracks: dict[Kind, ForwardTrack] = {}
        self._on_sent = on_sent
        self._on_receipt = on_receipt
        self._on_connected = on_connected
        self._want_keyframe = want_keyframe
        self._wanted_ms: int | None = None
        self._unreported: dict[Kind, int] = {}  # when the first frame since the last report was sent
        self._highest: dict[Kind, int] = {}
        for kind in kinds:
            track = ForwardTrack(kind, on_sent=self._sent, want_keyframe=want_keyframe)
            sender = self.add_transceiver(kind, track, "sendonly").sender
            _compat.on_receiver_report(sender, partial(self._reported, kind))
            if kind is Kind.VIDEO:
                _compat.on_keyframe_request(sender, self._keyframe_requested)
            self.tracks[kind] = track

    def became_connected(self) -> None:
        self._on_connected(self)

    def alive(self, now_ms: int, vanished_ms: int) -> bool:
        """A peer that is sent nothing need not report, and sound alone is reported on rarely."""
        limits = {Kind.VIDEO: vanished_ms, Kind.AUDIO: max(vanished_ms, AUDIO_REPORT_MS)}
        waits = self._unreported.items()
        return self.connected and all(now_ms - at <= limits[kind] for kind, at in waits)

    def waiting_for_keyframe(self) -> bool:
        return self.connected and any(t.waiting_for_keyframe for t in self.tracks.values())

    def hold(self) -> None:
        for track in self.tracks.values():
            track.hold()

    def switch_source(self) -> None:
        for track in self.tracks.values():
            track.switch_source()

    def _sent(self, kind: Kind) -> None:
        if kind not in self._unreported:
            self._unreported[kind] = monotonic_ms()
        self._on_sent(kind)

    def _keyframe_requested(self) -> None:
        now_ms = monotonic_ms()
        if self._wanted_ms is None or now_ms - self._wanted_ms >= PEER_KEYFRAME_MS:
            self._wanted_ms = now_ms
            self._want_keyframe()

    def _reported(self, kind: Kind, highest: int) -> None:
        self._unreported.clear()
        # A report that repeats the old number proves a live peer, not that media arrived.
        if self._highest.get(kind) != highest:
            self._highest[kind] = highest
            self._on_receipt()
