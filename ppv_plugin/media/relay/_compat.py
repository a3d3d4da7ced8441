"""Every touch of aiortc's and aioice's private parts, so that a new version is judged in one place.

`selftest.check_library` proves all of them together at start. Known to hold for aiortc 1.14 to 1.16.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import aioice.ice
import aiortc.rtcrtpreceiver
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSrPacket,
    pack_remb_fci,
)

from ppv_plugin.media.relay.errors import IncompatibleLibrary
from ppv_plugin.media.relay.frames import EncodedFrame, is_vp8_keyframe

_install_lock = threading.Lock()
_host_addresses: contextvars.ContextVar[Sequence[str] | None] = contextvars.ContextVar(
    "ppv_relay_host_addresses", default=None
)


class _EncodedCodec(RTCRtpCodecParameters):
    """Marks a receiver whose frames are wanted as they come; other users of aiortc keep their decoders."""


class _PassThrough:
    """Stands where aiortc expects a decoder and hands the encoded frame on."""

    def __init__(self, codec: RTCRtpCodecParameters) -> None:
        self._clock_rate = codec.clockRate
        self._video = codec.name.upper() == "VP8"

    def decode(self, frame: Any) -> list[EncodedFrame]:
        keyframe = not self._video or is_vp8_keyframe(frame.data)
        return [EncodedFrame(frame.data, frame.timestamp, self._clock_rate, keyframe)]


def install() -> None:
    """Put our two substitutes in place; safe to call again."""
    with _install_lock:
        if not hasattr(getattr(aiortc.rtcrtpreceiver, "get_decoder", None), "ppv_original"):
            _install_decoder()
        if not hasattr(aioice.ice.get_host_addresses, "ppv_original"):
            _install_host_addresses()


def _install_decoder() -> None:
    original = getattr(aiortc.rtcrtpreceiver, "get_decoder", None)
    if original is None:
        raise IncompatibleLibrary("aiortc: the choice of decoders was not found")

    def get_decoder(codec: RTCRtpCodecParameters) -> Any:
        return _PassThrough(codec) if isinstance(codec, _EncodedCodec) else original(codec)

    get_decoder.ppv_original = original  # type: ignore[attr-defined]
    aiortc.rtcrtpreceiver.get_decoder = get_decoder  # type: ignore[attr-defined]


def _install_host_addresses() -> None:
    original = aioice.ice.get_host_addresses

    def get_host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        chosen = _host_addresses.get()
        return original(use_ipv4, use_ipv6) if chosen is None else list(chosen)

    get_host_addresses.ppv_original = original  # type: ignore[attr-defined]
    aioice.ice.get_host_addresses = get_host_addresses


@contextlib.contextmanager
def host_addresses(addresses: Sequence[str]) -> Iterator[None]:
    """Connections that gather inside this block bind these addresses; empty leaves all of the host's."""
    token = _host_addresses.set(addresses or None)
    try:
        yield
    finally:
        _host_addresses.reset(token)


def receive_encoded(receiver: RTCRtpReceiver) -> None:
    """Its track will yield `EncodedFrame`. To be called before the connection is made."""
    original = receiver.receive

    async def receive(parameters: Any) -> None:
        parameters.codecs = [_EncodedCodec(**vars(codec)) for codec in parameters.codecs]
        await original(parameters)

    receiver.receive = receive  # type: ignore[method-assign]


def cap_bitrate(receiver: RTCRtpReceiver) -> None:
    """Silence aiortc's estimator, which starves senders; `send_bitrate_cap` speaks in its place."""
    name = "_RTCRtpReceiver__remote_bitrate_estimator"
    if not hasattr(receiver, name):
        raise IncompatibleLibrary("aiortc: the receiver's bit rate estimator was not found")
    setattr(receiver, name, None)


async def send_bitrate_cap(receiver: RTCRtpReceiver, bits_per_second: int) -> None:
    sources = [source.source for source in receiver.getSynchronizationSources()]
    ssrc = getattr(receiver, "_RTCRtpReceiver__rtcp_ssrc", None)
    if sources and ssrc is not None:
        fci = pack_remb_fci(bits_per_second, sources)
        packet = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=ssrc, media_ssrc=0, fci=fci)
        await receiver._send_rtcp(packet)


async def request_keyframe(receiver: RTCRtpReceiver) -> None:
    """Ask the sending peer for a keyframe (PLI)."""
    for source in receiver.getSynchronizationSources():
        await receiver._send_rtcp_pli(source.source)


def on_keyframe_request(sender: RTCRtpSender, callback: Callable[[], None]) -> None:
    """The receiving peer lost the picture (PLI or FIR)."""
    if not hasattr(sender, "_send_keyframe"):
        raise IncompatibleLibrary("aiortc: the sender's keyframe hook was not found")
    sender._send_keyframe = callback  # type: ignore[method-assign]


def on_receiver_report(sender: RTCRtpSender, callback: Callable[[int], None]) -> None:
    """Called with the highest sequence number the receiving peer says it has of this sender's stream."""

    def watch(packet: Any) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == sender._ssrc:
                    callback(report.highest_sequence)

    _watch_rtcp(sender, watch)


async def send_receiver_report(receiver: RTCRtpReceiver) -> None:
    """Report at once what has arrived; peers in tests do so as often as browsers, which aiortc does not."""
    ssrc = getattr(receiver, "_RTCRtpReceiver__rtcp_ssrc", None)
    streams: dict[int, Any] = getattr(receiver, "_RTCRtpReceiver__remote_streams", {})
    reports = [
        RtcpReceiverInfo(
            ssrc=source,
            fraction_lost=0,
            packets_lost=0,
            highest_sequence=stream.max_seq,
            jitter=0,
            lsr=0,
            dlsr=0,
        )
        for source, stream in streams.items()
    ]
    if reports and ssrc is not None:
        await receiver._send_rtcp(RtcpRrPacket(ssrc=ssrc, reports=reports))


def on_sender_report(receiver: RTCRtpReceiver, callback: Callable[[], None]) -> None:
    """The sending peer is alive, even if it sends no media."""

    def watch(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            callback()

    _watch_rtcp(receiver, watch)


def _watch_rtcp(end: RTCRtpSender | RTCRtpReceiver, watch: Callable[[Any], None]) -> None:
    original: Callable[[Any], Awaitable[None]] | None = getattr(end, "_handle_rtcp_packet", None)
    if original is None:
        raise IncompatibleLibrary("aiortc: the RTCP handler was not found")

    async def handle(packet: Any) -> None:
        watch(packet)
        await original(packet)

    end._handle_rtcp_packet = handle  # type: ignore[method-assign]
