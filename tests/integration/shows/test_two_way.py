"""2-way: places, the price, whose camera reaches whom, and how a place becomes free again."""

from __future__ import annotations

from typing import Any

import pytest

from ppv_plugin.errors import Blocked, Gone, NotAllowed, NotFound, RoomFull
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import AV, Direction, ParticipantPlan
from ppv_plugin.models import RoomMode
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import OFFER, Cast, connection_of

from .inside import inside, leave, private_with, seen_mode


@pytest.fixture
def mode(cast: Cast) -> RoomMode:
    for client in (cast.cy, cast.di, cast.ana):
        cast.fund(client, 10_000)
    return seen_mode(cast)


def two_way(cast: Cast, client: Any) -> Any:
    visit = inside(cast, client, "two_way", 200)
    cast.join(client, cast.bo_room, "publish")
    return visit


def look_at(cast: Cast, user: Any, visit: Any) -> None:
    shows.join_media(
        user=user, room_id=cast.bo_room.pk, connection=connection_of(user), direction="subscribe", sdp=OFFER,
        take_over=False, camera=visit.id, now=cast.now,
    )  # fmt: skip


def plan(cast: Cast) -> dict[str, ParticipantPlan]:
    found = media.get_engine().plan_of(f"room-{cast.bo_room.pk}")  # type: ignore[attr-defined]
    return {person.id: person for person in found}


def free_places(cast: Cast) -> int:
    offer = views.room_view(room_id=cast.bo_room.pk, now=cast.now).two_way
    assert offer is not None
    return offer.free


def test_a_camera_costs_its_own_price_and_the_others_pay_theirs(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    dear, plain = two_way(cast, cast.cy), cast.visit(cast.di)
    cast.pass_time(420, meter=Meter(), every=30)
    for client in (cast.cy, cast.di):
        leave(cast, client)
    receipts = [cast.receipt(visit.session_id) for visit in (dear, plain)]
    assert [(receipt.subject, receipt.total) for receipt in receipts] == [("two_way", 1300), ("group", 975)]


def test_the_performer_alone_sees_the_camera(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit, other = two_way(cast, cast.cy), cast.visit(cast.di)
    camera, name = f"k-{visit.id}", f"v-{visit.id}"
    assert plan(cast)[name].publishes == AV
    assert [person.id for person in plan(cast).values() if person.source == name] == [camera]
    assert not plan(cast)[f"v-{other.id}"].publishes
    look_at(cast, cast.bo, visit)
    assert media.get_engine().joined(f"room-{cast.bo_room.pk}", camera) == {Direction.SUBSCRIBE}  # type: ignore[attr-defined]
    for stranger in (cast.di, cast.cy, cast.ana, None):
        with pytest.raises(NotAllowed):
            shows.join_media(
                user=stranger, room_id=cast.bo_room.pk, connection=connection_of(stranger), direction="subscribe",
                sdp=OFFER, take_over=False, camera=visit.id, now=cast.now,
            )  # fmt: skip


def test_the_performer_reads_whose_camera_it_is(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = two_way(cast, cast.cy)
    me = views.person_view(user=cast.bo, room_id=cast.bo_room.pk, connection=None, now=cast.now)
    assert [(camera.id, camera.client_name) for camera in me.cameras] == [(str(visit.id), "cy")]


def test_nobody_publishes_without_a_place(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = cast.visit(cast.di)
    with pytest.raises(NotAllowed):
        cast.join(cast.di, cast.bo_room, "publish")
    with pytest.raises(NotAllowed):  # nor past the server: the engine goes by the plan
        media.join(
            stage=f"room-{cast.bo_room.pk}",
            participant=f"v-{visit.id}",
            direction=Direction.PUBLISH,
            offer_sdp=OFFER,
        )


def test_the_places_are_never_more_than_there_are(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    assert free_places(cast) == 2
    two_way(cast, cast.cy)
    two_way(cast, cast.di)
    with pytest.raises(RoomFull):
        two_way(cast, cast.ana)
    assert free_places(cast) == 0


def test_somebody_inside_takes_a_place_and_gives_it_back(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    first = cast.visit(cast.cy)
    cast.pass_time(90)
    second = two_way(cast, cast.cy)
    cast.pass_time(60)
    third = inside(cast, cast.cy, "group", 150)
    cast.pass_time(60)
    leave(cast, cast.cy)
    totals = [cast.receipt(visit.session_id).total for visit in (first, second, third)]
    assert (totals, free_places(cast)) == ([150, 200, 150], 2)


def test_who_cannot_pay_for_the_camera_goes_on_as_before(cast: Cast, mode: RoomMode) -> None:
    from ppv_plugin.errors import InsufficientFunds
    from ppv_plugin.models import Visit

    cast.fund(cast.eos.owner, 800)
    cast.live(cast.bo, mode)
    visit = cast.visit(cast.eos.owner)
    with pytest.raises(InsufficientFunds):
        two_way(cast, cast.eos.owner)
    assert Visit.objects.get(pk=visit.pk).state == "inside"


@pytest.mark.parametrize("end", ["leave", "close", "drop", "block", "mode", "show"])
def test_a_place_is_free_again_however_it_ends(cast: Cast, mode: RoomMode, end: str) -> None:
    cast.live(cast.bo, mode)
    visit = two_way(cast, cast.cy)
    cast.pass_time(60)
    other = seen_mode(cast, group_cpm=100)
    ends: dict[str, Any] = {
        "leave": lambda: leave(cast, cast.cy),
        "close": lambda: shows.close_camera(user=cast.bo, room_id=cast.bo_room.pk, visit_id=visit.id, now=cast.now),
        "drop": lambda: drop(cast, visit),
        "block": lambda: shows.block_client(
            user=cast.bo, room_id=cast.bo_room.pk, client=str(visit.client.uuid), now=cast.now
        ),
        "mode": lambda: shows.switch_mode(
            user=cast.bo, room_id=cast.bo_room.pk, mode_id=other.pk, cid="other", now=cast.now
        ),
        "show": lambda: shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now),
    }
    ends[end]()
    visit.refresh_from_db()
    assert visit.state == "ended"
    assert f"k-{visit.id}" not in (plan(cast) if end != "show" else {})
    assert end == "show" or free_places(cast) == 2
    if end == "block":
        with pytest.raises(Blocked):
            two_way(cast, cast.cy)


def drop(cast: Cast, visit: Any) -> None:
    media.get_engine().vanish(f"v-{visit.id}")  # type: ignore[attr-defined]
    cast.pass_time(120, meter=Meter(), every=20)


def test_only_the_performer_closes_a_camera_and_only_once(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = two_way(cast, cast.cy)
    close = {"room_id": cast.bo_room.pk, "visit_id": visit.id, "now": cast.now}
    with pytest.raises((NotAllowed, NotFound)):
        shows.close_camera(user=cast.di, **close)
    shows.close_camera(user=cast.bo, **close)
    with pytest.raises(Gone):
        shows.close_camera(user=cast.bo, **close)


def test_a_camera_is_dark_while_the_performer_is_in_private(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = two_way(cast, cast.cy)
    cast.pass_time(60)
    private_with(cast, cast.di, watched=False)
    cast.pass_time(60)
    assert plan(cast)[f"k-{visit.id}"].source is None
    leave(cast, cast.cy)
    assert cast.receipt(visit.session_id).used_ms == 60_000


def test_in_a_free_show_a_camera_may_cost_nothing(cast: Cast) -> None:
    cast.live(cast.bo, seen_mode(cast, group_cpm=0, two_way_cpm=0))
    visit = inside(cast, cast.cy, "two_way", 0)
    cast.join(cast.cy, cast.bo_room, "publish")
    cast.pass_time(60)
    leave(cast, cast.cy)
    assert cast.receipt(visit.session_id).total == 0
