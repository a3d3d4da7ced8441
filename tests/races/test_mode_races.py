"""The mode changes while clients come and go and all is metered: no deadlock, and nobody pays what was not asked."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model

from ppv_plugin.errors import Gone, NotAllowed, PPVError
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import ModeSwitch, RoomMode, Visit
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .test_show_races import cast as cast  # the fixture
from .world import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dear(cast: Cast) -> RoomMode:
    return RoomMode.objects.create(
        locale=cast.group.locale, key="dear", name="Dear", group_cpm=300, grace_seconds=0, requests_enabled=False
    )


def guests(cast: Cast, number: int) -> list[Any]:
    users = [get_user_model().objects.create_user(username=f"client-{n}") for n in range(number)]
    for user in users:
        cast.fund(user, 20_000)
    return users


def switch(cast: Cast, mode: RoomMode, cid: str) -> None:
    shows.switch_mode(user=cast.bo, room_id=cast.bo_room.pk, mode_id=mode.pk, cid=cid, now=cast.now)


def enter(cast: Cast, user: Any, cpm: int) -> None:
    shows.enter_group(user=user, room_id=cast.bo_room.pk, cid=uuid4().hex, cpm=cpm, now=cast.now)


def test_eight_visits_end_once_while_the_mode_changes_and_all_is_metered(cast: Cast, dear: RoomMode) -> None:
    users = guests(cast, 8)
    cast.live(cast.bo, cast.group)
    for user in users:
        cast.visit(user)
    cast.pass_time(200)
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)

    def meter() -> None:
        for _ in range(12):
            metering.tick(now=cast.now)
            shows.close_left_behind(now=cast.now)

    def come_back(cpm: int) -> None:
        for user in users:
            try:
                enter(cast, user, cpm)
            except PPVError:  # the other price is in force, or the room was free in between
                continue

    change = [lambda: switch(cast, dear, "one")] * 2
    assert race(meter, meter, *change, lambda: come_back(150), lambda: come_back(300)) == []
    shows.close_left_behind(now=cast.now)
    assert ModeSwitch.objects.count() == 1
    old = MeteredSession.objects.filter(cpm=150)
    assert {(row.state, row.end_reason, row.settled) for row in old} == {("closed", "mode_changed", 425)}
    assert old.count() == len(users)
    assert {visit.mode_number for visit in Visit.objects.filter(state=Visit.State.INSIDE)} <= {1}
    assert set(MeteredSession.objects.filter(cpm=300).values_list("settled", flat=True)) <= {0}


def test_nobody_is_inside_under_a_price_that_is_not_in_force(cast: Cast, dear: RoomMode) -> None:
    """Back and forth while everybody says yes to whatever was last shown."""
    users = guests(cast, 4)
    cast.live(cast.bo, cast.group)

    def back_and_forth() -> None:
        for n in range(4):
            switch(cast, (dear, cast.free, cast.group, dear)[n], f"n{n}")

    def agree() -> None:
        for user in users * 3:
            for cpm in (150, 300):
                try:
                    enter(cast, user, cpm)
                except PPVError:
                    continue

    def leave() -> None:
        for user in users * 3:
            try:
                shows.leave_group(user=user, room_id=cast.bo_room.pk, now=cast.now)
            except (Gone, NotAllowed):
                continue

    assert race(back_and_forth, agree, agree, leave) == []
    shows.close_left_behind(now=cast.now)
    inside = Visit.objects.filter(state=Visit.State.INSIDE).select_related("session", "show")
    assert all(visit.session.tariff["cpm"] == visit.show.terms["group_cpm"] == 300 for visit in inside)
    assert MeteredSession.objects.filter(state="open").count() == inside.count()
