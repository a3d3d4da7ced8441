"""Who comes back has the grace left that earlier visits did not use (B-4). CPM 2.00, g 10; group 1.50, g 30."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.models import PricingSettings, RoomMode
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import person_view
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def live(cast: Cast) -> Cast:
    for user in (cast.cy, cast.di):
        cast.fund(user, 20_000)
    cast.live(cast.ana, cast.free)
    cast.live(cast.bo, cast.group)
    return cast


def private(cast: Cast, seconds: float, user: Any = None) -> Any:
    """A private show of so many seconds; its receipt."""
    show = cast.private(user or cast.cy)
    cast.pass_time(seconds, meter=Meter())
    shows.end_private(user=user or cast.cy, private_id=show.id, now=cast.now)
    return cast.receipt(show.session_id)


def visit(cast: Cast, seconds: float) -> Any:
    inside = cast.visit(cast.cy)
    cast.pass_time(seconds, meter=Meter())
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    return cast.receipt(inside.session_id)


def window(minutes: int) -> None:
    PricingSettings.objects.update(grace_window_minutes=minutes)


def test_a_second_visit_pays_from_its_first_second(live: Cast) -> None:
    assert tokens(private(live, 185).total) == "5.83"
    assert tokens(private(live, 185).total) == "6.17"


def test_what_the_first_visit_left_of_the_grace_is_still_free(live: Cast) -> None:
    assert private(live, 4).total == 0
    again = private(live, 66)
    assert (tokens(again.total), again.grace_seconds) == ("2.00", 6)


def test_several_short_visits_share_one_grace(live: Cast) -> None:
    assert [tokens(private(live, seconds).total) for seconds in (4, 4, 4, 4)] == ["0.00", "0.00", "0.07", "0.13"]


@pytest.mark.parametrize(("minutes_later", "total"), [(59, "6.17"), (61, "5.83")])
def test_the_window_begins_when_the_visit_ends(live: Cast, minutes_later: int, total: str) -> None:
    private(live, 185)
    live.now += timedelta(minutes=minutes_later)
    assert tokens(private(live, 185).total) == total


def test_without_a_window_every_visit_has_its_grace(live: Cast) -> None:
    window(0)
    assert [tokens(private(live, 185).total) for _visit in range(2)] == ["5.83", "5.83"]


def test_another_client_has_a_grace_of_its_own(live: Cast) -> None:
    private(live, 185)
    assert tokens(private(live, 185, live.di).total) == "5.83"


def test_group_visits_count_apart_from_private_shows(live: Cast) -> None:
    assert [tokens(visit(live, seconds).total) for seconds in (25, 95, 95)] == ["0.00", "2.25", "2.38"]
    assert tokens(private(live, 185).total) == "5.83"


def test_a_threshold_that_was_not_crossed_shrinks_and_one_that_was_is_whole(live: Cast) -> None:
    PricingSettings.objects.update(rule="threshold")
    assert [tokens(private(live, seconds).total) for seconds in (15, 6)] == ["0.00", "0.20"]
    live.now += timedelta(hours=2)
    assert [tokens(private(live, seconds).total) for seconds in (60, 20)] == ["2.00", "0.00"]


def test_a_change_of_mode_gives_a_new_grace(live: Cast) -> None:
    visit(live, 95)
    dearer = RoomMode.objects.create(
        locale=live.group.locale, key="dearer", name="Dearer", group_cpm=300, grace_seconds=30, sort_order=3
    )
    shows.switch_mode(user=live.bo, room_id=live.bo_room.pk, mode_id=dearer.pk, cid="switch", now=live.now)
    inside = live.visit(live.cy, cpm=300)
    live.pass_time(90, meter=Meter())
    shows.leave_group(user=live.cy, room_id=live.bo_room.pk, now=live.now)
    assert tokens(live.receipt(inside.session_id).total) == "3.00"


def test_the_tariff_is_frozen_with_what_is_left(live: Cast) -> None:
    private(live, 4)
    show = live.private(live.cy)
    window(0)
    live.pass_time(66, meter=Meter())
    shows.end_private(user=live.cy, private_id=show.id, now=live.now)
    assert tokens(live.receipt(show.session_id).total) == "2.00"


def test_the_receipt_knows_when_the_grace_was_used(live: Cast) -> None:
    first = private(live, 4)
    assert "grace" not in first.facts
    again = private(live, 66)
    assert again.facts["grace"] == {"used_ms": 4000, "used_at": first.closed_at.isoformat()}


def test_the_room_says_what_is_left_before_anything_is_agreed(live: Cast) -> None:
    def seconds_left() -> tuple[int | None, int | None]:
        rooms = (live.ana_room, live.bo_room)
        at_ana, at_bo = (person_view(user=live.cy, room_id=r.pk, connection=None, now=live.now).own for r in rooms)
        assert at_ana is not None
        assert at_bo is not None
        return at_ana.private_grace_seconds, at_bo.group_grace_seconds

    assert seconds_left() == (None, None)
    private(live, 4), visit(live, 95)
    assert seconds_left() == (6, 0)
