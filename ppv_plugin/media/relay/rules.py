"""What a plan may say and who may join. Pure; the fake engine obeys the same rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ppv_plugin.media.engine import AV, Direction, ParticipantPlan, StagePlan
from ppv_plugin.media.relay.errors import JoinRefused, OfferRefused, RelayFull

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")
RECORD = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")  # becomes a folder
MAX_OFFER_BYTES = 64 * 1024
MIN_SNAPSHOT_WIDTH, MAX_SNAPSHOT_WIDTH = 16, 1920


def check_plan(plan: StagePlan) -> None:
    """Raises OfferRefused for malformed ids, a participant named twice, or impossible numbers."""
    ids = [participant.id for participant in plan.participants]
    for name in (plan.stage, *ids):
        if not NAME.match(name):
            raise OfferRefused("an id must be 1 to 64 characters of A-Z a-z 0-9 _ . : -")
    if len(ids) != len(set(ids)):
        raise OfferRefused("a participant is named twice")
    records = [participant.record for participant in plan.participants if participant.record]
    if len(records) != len(set(records)) or not all(RECORD.match(name) for name in records):
        raise OfferRefused("the name of a recording must be a UUID of its own")
    if plan.max_kbps <= 0 or plan.keyframe_ms < 0:
        raise OfferRefused("max_kbps must be positive, keyframe_ms not negative")
    if any((participant.quota_ms or 0) < 0 for participant in plan.participants):
        raise OfferRefused("a quota must not be negative")


def check_capacity(planned: Mapping[str, int], plan: StagePlan, limit: int) -> None:
    """`planned` counts the participants of every stage as it is now. Raises RelayFull."""
    others = sum(count for stage, count in planned.items() if stage != plan.stage)
    if others + len(plan.participants) > limit:
        raise RelayFull(f"no room for more than {limit} participants")


def check_join(participant: ParticipantPlan | None, direction: Direction) -> ParticipantPlan:
    """Raises JoinRefused for somebody the plan does not name, or a publisher who may send nothing."""
    if participant is None:
        raise JoinRefused("no plan names this participant")
    if direction is Direction.PUBLISH and participant.publishes.isdisjoint(AV):
        raise JoinRefused("this participant may not publish")
    return participant


def check_offer_size(sdp: str) -> None:
    if not sdp or len(sdp) > MAX_OFFER_BYTES:
        raise OfferRefused("the description is empty or too long")


def check_width(width: int) -> None:
    if not MIN_SNAPSHOT_WIDTH <= width <= MAX_SNAPSHOT_WIDTH:
        raise OfferRefused("this width is not supported")
