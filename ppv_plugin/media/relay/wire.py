"""The messages between the relay's process and its client. Both sides import them; neither needs the other."""

from __future__ import annotations

import msgspec

from ppv_plugin.media.engine import Direction, Pulse


class JoinRequest(msgspec.Struct, forbid_unknown_fields=True):
    stage: str
    participant: str
    direction: Direction
    offer_sdp: str


class PulseRequest(msgspec.Struct, forbid_unknown_fields=True):
    pulses: list[Pulse]


class CloseRequest(msgspec.Struct, forbid_unknown_fields=True):
    stage: str


class SnapshotRequest(msgspec.Struct, forbid_unknown_fields=True):
    stage: str
    participant: str
    width: int


class Refusal(msgspec.Struct):
    code: str
    text: str
