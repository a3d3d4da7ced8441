"""Conference: slots with cameras that everybody in the room sees."""

from __future__ import annotations

from typing import Any

import pytest

from ppv_plugin.errors import Blocked, NotAllowed, RoomFull
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import Direction, ParticipantPlan
from ppv_plugin.models import RoomMode
from ppv_plugin.people import services as people
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.rules import tile_participant
from ppv_plugin.testing.cast import OFFER, Cast, connection_of

from .inside import inside, leave, seen_mode


@pytest.fixture
def conference(cast: Cast) -> RoomMode:
    mode = seen_mode(cast, group_cpm=0, voyeur_enabled=False, voyeur_cpm=0, voyeur_private=False, two_way_slots=2,
                     two_way_cpm=0, conference=True)  # fmt: skip
    mode.full_clean()
    return mode


def slot(cast: Cast, client: Any) -> Any:
    visit = inside(cast, client, "two_way", 0)
    cast.join(client, cast.bo_room, "publish")
    return visit


def looks(cast: Cast, user: Any, visit: Any) -> None:
    shows.join_media(
        user=user, room_id=cast.bo_room.pk, connection=connection_of(user), direction="subscribe", sdp=OFFER,
        take_over=False, camera=visit.id, now=cast.now,
    )  # fmt: skip


def plan(cast: Cast) -> dict[str, ParticipantPlan]:
    found = media.get_engine().plan_of(f"room-{cast.bo_room.pk}")  # type: ignore[attr-defined]
    return {person.id: person for person in found}


def test_everybody_reads_whose_cameras_there_are_and_sees_each(cast: Cast, conference: RoomMode) -> None:
    cast.live(cast.bo, conference)
    one = slot(cast, cast.cy)
    cast.pass_time(1)
    two = slot(cast, cast.di)
    cast.join(cast.ana, cast.bo_room, "subscribe")
    view = views.room_view(room_id=cast.bo_room.pk, now=cast.now)
    assert [(seen.id, seen.name) for seen in view.tiles] == [(str(one.id), "cy"), (str(two.id), "di")]
    for seer in (cast.ana, cast.bo):
        for visit in (one, two):
            looks(cast, seer, visit)
    looks(cast, cast.cy, two)
    looks(cast, cast.di, one)
    end = tile_participant(f"c-{connection_of(cast.ana)}", one.id)
    assert plan(cast)[end].source == f"v-{one.id}"
    assert media.get_engine().joined(f"room-{cast.bo_room.pk}", end) == {Direction.SUBSCRIBE}  # type: ignore[attr-defined]


def test_a_slot_is_free_again_when_it_is_left_or_closed(cast: Cast, conference: RoomMode) -> None:
    cast.live(cast.bo, conference)
    slot(cast, cast.cy)
    taken = slot(cast, cast.di)
    with pytest.raises(RoomFull):
        slot(cast, cast.ana)
    leave(cast, cast.cy)
    third = slot(cast, cast.ana)
    shows.close_camera(user=cast.bo, room_id=cast.bo_room.pk, visit_id=taken.id, now=cast.now)
    view = views.room_view(room_id=cast.bo_room.pk, now=cast.now)
    assert [seen.id for seen in view.tiles] == [str(third.id)]


def test_nobody_publishes_without_a_slot_and_nobody_sees_cameras_from_outside(cast: Cast, conference: RoomMode) -> None:
    cast.live(cast.bo, conference)
    visit = slot(cast, cast.cy)
    cast.join(cast.di, cast.bo_room, "subscribe")
    with pytest.raises(NotAllowed):
        cast.join(cast.di, cast.bo_room, "publish")
    with pytest.raises(NotAllowed):
        looks(cast, cast.cy, visit)  # the own one
    client = str(people.ensure_client(user=cast.di).uuid)
    shows.block_client(user=cast.bo, room_id=cast.bo_room.pk, client=client, cid="b", now=cast.now)
    with pytest.raises(Blocked):
        looks(cast, cast.di, visit)


def test_whoever_has_not_agreed_to_a_paid_conference_sees_no_camera(cast: Cast, conference: RoomMode) -> None:
    conference.group_cpm = 150
    conference.save()
    for client in (cast.cy, cast.di):
        cast.fund(client, 10_000)
    cast.live(cast.bo, conference)
    visit = slot(cast, cast.cy)
    with pytest.raises(NotAllowed):
        looks(cast, cast.di, visit)
    own = cast.visit(cast.di)
    looks(cast, cast.di, visit)
    assert plan(cast)[tile_participant(f"v-{own.id}", visit.id)].follows == f"v-{own.id}"


def test_the_cameras_are_dark_while_the_performer_is_in_private(cast: Cast, conference: RoomMode) -> None:
    cast.fund(cast.di, 10_000)
    cast.live(cast.bo, conference)
    visit = slot(cast, cast.cy)
    cast.private(cast.di, room=cast.bo_room)
    assert not [person for person in plan(cast).values() if person.source == f"v-{visit.id}"]
    with pytest.raises(NotAllowed):
        looks(cast, cast.di, visit)


def test_the_engine_is_never_asked_for_more_than_it_carries(cast: Cast, conference: RoomMode, settings: Any) -> None:
    settings.PPV_PLUGIN = {**getattr(settings, "PPV_PLUGIN", {}), "RELAY_MAX_PARTICIPANTS": 10}
    cast.live(cast.bo, conference)
    slot(cast, cast.cy)
    slot(cast, cast.di)
    for _person in range(3):
        cast.join(None, cast.bo_room, "subscribe")
    assert len(plan(cast)) == 10
