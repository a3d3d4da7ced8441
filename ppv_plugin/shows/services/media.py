"""Joins people to the engine, tells it what should be, and takes over what it proved. Never inside a transaction."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin.conf import conf
from ppv_plugin.errors import Elsewhere, Gone, MediaUnavailable, NotAllowed
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import Direction, Evidence
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.services import UsageReport
from ppv_plugin.rooms import presence
from ppv_plugin.signals import announce, media_taken, room_changed

from .. import rules
from ..pauses import pause_reason
from ..queries import stage as stage_queries
from .stage_time import record_stage_time

_log = logging.getLogger(__name__)


@dataclass
class _Turn:
    """Who waits to have a room's stage applied: one application serves everybody who asked before it began."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0
    served: int = 0


_turns: dict[int, _Turn] = defaultdict(_Turn)
_counting = threading.Lock()


def join_media(
    *,
    user: Any,
    room_id: int,
    connection: UUID,
    direction: str,
    sdp: str,
    take_over: bool,
    now: datetime,
    camera: UUID | None = None,
) -> str:
    """Connect this tab to the stage and return the SDP answer. `camera`: one beside the large picture.

    Raises NotAllowed or Gone (nothing to send or see here), Elsewhere (another tab of this person holds the show and
    `take_over` was not said), BadInput (malformed description), MediaUnavailable, MediaFull.
    """
    place = stage_queries.place_of(user=user, room_id=room_id, connection=connection, now=now, camera=camera)
    place.check(direction)
    _hold(place.beside or place, user, room_id, connection, take_over, now)
    apply_stage(room_id=room_id)
    answer = media.join(
        stage=rules.stage_name(room_id),
        participant=place.participant,
        direction=Direction(direction),
        offer_sdp=sdp,
    )
    if direction == Direction.PUBLISH and place.participant.startswith(rules.GUEST_PREFIX):
        announce(room_changed, room_id=room_id)  # there is one camera more to see
    return answer.sdp


def attend(*, user: Any, room_id: int, connection: UUID, take_over: bool, now: datetime) -> str:
    """This tab is where the person is there for text; returns the participant whose pulses it gives from now on.

    Raises NotAllowed (who neither performs nor pays has nothing to prove), Gone, Elsewhere, Blocked.
    """
    place = stage_queries.place_of(user=user, room_id=room_id, connection=connection, now=now)
    if not place.shared:
        raise NotAllowed
    _hold(place, user, room_id, connection, take_over, now)
    apply_stage(room_id=room_id)
    return place.participant


def _hold(
    place: stage_queries.Place, user: Any, room_id: int, connection: UUID, take_over: bool, now: datetime
) -> None:
    """This tab has the person's place from now on."""
    if place.shared:
        holder = presence.holder_of(participant=place.participant, now=now)
        if holder is not None and holder != connection and not take_over:
            raise Elsewhere
    moved = presence.hold_participant(connection=connection, participant=place.participant, now=now)
    if moved and user is not None:
        announce(media_taken, user_key=str(user.pk), room_id=room_id, connection=str(connection))


def leave_media(*, connection: UUID, room_id: int, now: datetime) -> None:
    """This tab lets go of its media; a free viewer leaves the stage."""
    presence.hold_participant(connection=connection, participant="", now=now)
    if presence.is_guest(connection=connection):
        announce(room_changed, room_id=room_id)
    apply_stage(room_id=room_id)


def apply_stage(*, room_id: int) -> None:
    """Make the engine match what the database says of this room. Safe to repeat; the worker repeats it."""
    with _counting:
        turn = _turns[room_id]
        turn.asked += 1
        mine = turn.asked
    with turn.lock:
        if turn.served >= mine:
            return
        serving = turn.asked  # whoever asked up to now has committed what the next line reads
        boot_id = media.evidence().boot_id
        plan = stage_queries.stage_plan(room_id=room_id, boot_id=boot_id)
        if plan is None:
            media.close_stage(rules.stage_name(room_id))
        else:
            media.apply_plan(plan)
        turn.served = serving


def report_usage(*, now: datetime, room_id: int) -> list[UUID]:
    """Take over what the engine proved in this room, before something there ends. An engine that does not answer proves
    nothing, and nothing is lost by that."""
    try:
        evidence = media.evidence()
    except (MediaUnavailable, Gone):
        _log.warning("the media engine does not answer; ending at what was proven before")
        return []
    record_stage_time(evidence, room_id=room_id)
    stage = rules.stage_name(room_id)
    return metering.record_usage(reports=usage_reports(evidence, stage=stage), now=now)


def usage_reports(evidence: Evidence, *, stage: str | None = None) -> list[UsageReport]:
    """What the engine says of those who pay, on every stage or on one."""
    stages = defaultdict(list)
    for person in evidence.participants:
        if stage in (None, person.stage):
            stages[person.stage].append(person)
    stall_ms = conf.RELAY_STALL_SECONDS * 1000
    return [
        UsageReport(
            person.id,
            evidence.boot_id,
            person.flow_ms,
            str(person.state),
            pause_reason(person, people, stall_ms=stall_ms),
        )
        for people in stages.values()
        for person in people
        if rules.is_paying(person.id)
    ]
