"""What the engine should be doing for a room, and which place on the stage a connection may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin.conf import conf
from ppv_plugin.errors import Blocked, FreeTimeOver, Gone, NotAllowed
from ppv_plugin.media.engine import AV, Kind, ParticipantPlan, StagePlan
from ppv_plugin.metering import queries as metering
from ppv_plugin.people import queries as people
from ppv_plugin.rooms import presence

from .. import rules
from ..models import PrivateShow, Show, Visit
from .free_time import free_left_ms

_NEEDS = frozenset({Kind.VIDEO})  # a muted microphone is the performer's choice; a missing picture is not paid for


@dataclass(frozen=True, slots=True)
class Place:
    """A participant one connection may be. `shared`: it belongs to the person, so one tab at a time holds it."""

    participant: str
    publishes: bool
    subscribes: bool
    shared: bool

    def check(self, direction: str) -> None:
        """Raises NotAllowed for a direction this place does not have."""
        if not (self.publishes if direction == "publish" else self.subscribes):
            raise NotAllowed


def place_of(*, user: Any, room_id: int, connection: UUID, now: datetime) -> Place:
    """Raises Gone (nobody live), NotAllowed (a paid show one is not in, somebody else's private show), Blocked and
    FreeTimeOver. A moderator sees what is public, paid or not, and is nobody's viewer."""
    show = _live(room_id)
    if show is None:
        raise Gone
    private = _open_private(show)
    signed_in = user is not None and user.is_authenticated
    if signed_in and show.room.performer.user_id == user.pk:
        return Place(rules.performer_participant(show.id), True, private is not None, True)
    if signed_in and presence.is_moderator(connection=connection):
        return Place(rules.moderator_participant(connection), False, True, False)
    client = people.client_of(user)
    if client is not None and people.is_blocked(performer_id=show.room.performer.pk, client_id=client.pk, now=now):
        raise Blocked
    if private is not None and client is not None and private.client_id == client.pk:
        return Place(rules.private_participant(private.id), True, True, True)
    if show.terms["group_cpm"]:
        visit = Visit.objects.in_force().filter(show=show, client=client).first() if client else None
        if visit is None:
            raise NotAllowed
        return Place(rules.visit_participant(visit.id), False, True, True)
    if private is None and free_left_ms(room=show.room, connection=connection, now=now) == 0:
        raise FreeTimeOver
    return Place(rules.viewer_participant(connection), False, True, False)


def stage_plan(*, room_id: int, boot_id: str) -> StagePlan | None:
    """The whole truth of a room's stage for the engine's present boot; None when nobody is live there."""
    show = _live(room_id)
    if show is None:
        return None
    performer = rules.performer_participant(show.id)
    private = _open_private(show)
    visits = list(Visit.objects.in_force().filter(show=show).values_list("id", "session_id"))
    session_ids = [session_id for _id, session_id in visits]
    if private is not None:
        session_ids.append(private.session_id)
    quotas = metering.quotas(boot_id=boot_id, session_ids=session_ids)
    public_source = None if private is not None else performer
    people_on_stage = [
        ParticipantPlan(performer, publishes=AV, source=rules.private_participant(private.id) if private else None)
    ]
    if private is not None:
        people_on_stage.append(
            ParticipantPlan(
                rules.private_participant(private.id),
                publishes=AV,
                source=performer,
                needs=_NEEDS,
                quota_ms=quotas.get(private.session_id),
            )
        )
    people_on_stage += [
        ParticipantPlan(
            rules.visit_participant(visit_id), source=public_source, needs=_NEEDS, quota_ms=quotas.get(session_id)
        )
        for visit_id, session_id in visits
    ]
    unpaid = presence.moderator_participants(room_id=room_id)
    if not show.terms["group_cpm"]:
        unpaid = [*presence.viewer_participants(room_id=room_id), *unpaid]
    people_on_stage += [ParticipantPlan(name, source=public_source) for name in unpaid]
    return StagePlan(rules.stage_name(room_id), tuple(people_on_stage), max_kbps=conf.RELAY_MAX_KBPS)


def live_room_ids() -> list[int]:
    return list(Show.objects.filter(state=Show.State.LIVE).order_by("id").values_list("room_id", flat=True))


def _live(room_id: int) -> Show | None:
    rows = Show.objects.filter(room_id=room_id, state=Show.State.LIVE)
    return rows.select_related("room__performer", "room__site").first()


def _open_private(show: Show) -> PrivateShow | None:
    return PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).first()
