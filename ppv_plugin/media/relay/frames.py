"""Encoded frames as the relay carries them, and the little it reads of VP8 (RFC 6386, section 9.1)."""

from __future__ import annotations

from dataclasses import dataclass

KEYFRAME_HEADER_BYTES = 10
START_CODE = b"\x9d\x01\x2a"


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One complete encoded frame. `pts` counts in units of 1/`clock_rate` second."""

    data: bytes
    pts: int
    clock_rate: int
    keyframe: bool


def is_vp8_keyframe(data: bytes) -> bool:
    return len(data) >= KEYFRAME_HEADER_BYTES and not data[0] & 1 and data[3:6] == START_CODE


def vp8_size(data: bytes) -> tuple[int, int] | None:
    """Width and height told by a keyframe's header; None for anything else."""
    if not is_vp8_keyframe(data):
        return None
    width = int.from_bytes(data[6:8], "little") & 0x3FFF
    height = int.from_bytes(data[8:10], "little") & 0x3FFF
    return width, height
