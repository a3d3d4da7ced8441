"""One second at start that proves the installed aiortc does what the relay needs of it."""

from __future__ import annotations

import asyncio
import base64
import fractions
import threading
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from ppv_plugin.media.engine import Direction
from ppv_plugin.media.relay import _compat
from ppv_plugin.media.relay.errors import IncompatibleLibrary
from ppv_plugin.media.relay.frames import EncodedFrame
from ppv_plugin.media.relay.offers import read_offer

SECONDS = 5.0  # it takes a fifth of one; a busy machine gets more
_passed = threading.Event()

# A keyframe's header and some payload: the relay never decodes, so no more is needed.
_KEYFRAME = base64.b64decode("EAIAnQEqEAAQAAIANCWkAANwAP77/VAA") + b"\0" * 40


class _Keyframes(MediaStreamTrack):
    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._pts = 0

    async def recv(self) -> av.Packet[Any]:
        await asyncio.sleep(0.02)
        self._pts += 1800
        packet = av.Packet(_KEYFRAME)
        packet.pts = self._pts
        packet.time_base = fractions.Fraction(1, 90000)
        return packet


async def check_library() -> None:
    """Substitute what must be substituted and try it out, once per process. Raises IncompatibleLibrary."""
    _compat.install()
    if _passed.is_set():
        return
    configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    sending, receiving = RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    try:
        async with asyncio.timeout(SECONDS):
            await _exchange(sending, receiving)
    except TimeoutError as error:
        raise IncompatibleLibrary("aiortc self-test: no encoded frame or no keyframe request came through") from error
    except AttributeError as error:
        raise IncompatibleLibrary(f"aiortc self-test: {error}") from error
    finally:
        await asyncio.gather(sending.close(), receiving.close(), return_exceptions=True)
    _passed.set()


async def _exchange(sending: RTCPeerConnection, receiving: RTCPeerConnection) -> None:
    asked = asyncio.Event()
    sender = sending.addTransceiver(_Keyframes(), direction="sendonly").sender
    receiver = receiving.addTransceiver("video", direction="recvonly").receiver
    _compat.on_keyframe_request(sender, asked.set)
    _compat.on_receiver_report(sender, lambda highest: None)
    _compat.on_sender_report(receiver, lambda: None)
    _compat.receive_encoded(receiver)
    _compat.cap_bitrate(receiver)
    with _compat.host_addresses(["127.0.0.1"]):
        await sending.setLocalDescription(await sending.createOffer())
        offer, _ = read_offer(sending.localDescription.sdp, Direction.PUBLISH)
        await receiving.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        await receiving.setLocalDescription(await receiving.createAnswer())
    await sending.setRemoteDescription(receiving.localDescription)
    frame: Any = await receiver.track.recv()
    if not isinstance(frame, EncodedFrame) or not frame.data.startswith(_KEYFRAME[:6]):
        raise IncompatibleLibrary("aiortc self-test: frames do not come through as they were sent")
    await _compat.send_bitrate_cap(receiver, 500_000)
    await _compat.request_keyframe(receiver)
    await asked.wait()
