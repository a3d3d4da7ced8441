"""Paid group shows: consent, one meter a person, split with a studio, the end of the funds."""

from __future__ import annotations

import pytest

from ppv_plugin.errors import Busy, Gone, InsufficientFunds, NotAllowed, PriceChanged, RoomFull
from ppv_plugin.media import services as media
from ppv_plugin.models import Room, RoomMode
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.mark.parametrize(("seconds", "total"), [(25, 0), (30, 0), (95, 163), (640, 1525), (1200, 2925)])
def test_a_visit_costs_what_was_worked_out(cast: Cast, seconds: int, total: int) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(seconds, meter=Meter(), every=5)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert cast.receipt(visit.session_id).total == total
    assert cast.balance(cast.cy) == 10_000 - total


def test_a_studio_gets_its_share_of_the_performers_part(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy)
    cast.pass_time(640, meter=Meter(), every=5)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (854, 366, 305)


def test_a_second_tab_is_no_second_meter(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    first, second = cast.visit(cast.cy), cast.visit(cast.cy)
    assert first.id == second.id
    cast.pass_time(95, meter=Meter())
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert cast.balance(cast.cy) == 10_000 - 163


def test_the_same_command_after_leaving_is_no_new_visit(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    again = {"user": cast.cy, "room_id": cast.bo_room.pk, "cid": "one", "cpm": 150}
    first = shows.enter_group(**again, now=cast.now)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert shows.enter_group(**again, now=cast.now) == first
    assert cast.available(cast.cy) == 10_000


def test_two_clients_pay_for_themselves_and_one_runs_out(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.fund(cast.di, 750)
    cast.live(cast.bo, cast.group)
    rich, poor = cast.visit(cast.cy), cast.visit(cast.di)
    cast.pass_time(400, meter=Meter())
    receipt = cast.receipt(poor.session_id)
    assert (receipt.reason, receipt.total, receipt.used_ms) == ("funds", 750, 330_000)
    assert cast.balance(cast.di) == 0
    with pytest.raises(NotAllowed):
        cast.join(cast.di, cast.bo_room, "subscribe")
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert cast.receipt(rich.session_id).total == 925  # the performer offline at 400 s


def test_entering_needs_consent_to_the_price_in_force(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    for forged in (0, 149, -150):
        with pytest.raises(PriceChanged):
            cast.visit(cast.cy, cpm=forged)
    with pytest.raises(NotAllowed):
        cast.join(cast.cy, cast.bo_room, "subscribe")


def test_the_minimum_is_needed_to_enter(cast: Cast) -> None:
    cast.fund(cast.di, 749)
    cast.live(cast.bo, cast.group)
    with pytest.raises(InsufficientFunds, match=r"7\.50"):
        cast.visit(cast.di)
    assert cast.available(cast.di) == 749


def test_a_free_show_cannot_be_entered_for_money(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    with pytest.raises(NotAllowed):
        shows.enter_group(user=cast.cy, room_id=cast.bo_room.pk, cid="x", cpm=0, now=cast.now)


def test_a_full_room_lets_nobody_else_in(cast: Cast) -> None:
    RoomMode.objects.filter(pk=cast.group.pk).update(viewers_max=1)
    cast.fund(cast.cy, 10_000)
    cast.fund(cast.di, 10_000)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy)
    with pytest.raises(RoomFull):
        cast.visit(cast.di)
    assert cast.available(cast.di) == 10_000


def test_viewers_pay_nothing_while_the_performer_is_in_private(cast: Cast) -> None:
    RoomMode.objects.filter(pk=cast.group.pk).update(requests_enabled=True)
    cast.fund(cast.cy, 10_000)
    cast.fund(cast.di, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    meter = Meter()
    cast.pass_time(90, meter=meter)
    private = cast.private(cast.di, room=cast.bo_room)
    with pytest.raises(Busy):
        shows.enter_group(user=cast.ana, room_id=cast.bo_room.pk, cid="x", cpm=150, now=cast.now)
    cast.pass_time(130, meter=meter)
    shows.end_private(user=cast.di, private_id=private.id, now=cast.now)
    cast.pass_time(60, meter=meter)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert cast.receipt(private.session_id).total == 400
    assert cast.receipt(visit.session_id).total == 300  # (90 - 30 + 60) seconds at 1.50


def test_a_free_viewer_watches_without_a_meter(cast: Cast) -> None:
    show = cast.live(cast.ana, cast.free)
    connection = cast.join(None, cast.ana_room, "subscribe")
    people = {p.id: p for p in media.evidence().participants}
    assert people[f"c-{connection}"].flow_ms == 0
    assert f"p-{show.id}" in people
    with pytest.raises(NotAllowed):
        cast.join(None, cast.ana_room, "publish", connection=connection)


def test_the_room_is_paid_in_the_listing_and_free_after_leaving(cast: Cast) -> None:
    cast.live(cast.bo, cast.group)
    cast.bo_room.refresh_from_db()
    assert cast.bo_room.state == Room.State.PAID
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    cast.bo_room.refresh_from_db()
    assert cast.bo_room.state == Room.State.OFFLINE
    with pytest.raises(Gone):
        shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
