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
from ppv_plugin.recordings import queries as recordings
from ppv_plugin.rooms import presence
from ppv_plugin.rooms.rules import AUDIO, TEXT, VIDEO

from .. import rules
from ..check_in_models import CheckIn
from ..models import PrivateShow, Show, Visit
from .free_time import free_left_ms
from .tiles import cameras_of, guests_on_stage, with_tiles
from .unseen import may_be_watched

STEADY_KEYFRAME_MS = 4000  # where voyeurs are let in: pictures to begin from come at this pace, whoever watches
# A muted microphone is the performer's choice; a missing picture is not paid for.
_NEEDS = {VIDEO: frozenset({Kind.VIDEO}), AUDIO: frozenset({Kind.AUDIO}), TEXT: frozenset({Kind.TEXT})}
_SENT = {**_NEEDS, VIDEO: AV}


@dataclass(frozen=True, slots=True)
class Place:
    """A participant one connection may be. `shared`: it belongs to the person, so one tab at a time holds it."""

    participant: str
    publishes: bool
    subscribes: bool
    shared: bool
    beside: Place | None = None  # a camera beside the large picture, for whoever holds this place

    def check(self, direction: str) -> None:
        """Raises NotAllowed for a direction this place does not have."""
        if not (self.publishes if direction == "publish" else self.subscribes):
            raise NotAllowed


def place_of(*, user: Any, room_id: int, connection: UUID, now: datetime, camera: UUID | None = None) -> Place:
    """`camera`: one beside the large picture, that of a guest or of a conference for everybody who sees the show, or
    that of this visit for the performer. Raises Gone (nobody live), NotAllowed (a paid show one is not in, a lobby,
    somebody else's private show or camera, a guest who is checked in no more), Blocked and FreeTimeOver. A moderator
    sees what is public, paid or not, and is nobody's viewer."""
    show = _live(room_id)
    if show is None:
        raise Gone
    place = _own_place(user, show, connection, now)
    return place if camera is None else _camera(place, show, camera)


def _own_place(user: Any, show: Show, connection: UUID, now: datetime) -> Place:
    private = _open_private(show)
    signed_in = user is not None and user.is_authenticated
    if signed_in and show.room.performer.user_id == user.pk:
        publishes = private is not None or not show.terms.get("lobby")
        return Place(rules.performer_participant(show.id), publishes, private is not None, True)
    if signed_in and presence.is_guest(connection=connection):
        return _guest(user, show, free=private is None)
    if signed_in and presence.is_moderator(connection=connection):
        return Place(rules.moderator_participant(connection), False, True, False)
    client = people.client_of(user)
    if client is not None and people.is_blocked(performer_id=show.room.performer.pk, client_id=client.pk, now=now):
        raise Blocked
    if private is not None and client is not None and private.client_id == client.pk:
        return Place(rules.private_participant(private.id), True, True, True)
    visit = Visit.objects.in_force().filter(show=show, client=client).first() if client else None
    if visit is not None:
        return Place(rules.visit_participant(visit.id), visit.manner == rules.TWO_WAY, True, True)
    if show.terms["group_cpm"] or show.terms.get("lobby"):
        raise NotAllowed
    if private is None and free_left_ms(room=show.room, connection=connection, now=now) == 0:
        raise FreeTimeOver
    return Place(rules.viewer_participant(connection), False, True, False)


def _guest(user: Any, show: Show, *, free: bool) -> Place:
    """Whoever is checked in sends and sees, not while the performer is in private."""
    check_in = CheckIn.objects.filter(show=show, performer__user=user, state=CheckIn.State.IN).first()
    if check_in is None:
        raise NotAllowed
    return Place(rules.guest_participant(check_in.id), free, free, True)


def _camera(place: Place, show: Show, camera: UUID) -> Place:
    performs = place.participant == rules.performer_participant(show.id)
    if performs and Visit.objects.in_force().filter(show=show, id=camera, manner=rules.TWO_WAY).exists():
        return Place(rules.camera_participant(camera), False, True, False, beside=place)
    if not (performs or place.subscribes) or cameras_of(show).get(camera, place.participant) == place.participant:
        raise NotAllowed
    return Place(rules.tile_participant(place.participant, camera), False, True, False, beside=place)


def stage_plan(*, room_id: int, boot_id: str) -> StagePlan | None:
    """The whole truth of a room's stage for the engine's present boot; None when nobody is live there."""
    show = _live(room_id)
    if show is None:
        return None
    performer = rules.performer_participant(show.id)
    private = _open_private(show)
    visits = list(
        Visit.objects.in_force().filter(show=show).only("id", "session_id", "manner").order_by("entered_at", "id")
    )
    session_ids = [visit.session_id for visit in visits]
    if private is not None:
        session_ids.append(private.session_id)
    quotas = metering.quotas(boot_id=boot_id, session_ids=session_ids)
    public_source = None if private is not None else performer
    public_kind = rules.show_kind(show.terms)
    kind = private.request.media if private is not None else public_kind
    people_on_stage = [
        ParticipantPlan(
            performer,
            publishes=_SENT[kind] if private is not None or not show.terms.get("lobby") else frozenset(),
            source=rules.private_participant(private.id) if private else None,
            record=recordings.running_stretch(room_id),  # of nobody else on the stage, ever
        )
    ]
    if private is not None:
        people_on_stage.append(
            ParticipantPlan(
                rules.private_participant(private.id),
                publishes=_SENT[kind],
                source=performer,
                needs=_NEEDS[kind],
                quota_ms=quotas.get(private.session_id),
            )
        )
    watched = performer if private is None or may_be_watched(private) else None
    for visit in visits:
        source = watched if visit.manner == rules.VOYEUR else public_source
        paid_for = _NEEDS[kind if source and private is not None else public_kind]
        people_on_stage += _inside(visit, source, paid_for, quotas.get(visit.session_id))
    unpaid = _unpaid(show)
    people_on_stage += [ParticipantPlan(name, source=public_source) for name in unpaid]
    people_on_stage += guests_on_stage(show, source=public_source, sends=_SENT[public_kind])
    return StagePlan(
        rules.stage_name(room_id),
        _carried(with_tiles(people_on_stage, performer=performer, cameras=cameras_of(show)), len(people_on_stage)),
        max_kbps=conf.RELAY_MAX_KBPS,
        keyframe_ms=STEADY_KEYFRAME_MS if rules.manner_cpm(show.terms, rules.VOYEUR) is not None else 0,
    )


def _carried(plans: list[ParticipantPlan], people: int) -> tuple[ParticipantPlan, ...]:
    """All people; of the cameras beside the large picture as many ends as the engine can carry, so that a conference
    with many who watch goes on."""
    return tuple(plans[: max(people, conf.RELAY_MAX_PARTICIPANTS)])


def _unpaid(show: Show) -> list[str]:
    if show.terms.get("lobby"):
        return []
    moderators = presence.moderator_participants(room_id=show.room_id)
    return moderators if show.terms["group_cpm"] else [*presence.viewer_participants(room_id=show.room_id), *moderators]


def _inside(visit: Visit, source: str | None, needs: frozenset[Kind], quota_ms: int | None) -> list[ParticipantPlan]:
    """Who pays to be inside; and of a 2-way the performer's end of that camera, which nobody else has."""
    name, two_way = rules.visit_participant(visit.id), visit.manner == rules.TWO_WAY
    person = ParticipantPlan(
        name,
        publishes=AV if two_way else frozenset(),
        source=source,
        needs=needs,
        quota_ms=quota_ms,
        unseen=visit.manner == rules.VOYEUR,
    )
    camera = ParticipantPlan(rules.camera_participant(visit.id), source=name if source else None)
    return [person, camera] if two_way else [person]


def live_room_ids() -> list[int]:
    return list(Show.objects.filter(state=Show.State.LIVE).order_by("id").values_list("room_id", flat=True))


def _live(room_id: int) -> Show | None:
    rows = Show.objects.filter(room_id=room_id, state=Show.State.LIVE)
    return rows.select_related("room__performer", "room__site").first()


def _open_private(show: Show) -> PrivateShow | None:
    rows = PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN)
    return rows.select_related("request", "show__room__performer").first()
