"""Locked calls: for one named client, at frozen terms, metered like a private show, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.errors import BadInput, Gone, InsufficientFunds, NotAllowed, NotFound, PriceChanged
from ppv_plugin.models import LockedCall, PricingSettings, PrivateRequest, PrivateShow, RoomMode
from ppv_plugin.people import services as people
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def locked(cast: Cast) -> RoomMode:
    cast.fund(cast.cy, 10_000)
    terms = {"lobby": True, "by_link": True, "requests_enabled": False}
    return RoomMode.objects.create(locale=cast.group.locale, key="locked", name="Locked calls", **terms)


def make(cast: Cast, cpm: int = 200, **more: Any) -> LockedCall:
    client = people.ensure_client(user=cast.cy)
    asked = {"user": cast.ana, "expires_at": None, **more}
    return shows.make_call(room_id=cast.ana_room.pk, client=client, cpm=cpm, now=cast.now, **asked)


def opens(cast: Cast, mode: RoomMode) -> None:
    shows.go_live(user=cast.ana, room_id=cast.ana_room.pk, mode_id=mode.pk, cid=uuid4().hex, now=cast.now)


def join(cast: Cast, call: LockedCall, user: Any = None, cpm: int | None = None) -> LockedCall:
    price = call.cpm if cpm is None else cpm
    user = user or cast.cy
    facts = {"call_id": call.uuid, "cpm": price, "cid": uuid4().hex}
    return shows.join_call(user=user, room_id=cast.ana_room.pk, now=cast.now, **facts)


def both_there(cast: Cast) -> PrivateShow:
    for person in (cast.cy, cast.ana):
        for direction in ("publish", "subscribe"):
            cast.join(person, cast.ana_room, direction)
    return PrivateShow.objects.get(state="open")


def me(cast: Cast, user: Any) -> Any:
    return views.person_view(user=user, room_id=cast.ana_room.pk, connection=None, now=cast.now)


def test_the_client_sees_the_terms_that_were_frozen_when_the_link_was_made(cast: Cast, locked: RoomMode) -> None:
    make(cast, 300)
    PricingSettings.objects.update(grace_seconds=0, rule="upfront_minutes", cpm_max=200)
    call = me(cast, cast.cy).call
    assert (call.price.cpm, call.price.grace_seconds, call.price.rule) == ("3.00", 10, "per_second")
    assert call.minimum == "15.00"


def test_it_begins_when_both_are_there_and_is_charged_like_a_private_show(cast: Cast, locked: RoomMode) -> None:
    call = make(cast)
    opens(cast, locked)
    join(cast, call)
    private = both_there(cast)
    cast.pass_time(185, meter=Meter())
    shows.end_private(user=cast.ana, private_id=private.id, now=cast.now)
    assert cast.receipt(private.session_id).total == 583
    assert (cast.earned(cast.ana), cast.house()) == (466, 117)


def test_whoever_comes_first_waits_and_nothing_is_held_meanwhile(cast: Cast, locked: RoomMode) -> None:
    call = make(cast)
    join(cast, call)
    assert not PrivateRequest.objects.exists()
    assert cast.available(cast.cy) == 10_000
    assert me(cast, cast.ana).calls[0].accepted
    opens(cast, locked)
    join(cast, call)
    assert PrivateShow.objects.filter(state="open").exists()


def test_a_free_one_is_timed_and_costs_nothing(cast: Cast, locked: RoomMode) -> None:
    call = make(cast, 0)
    opens(cast, locked)
    join(cast, call)
    private = both_there(cast)
    cast.pass_time(185, meter=Meter())
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.used_ms, cast.available(cast.cy)) == (0, 185_000, 10_000)


def test_nobody_else_opens_it(cast: Cast, locked: RoomMode) -> None:
    call = make(cast)
    opens(cast, locked)
    cast.fund(cast.di, 10_000)
    for stranger in (cast.di, cast.bo, cast.ana):
        with pytest.raises(NotFound):
            join(cast, call, stranger)
        assert me(cast, stranger).call is None
    assert not PrivateRequest.objects.exists()
    with pytest.raises(NotFound):
        shows.cancel_call(user=cast.bo, call_id=call.uuid, now=cast.now)


def test_nobody_begins_at_a_price_that_was_not_shown(cast: Cast, locked: RoomMode) -> None:
    call = make(cast)
    opens(cast, locked)
    with pytest.raises(PriceChanged):
        join(cast, call, cpm=0)


def test_funds_for_less_than_the_minimum_do_not_begin_it(cast: Cast, locked: RoomMode) -> None:
    call = make(cast, 500)
    cast.fund(cast.di, 100)
    LockedCall.objects.update(client=people.ensure_client(user=cast.di))
    opens(cast, locked)
    with pytest.raises(InsufficientFunds) as refused:
        join(cast, call, cast.di)
    assert refused.value.details["needed"] == "25.00"


def test_the_link_is_used_up_when_one_of_them_ends_the_call(cast: Cast, locked: RoomMode) -> None:
    call = make(cast)
    opens(cast, locked)
    join(cast, call)
    private = both_there(cast)
    cast.pass_time(20, meter=Meter())
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    call.refresh_from_db()
    assert call.state == LockedCall.State.DONE
    with pytest.raises(Gone):
        join(cast, call)


def test_a_call_that_broke_off_can_be_gone_on_with(cast: Cast, locked: RoomMode) -> None:
    call = make(cast)
    opens(cast, locked)
    join(cast, call)
    private = both_there(cast)
    cast.pass_time(20, meter=Meter())
    shows.end_private_show(private_id=private.id, reason="client_lost", now=cast.now)
    join(cast, call)
    assert PrivateShow.objects.filter(state="open").count() == 1


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_a_link_that_works_no_more_begins_nothing(cast: Cast, locked: RoomMode, how: str) -> None:
    call = make(cast, expires_at=cast.now + timedelta(hours=1))
    opens(cast, locked)
    if how == "cancelled":
        shows.cancel_call(user=cast.ana, call_id=call.uuid, now=cast.now)
    else:
        cast.now += timedelta(hours=2)
    assert me(cast, cast.cy).call is None
    with pytest.raises(Gone):
        join(cast, call)


def test_elsewhere_the_performer_is_asked_whatever_the_mode_says_of_requests(cast: Cast, locked: RoomMode) -> None:
    cast.free.requests_enabled = False
    cast.free.save()
    call = make(cast)
    opens(cast, cast.free)
    join(cast, call)
    [request] = me(cast, cast.ana).requests
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)
    assert PrivateShow.objects.get().request.locked_call == call


@pytest.mark.parametrize(("cpm", "bound"), [(9, "0.10"), (501, "5.00")])
def test_its_price_lies_within_the_bounds(cast: Cast, locked: RoomMode, cpm: int, bound: str) -> None:
    with pytest.raises(BadInput, match=bound):
        make(cast, cpm)


def test_only_the_performer_of_the_room_makes_one(cast: Cast, locked: RoomMode) -> None:
    for stranger in (cast.bo, cast.cy):
        with pytest.raises(NotAllowed):
            make(cast, user=stranger)


def test_others_ask_for_nothing_where_calls_come_by_link(cast: Cast, locked: RoomMode) -> None:
    opens(cast, locked)
    with pytest.raises(NotAllowed):
        shows.request_private(user=cast.cy, room_id=cast.ana_room.pk, cid="c", media="video", cpm=200, now=cast.now)


@pytest.mark.parametrize("cid", ["once"])
def test_joining_twice_is_one_call(cast: Cast, locked: RoomMode, cid: str) -> None:
    call = make(cast)
    opens(cast, locked)
    for _again in range(2):
        shows.join_call(user=cast.cy, room_id=cast.ana_room.pk, call_id=call.uuid, cpm=200, cid=cid, now=cast.now)
    assert PrivateRequest.objects.count() == 1


def test_a_request_answered_for_nothing_is_timed_and_costs_nothing(cast: Cast, locked: RoomMode) -> None:
    cast.live(cast.ana, cast.free)
    request = shows.request_private(
        user=cast.cy, room_id=cast.ana_room.pk, cid="c", media="video", cpm=200, now=cast.now
    )
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, free=True, now=cast.now)
    assert cast.available(cast.cy) == 10_000
    private = both_there(cast)
    cast.pass_time(185, meter=Meter())
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.used_ms, cast.balance(cast.cy)) == (0, 185_000, 10_000)
