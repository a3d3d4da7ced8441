"""Reading a browser's offer before anything is built from it, and preparing the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aiortc.sdp import SessionDescription

from ppv_plugin.media.engine import Direction, Kind
from ppv_plugin.media.relay.errors import OfferRefused
from ppv_plugin.media.relay.options import HostAddress
from ppv_plugin.media.relay.rules import check_offer_size

CODECS = {Kind.AUDIO: "audio/opus", Kind.VIDEO: "video/VP8"}
OFFERED_DIRECTION = {Direction.PUBLISH: "sendonly", Direction.SUBSCRIBE: "recvonly"}
MAX_SECTIONS = 2
FINGERPRINTS = ("sha-256", "sha-384", "sha-512")

# The peer's addresses are learned from its own checks. Using those it names would let it point the relay at
# any host and port, and would make us wait for its mDNS names.
_CANDIDATE_LINES = re.compile(r"^a=(candidate:|end-of-candidates)[^\r\n]*(\r\n|\n|\Z)", re.MULTILINE)


def read_offer(sdp: str, direction: Direction) -> tuple[str, list[Kind]]:
    """The offer without its candidates, and its kinds in order. Raises OfferRefused."""
    check_offer_size(sdp)
    stripped = _CANDIDATE_LINES.sub("", sdp)
    try:
        description = SessionDescription.parse(stripped)
    except Exception as error:  # the parser raises whatever its parts raise
        raise OfferRefused(f"not a session description: {type(error).__name__}") from error
    kinds: list[Kind] = []
    if not 1 <= len(description.media) <= MAX_SECTIONS:
        raise OfferRefused("one audio and one video section at most, at least one of them")
    for media in description.media:
        if media.kind not in tuple(CODECS) or Kind(media.kind) in kinds:
            raise OfferRefused("one audio and one video section at most, nothing else")
        kind = Kind(media.kind)
        if media.direction != OFFERED_DIRECTION[direction]:
            raise OfferRefused(f"{kind} must be offered {OFFERED_DIRECTION[direction]}")
        if not any(codec.mimeType.lower() == CODECS[kind].lower() for codec in media.rtp.codecs):
            raise OfferRefused(f"{kind} must be offered with {CODECS[kind]}")
        fingerprints = media.dtls.fingerprints if media.dtls else []
        if not any(f.algorithm.lower() in FINGERPRINTS for f in fingerprints):
            raise OfferRefused("a certificate's fingerprint is needed")
        kinds.append(kind)
    return stripped, kinds


def announce(sdp: str, addresses: Iterable[HostAddress]) -> str:
    """Replace bound addresses by announced ones, for a relay behind a 1:1 NAT."""
    for address in addresses:
        if address.announce != address.bind:
            bound = re.escape(address.bind)
            sdp = re.sub(rf"(?<= ){bound}(?=\s)", address.announce, sdp)
    return sdp
