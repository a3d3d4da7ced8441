"""Tips at the same moment, beside the meter, the end of a session and of a show: each once, all exact, no deadlock."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import Locale

from ppv_plugin.errors import CoolDown, Gone, InsufficientFunds, PPVError
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.metering import proof
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import Goal, Tip, TipOption, TipSettings
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .test_show_races import cast as cast  # the fixture
from .world import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rose(cast: Cast) -> TipOption:
    return TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=500)


def give(cast: Cast, option: TipOption, *, user: object = None, cid: str = "", room: object = None) -> Tip:
    return shows.give_tip(
        user=user or cast.cy,
        room_id=(room or cast.bo_room).pk,  # type: ignore[attr-defined]
        cid=cid or uuid4().hex,
        option_id=option.pk,
        amount=500,
        now=cast.now,
    )


def books_agree() -> bool:
    return proof.violations() == [] and ledger.violations() == []


def test_two_tabs_that_send_the_same_tip_give_it_once(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    assert race(*[lambda: give(cast, rose, cid="one")] * 4) == []
    assert (Tip.objects.count(), cast.balance(cast.cy)) == (1, 9500)
    assert books_agree()


def test_of_two_tips_at_once_the_second_meets_the_cool_down(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    errors = race(*[lambda: give(cast, rose)] * 4)
    assert [type(error) for error in errors] == [CoolDown] * 3
    assert (Tip.objects.count(), cast.balance(cast.cy)) == (1, 9500)


def test_many_clients_fill_the_goals_to_the_hundredth(cast: Cast, rose: TipOption) -> None:
    users = [get_user_model().objects.create_user(username=f"client-{n}") for n in range(8)]
    for user in users:
        cast.fund(user, 500)
    goals = [Goal.objects.create(room=cast.bo_room, title=str(n), amount=1300, sort_order=n) for n in range(4)]
    cast.live(cast.bo, cast.free)
    assert race(*[lambda user=user: give(cast, rose, user=user) for user in users]) == []
    for goal in goals:
        goal.refresh_from_db()
    assert [goal.filled for goal in goals] == [1300, 1300, 1300, 100]
    assert (cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (8 * 315, 8 * 135, 8 * 50)
    assert books_agree()


def test_a_wallet_for_one_tip_gives_one_in_two_rooms_at_once(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 999)
    cast.live(cast.bo, cast.free)
    cast.live(cast.ana, cast.free)
    errors = race(lambda: give(cast, rose), lambda: give(cast, rose, room=cast.ana_room))
    assert [type(error) for error in errors] == [InsufficientFunds]
    assert (Tip.objects.count(), cast.balance(cast.cy)) == (1, 499)
    assert books_agree()


def test_tips_race_the_meter_and_the_end_and_nothing_is_spent_twice(cast: Cast, rose: TipOption) -> None:
    TipSettings.objects.update_or_create(site=cast.site, defaults={"cool_down_seconds": 0})
    cast.fund(cast.cy, 3000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(300)
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)

    def meter() -> None:
        for _ in range(10):
            metering.tick(now=cast.now)

    def tip() -> None:
        for _ in range(4):
            try:
                give(cast, rose)
            except PPVError:  # no more is free, or it has ended
                continue

    def leave() -> None:
        shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)

    assert race(meter, meter, tip, tip, leave) == []
    session = MeteredSession.objects.get(id=visit.session_id)
    tips = Tip.objects.count()
    assert (session.state, session.settled) == ("closed", 675)  # 270 s at 1.50
    assert 0 <= cast.balance(cast.cy) == 3000 - 675 - 500 * tips
    assert books_agree()


def test_a_tip_that_races_the_end_of_the_show_is_given_whole_or_not_at_all(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    errors = race(lambda: give(cast, rose), lambda: shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now))
    assert {type(error) for error in errors} <= {Gone}
    assert cast.balance(cast.cy) == 10_000 - 500 * Tip.objects.count()
    assert Tip.objects.count() + len(errors) == 1
    assert books_agree()
