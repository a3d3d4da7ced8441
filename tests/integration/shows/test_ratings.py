"""Who may give a room stars, what they come to, and what happens when one is taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from ppv_plugin.errors import BadInput, NotAllowed, NotApproved, NotFound, SignInNeeded
from ppv_plugin.metering import refunds
from ppv_plugin.models import Rating, Room
from ppv_plugin.people.services import ensure_client
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import own_rating
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

PaidShow = Callable[[Any], UUID]


@pytest.fixture
def paid_show(cast: Cast) -> PaidShow:
    """That user has a private show with Ana, 95 seconds for 2.83."""

    def held(user: Any) -> UUID:
        cast.fund(user, 10_000)
        cast.live(cast.ana, cast.free)
        show = cast.private(user)
        cast.pass_time(95, meter=Meter())
        shows.end_private(user=user, private_id=show.id, now=cast.now)
        session_id: UUID = show.session_id
        return session_id

    return held


def rate(cast: Cast, user: Any, session_id: UUID, stars: int) -> Rating:
    return shows.rate_room(user=user, session_id=session_id, stars=stars, now=cast.now)


def added_up(cast: Cast) -> tuple[int, int, int]:
    room = Room.objects.get(pk=cast.ana_room.pk)
    return room.rating_sum, room.rating_count, room.rating_score


def test_stars_of_those_who_paid_are_added_up_in_the_room(cast: Cast, paid_show: PaidShow) -> None:
    rate(cast, cast.cy, paid_show(cast.cy), 5)
    rate(cast, cast.di, paid_show(cast.di), 2)
    assert added_up(cast) == (7, 2, round(1000 * (7 + 17.5) / 7))


def test_a_second_word_takes_the_place_of_the_first(cast: Cast, paid_show: PaidShow) -> None:
    first, second = paid_show(cast.cy), paid_show(cast.cy)
    rate(cast, cast.cy, first, 1)
    rate(cast, cast.cy, second, 4)
    assert added_up(cast)[:2] == (4, 1)
    assert Rating.objects.get().session_id == second
    found = own_rating(user=cast.cy, session_id=first)
    assert found is not None
    assert found.stars == 4


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_other_numbers_are_refused(cast: Cast, paid_show: PaidShow, stars: int) -> None:
    with pytest.raises(BadInput):
        rate(cast, cast.cy, paid_show(cast.cy), stars)


def test_the_session_of_somebody_else_does_not_exist(cast: Cast, paid_show: PaidShow) -> None:
    session_id = paid_show(cast.cy)
    paid_show(cast.di)
    for user in (cast.di, cast.ana):
        with pytest.raises(NotFound):
            rate(cast, user, session_id, 5)
        assert own_rating(user=user, session_id=session_id) is None
    with pytest.raises(NotFound):
        rate(cast, cast.cy, uuid4(), 5)
    with pytest.raises(SignInNeeded):
        rate(cast, None, session_id, 5)


def test_who_paid_nothing_may_not_rate(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    show = cast.private(cast.cy)
    cast.pass_time(5, meter=Meter())  # within the free seconds
    for ended in (False, True):
        if ended:
            shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
        with pytest.raises(NotAllowed):
            rate(cast, cast.cy, show.session_id, 5)
        assert own_rating(user=cast.cy, session_id=show.session_id) is None


def test_who_got_everything_back_may_not_rate(cast: Cast, paid_show: PaidShow) -> None:
    session_id = paid_show(cast.cy)
    refunds.request_refund(
        session_id=session_id, amount=None, reason="picture", cid="r", alone_max=None, actor="di", now=cast.now
    )
    with pytest.raises(NotAllowed):
        rate(cast, cast.cy, session_id, 1)


def test_nobody_rates_an_own_room(cast: Cast, paid_show: PaidShow) -> None:
    session_id = paid_show(cast.cy)
    performer = cast.ana.ppv_performer
    performer.user = cast.eos.owner
    performer.save()
    other = cast.bo.ppv_performer
    other.user = cast.cy
    other.save()
    Room.objects.filter(pk=cast.ana_room.pk).update(performer=other)
    with pytest.raises(NotAllowed):
        rate(cast, cast.cy, session_id, 5)
    assert own_rating(user=cast.cy, session_id=session_id) is None


def test_a_suspended_client_may_not_rate(cast: Cast, paid_show: PaidShow) -> None:
    session_id = paid_show(cast.cy)
    client = ensure_client(user=cast.cy)
    client.status = "suspended"
    client.save()
    with pytest.raises(NotApproved):
        rate(cast, cast.cy, session_id, 5)


def test_a_removed_rating_counts_no_more(cast: Cast, paid_show: PaidShow) -> None:
    rate(cast, cast.cy, paid_show(cast.cy), 5)
    bad = rate(cast, cast.di, paid_show(cast.di), 1)
    assert shows.remove_rating(rating_id=bad.pk).stars == 1
    assert added_up(cast)[:2] == (5, 1)
    with pytest.raises(NotFound):
        shows.remove_rating(rating_id=bad.pk)
    shows.remove_rating(rating_id=Rating.objects.get().pk)
    assert added_up(cast) == (0, 0, 0)
