"""Why a meter pauses: the performer's side is looked at first, then the client's."""

from __future__ import annotations

from typing import Any

import pytest

from ppv_plugin.media.engine import FlowState, Kind, ParticipantEvidence
from ppv_plugin.shows.pauses import pause_reason

STALL_MS = 5000


def evidence(name: str, *, state: FlowState = FlowState.STALLED, connected: bool = True, **more: Any) -> Any:
    return ParticipantEvidence(stage="room-1", id=name, state=state, flow_ms=0, connected=connected, **more)


def performer(*, connected: bool = True, picture_ms: int | None = 40) -> Any:
    ages = {} if picture_ms is None else {Kind.VIDEO: picture_ms}
    return evidence("p-1", state=FlowState.IDLE, connected=connected, published_age_ms=ages)


CLIENT, GONE = evidence("x-1"), evidence("x-1", connected=False)


@pytest.mark.parametrize(
    ("person", "others", "reason"),
    [
        (evidence("x-1", state=FlowState.FLOWING), [performer()], ""),
        (evidence("x-1", state=FlowState.CUT), [performer()], ""),
        (CLIENT, [performer(picture_ms=5001)], "no_picture"),
        (CLIENT, [performer(picture_ms=None)], "no_picture"),
        (CLIENT, [performer(connected=False)], "performer_lost"),
        (CLIENT, [], "performer_lost"),
        (GONE, [performer()], "client_lost"),
        (GONE, [performer(connected=False)], "media_lost"),
        (CLIENT, [performer()], "not_received"),
        (evidence("v-1"), [performer(), evidence("x-2")], "in_private"),
        (evidence("v-1"), [performer(), evidence("v-2")], "not_received"),
    ],
)
def test_the_reason_is_what_the_engine_saw(person: Any, others: list[Any], reason: str) -> None:
    assert pause_reason(person, [*others, person], stall_ms=STALL_MS) == reason
