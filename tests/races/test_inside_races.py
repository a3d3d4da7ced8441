"""Many want the last places of a 2-way at once; voyeurs come, pay and go while their show ends."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model

from ppv_plugin.errors import PPVError, RoomFull
from ppv_plugin.ledger import veils
from ppv_plugin.metering import services as metering
from ppv_plugin.models import Account, Hold, PrivateShow, RoomMode, Visit
from ppv_plugin.people import services as people
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import room_view
from ppv_plugin.testing.cast import Cast

from .test_show_races import cast as cast  # the fixture
from .world import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mode(cast: Cast) -> RoomMode:
    return RoomMode.objects.create(
        locale=cast.group.locale, key="seen", name="Seen", group_cpm=150, voyeur_enabled=True, voyeur_cpm=175,
        two_way_slots=2, two_way_cpm=200,
    )  # fmt: skip


def enter(cast: Cast, user: object, manner: str, cpm: int) -> Visit:
    return shows.enter_group(user=user, room_id=cast.bo_room.pk, cid=uuid4().hex, cpm=cpm, manner=manner, now=cast.now)


def test_eight_who_want_two_places_get_two(cast: Cast, mode: RoomMode) -> None:
    users = [get_user_model().objects.create_user(username=f"client-{number}") for number in range(8)]
    for user in users:
        cast.fund(user, 20_000)
    cast.live(cast.bo, mode)
    for user in users[:4]:
        enter(cast, user, "group", 150)  # half of them are inside already
    errors = race(*(lambda user=user: enter(cast, user, "two_way", 200) for user in users))  # type: ignore[misc]
    assert {type(error) for error in errors} == {RoomFull}
    assert len(errors) == 6
    assert Visit.objects.filter(manner="two_way", state="inside").count() == 2


def test_voyeurs_come_and_go_while_the_show_is_metered_and_ends(cast: Cast, mode: RoomMode) -> None:
    users = [get_user_model().objects.create_user(username=f"client-{number}") for number in range(6)]
    for user in users:
        cast.fund(user, 20_000)
    cast.live(cast.bo, mode)
    for user in users[:4]:
        enter(cast, user, "voyeur", 175)
        cast.join(user, cast.bo_room, "subscribe")
    cast.pass_time(200)
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)

    def meter() -> None:
        for _ in range(10):
            metering.tick(now=cast.now)
            shows.lift_veils(now=cast.now)

    def late(user: object) -> None:
        for _ in range(5):
            try:
                enter(cast, user, "voyeur", 175)
            except PPVError:
                return

    errors = race(
        meter,
        lambda: shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now),
        lambda: shows.leave_group(user=users[0], room_id=cast.bo_room.pk, now=cast.now),
        *(lambda user=user: late(user) for user in users[4:]),  # type: ignore[misc]
    )
    assert [error for error in errors if not isinstance(error, PPVError)] == []
    shows.lift_veils(now=cast.now)
    assert not Visit.objects.filter(state="inside").exists()
    assert (veils.waiting(), Account.objects.filter(kind="veiled", balance__gt=0).count()) == ({}, 0)
    paid = sum(20_000 - cast.balance(user) for user in users)
    assert paid == cast.earned(cast.bo) + cast.studio_earned() + cast.house() > 0


def test_ten_who_want_the_six_places_of_a_conference_get_six(cast: Cast) -> None:
    terms = {"two_way_slots": 6, "conference": True}
    mode = RoomMode.objects.create(locale=cast.group.locale, key="conference", name="Conference", **terms)
    users = [get_user_model().objects.create_user(username=f"client-{number}") for number in range(10)]
    cast.live(cast.bo, mode)
    errors = race(*(lambda user=user: enter(cast, user, "two_way", 0) for user in users))  # type: ignore[misc]
    assert [type(error) for error in errors] == [RoomFull] * 4
    view = room_view(room_id=cast.bo_room.pk, now=cast.now)
    assert view.two_way is not None
    assert (len(view.tiles), view.two_way.free) == (6, 0)


def test_a_call_by_link_that_is_joined_in_many_tabs_is_one_call(cast: Cast) -> None:
    terms = {"lobby": True, "by_link": True, "requests_enabled": False}
    mode = RoomMode.objects.create(locale=cast.group.locale, key="locked", name="Locked", **terms)
    cast.fund(cast.cy, 20_000)
    client = people.ensure_client(user=cast.cy)
    call = shows.make_call(user=cast.bo, room_id=cast.bo_room.pk, client=client, cpm=200, expires_at=None, now=cast.now)
    shows.go_live(user=cast.bo, room_id=cast.bo_room.pk, mode_id=mode.pk, cid="live", now=cast.now)

    def joins() -> None:
        facts = {"call_id": call.uuid, "cpm": 200, "cid": uuid4().hex}
        shows.join_call(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now, **facts)

    errors = race(*([joins] * 6), lambda: shows.cancel_call(user=cast.bo, call_id=call.uuid, now=cast.now))
    assert [error for error in errors if not isinstance(error, PPVError)] == []
    assert PrivateShow.objects.filter(state="open").count() <= 1
    assert Hold.objects.filter(account__kind="client").count() == PrivateShow.objects.count()
