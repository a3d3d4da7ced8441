"""The media-engine port: what the product asks of anything that carries sound and picture.

A *stage* is one room's media. Its participants are named by us (opaque ids, at most 64 characters of
`[A-Za-z0-9_.:-]`). What should be is said as one `StagePlan`; `apply` makes it so, as often as it is said:
commands and the repairing sweeper use the same call. An engine never sees money, users or Django.

Time that may be billed is counted by the engine alone, from media that was proven to flow, on a monotonic
clock (`spec` B-2): `ParticipantEvidence.flow_ms` is a counter that only grows within one `boot_id`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """`text` has no packets: it flows while pulses of both sides arrive, which whoever carries the lines passes on."""

    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"


class Direction(StrEnum):
    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


class FlowState(StrEnum):
    """`idle`: not connected yet, or nothing routed. `flowing`: proven. `stalled`: was flowing, proof is
    older than the stall threshold. `cut`: the quota is used up, the engine forwards nothing more."""

    IDLE = "idle"
    FLOWING = "flowing"
    STALLED = "stalled"
    CUT = "cut"


AV = frozenset({Kind.AUDIO, Kind.VIDEO})


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sign of life of a participant whose kind is `text`, which came `age_ms` ago on the line that its text goes by.

    fresh: the first on this line. What lies between it and the last on another line is not proven.
    """

    stage: str
    participant: str
    age_ms: int = 0
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ParticipantPlan:
    """What one participant may do on a stage.

    publishes: kinds it may send; empty for a pure viewer.
    source: the participant whose media it receives, or None (black-out: connected, nothing forwarded).
    needs: kinds of `source` that must flow for a second to count; empty for an unmetered participant.
    quota_ms: value of `flow_ms` (of the current boot) at which the engine stops forwarding; None = no limit.
    unseen: nothing that it does may reach anybody else on the stage; above all it asks its source for no keyframe.
    follows: the participant beside whose paid media it is shown: nothing is forwarded while nothing is proven there.
    record: name under which the engine keeps what this participant publishes; empty = it does not. A name is a UUID.
    """

    id: str
    publishes: frozenset[Kind] = frozenset()
    source: str | None = None
    needs: frozenset[Kind] = frozenset()
    quota_ms: int | None = None
    unseen: bool = False
    follows: str | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """The whole truth about a stage: a participant that is not named is disconnected.

    keyframe_ms: every source is asked for a keyframe so often, whoever listens, so that who is unseen can begin;
    0 = only when somebody needs one.
    """

    stage: str
    participants: tuple[ParticipantPlan, ...]
    max_kbps: int = 1000
    keyframe_ms: int = 0


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """transport `sdp`: `sdp` is the answer to the browser's offer. Other transports may carry url and token."""

    transport: str
    sdp: str = ""
    url: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class ParticipantEvidence:
    """What the engine saw of one participant.

    flow_ms: billable milliseconds proven so far in this boot (0 for an unmetered participant).
    published_age_ms: per kind, milliseconds since the last complete frame or packet arrived from it.
    needs: the kinds that its plan names, so that why nothing counts can be told.
    received_age_ms: milliseconds since it last proved that it receives (RTCP); None = not subscribed.
    sent_ms: milliseconds of this boot in which sound or picture of it arrived, whoever watches.
    """

    stage: str
    id: str
    state: FlowState
    flow_ms: int
    connected: bool
    published_age_ms: dict[Kind, int] = field(default_factory=dict)
    published_kbps: int = 0
    received_age_ms: int | None = None
    needs: frozenset[Kind] = frozenset()
    sent_ms: int = 0


NO_SPACE, NO_FOLDER = "space", "folder"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sample of the whole engine. `mono_ms` is the engine's monotonic clock, `boot_id` names its life. `unwritten`:
    recordings of which something could not be kept in the last minute, by name, and why: NO_SPACE or NO_FOLDER."""

    boot_id: str
    mono_ms: int
    participants: tuple[ParticipantEvidence, ...]
    unwritten: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    name: str
    max_participants: int
    snapshots: bool
    in_process: bool
    recordings: bool = False


class MediaEngine(ABC):
    """The port. Every method may raise `MediaUnavailable`; none blocks the caller's event loop."""

    capabilities: Capabilities

    @abstractmethod
    async def apply(self, plan: StagePlan) -> None:
        """Make the stage match the plan, creating it if needed. Idempotent. Counters of participants that stay are
        kept. Raises MediaFull when the plan would exceed the engine's capacity."""

    @abstractmethod
    async def join(self, *, stage: str, participant: str, direction: Direction, offer_sdp: str) -> JoinAnswer:
        """Connect one direction of a planned participant; a newer join replaces the older connection.
        Raises NotAllowed when the plan does not allow it, BadInput when the description is malformed."""

    @abstractmethod
    async def pulse(self, pulses: Sequence[Pulse]) -> None:
        """These were there. Of a participant that no plan names, or that has no part in text, nothing is taken."""

    @abstractmethod
    async def close_stage(self, stage: str) -> None:
        """Disconnect everybody and forget the stage. Idempotent."""

    @abstractmethod
    async def evidence(self) -> Evidence:
        """The counters of every participant of every stage."""

    @abstractmethod
    async def snapshot(self, *, stage: str, participant: str, width: int) -> bytes | None:
        """A JPEG of what `participant` publishes now, or None when there is no picture yet."""

    async def start(self) -> None:
        """Called once per process before use; must be safe to call again."""

    async def close(self) -> None:
        """Disconnect everybody; the process is about to end."""
