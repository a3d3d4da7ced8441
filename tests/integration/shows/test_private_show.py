"""The private show of the acceptance, on the real services with a fake engine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppv_plugin.errors import (
    Blocked,
    Busy,
    Gone,
    InsufficientFunds,
    NotAllowed,
    NotFound,
    PriceChanged,
    SignInNeeded,
)
from ppv_plugin.media import services as media
from ppv_plugin.models import PricingSettings, PrivateRequest, Room
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


def ask(cast: Cast, user: object, *, cid: str = "one", cpm: int = 200) -> PrivateRequest:
    return shows.request_private(user=user, room_id=cast.ana_room.pk, cid=cid, media="video", cpm=cpm, now=cast.now)


def test_185_seconds_cost_583_and_are_split(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(185, meter=Meter())
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (5000 - 583, 466, 117)
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.used_ms, receipt.reason) == (583, 185_000, "client")
    assert cast.available(cast.cy) == 5000 - 583
    cast.ana_room.refresh_from_db()
    assert cast.ana_room.state == Room.State.FREE


def test_a_call_within_grace_costs_nothing_and_says_so(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(10, meter=Meter())
    shows.end_private(user=cast.ana, private_id=private.id, now=cast.now)
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.within_grace, receipt.reason) == (0, True, "performer")
    assert cast.balance(cast.cy) == 1000


def test_the_minimum_is_named_when_it_is_missing(cast: Cast) -> None:
    cast.fund(cast.cy, 999)
    cast.live(cast.ana, cast.free)
    with pytest.raises(InsufficientFunds, match=r"10\.00.*9\.99"):
        ask(cast, cast.cy)
    cast.fund(cast.cy, 1)
    assert ask(cast, cast.cy).state == "pending"
    assert cast.available(cast.cy) == 0


def test_it_spends_to_exactly_zero_with_warnings_on_the_way(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(330, meter=Meter())
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.used_ms, receipt.reason) == (1000, 310_000, "funds")
    assert cast.balance(cast.cy) == 0
    warned = [(line.used_ms, line.text) for line in receipt.timeline if line.kind == "warned"]
    assert [text.split()[4] for _ms, text in warned] == ["5", "2"]
    assert [round(ms / 1000) for ms, _text in warned] == [10, 190]


def test_a_top_up_at_300_seconds_carries_it_to_610(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(300, meter=meter)
    cast.fund(cast.cy, 1000)
    cast.pass_time(400, meter=meter)
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.used_ms, receipt.reason) == (2000, 610_000, "funds")
    assert cast.balance(cast.cy) == 0


def test_a_new_price_does_not_touch_a_running_show(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    PricingSettings.objects.filter(site=cast.site).update(private_cpm=300)
    cast.pass_time(185, meter=Meter())
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    assert cast.receipt(private.session_id).total == 583


def test_lost_picture_from_100_to_130_seconds_is_not_billed(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    show = cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(100, meter=meter)
    media.get_engine().stall(f"p-{show.id}")
    cast.pass_time(30, meter=meter)
    media.get_engine().resume(f"p-{show.id}")
    cast.pass_time(70, meter=meter)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    receipt = cast.receipt(private.session_id)
    assert abs(receipt.used_ms - 170_000) <= 250
    assert receipt.total == pytest.approx(533, abs=1)
    assert [line.kind for line in receipt.timeline] == ["opened", "started", "paused", "resumed", "closed"]


def test_a_dead_tab_closes_at_the_last_proven_second(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(185, meter=meter)
    media.get_engine().vanish(f"x-{private.id}")
    cast.pass_time(60, meter=meter)
    receipt = cast.receipt(private.session_id)
    assert receipt.reason == "client_lost"
    assert receipt.used_ms == 185_000
    assert receipt.total == 583
    cast.ana_room.refresh_from_db()
    assert cast.ana_room.state == Room.State.FREE


def test_a_worker_that_was_dead_for_half_a_minute_doubles_nothing(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(95, meter=Meter())
    cast.pass_time(30)
    meter = Meter()
    cast.pass_time(60, meter=meter)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    assert cast.receipt(private.session_id).total == 583


def test_a_new_life_of_the_engine_goes_on_where_the_old_one_ended(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(100, meter=meter)
    media.get_engine().reboot()
    cast.pass_time(10, meter=meter)
    cast.join(cast.ana, cast.ana_room, "publish")
    cast.join(cast.cy, cast.ana_room, "subscribe")
    cast.pass_time(85, meter=meter)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    assert cast.receipt(private.session_id).total == 583


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_step_of_the_wall_clock_changes_no_bill(cast: Cast, hours: int) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(100, meter=meter)
    cast.now += timedelta(hours=hours)
    cast.pass_time(85, meter=meter)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    assert cast.receipt(private.session_id).total == 583


def test_media_that_never_starts_is_closed_uncharged(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    request = ask(cast, cast.cy)
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)
    cast.pass_time(60, meter=Meter())
    receipt = cast.receipt(request.private_show.session_id)
    assert (receipt.total, receipt.reason) == (0, "never_started")
    assert cast.available(cast.cy) == 1000


def test_ending_twice_and_from_both_sides_changes_nothing(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(185, meter=Meter())
    for user in (cast.cy, cast.ana, cast.cy):
        shows.end_private(user=user, private_id=private.id, now=cast.now)
    assert cast.balance(cast.cy) == 5000 - 583


def test_an_expired_request_gives_the_hold_back(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    request = ask(cast, cast.cy)
    cast.pass_time(121, meter=Meter())
    request.refresh_from_db()
    assert request.state == "expired"
    assert cast.available(cast.cy) == 1000
    with pytest.raises(Gone):
        shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)


def test_a_declined_request_gives_the_hold_back(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    request = ask(cast, cast.cy)
    shows.answer_request(user=cast.ana, request_id=request.id, accept=False, now=cast.now)
    request.refresh_from_db()
    assert (request.state, cast.available(cast.cy)) == ("rejected", 1000)


def test_auto_decline_declines_at_once(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    shows.set_requests(user=cast.ana, room_id=cast.ana_room.pk, value="auto_reject", now=cast.now)
    assert (ask(cast, cast.cy).state, cast.available(cast.cy)) == ("rejected", 1000)


def test_hidden_requests_are_refused(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    shows.set_requests(user=cast.ana, room_id=cast.ana_room.pk, value="hidden", now=cast.now)
    with pytest.raises(NotAllowed):
        ask(cast, cast.cy)


def test_the_same_request_again_is_the_same_request(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    assert ask(cast, cast.cy).id == ask(cast, cast.cy).id
    with pytest.raises(Busy):
        ask(cast, cast.cy, cid="two")


def test_a_price_that_is_not_in_force_is_refused(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    for forged in (0, -200, 1, 10**9):
        with pytest.raises(PriceChanged):
            ask(cast, cast.cy, cpm=forged)
    assert cast.available(cast.cy) == 5000


def test_only_the_two_of_them_may_act_on_it(cast: Cast) -> None:
    from django.contrib.auth.models import AnonymousUser

    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    request = ask(cast, cast.cy)
    for stranger in (cast.di, cast.bo):
        with pytest.raises(NotFound):
            shows.cancel_request(user=stranger, request_id=request.id, now=cast.now)
        with pytest.raises(NotFound):
            shows.answer_request(user=stranger, request_id=request.id, accept=True, now=cast.now)
    with pytest.raises(NotFound):
        shows.answer_request(user=cast.ana, request_id="not-a-uuid", accept=True, now=cast.now)
    with pytest.raises(SignInNeeded):
        ask(cast, AnonymousUser())
    with pytest.raises(NotAllowed):
        ask(cast, cast.ana)
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)
    request.refresh_from_db()
    with pytest.raises(NotFound):
        shows.end_private(user=cast.di, private_id=request.private_show.id, now=cast.now)


def test_a_blocked_client_is_out_and_pays_what_was_proven(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    cast.pass_time(70, meter=Meter())
    shows.block_client(user=cast.ana, room_id=cast.ana_room.pk, client=str(cast.cy.ppv_client.uuid), now=cast.now)
    assert cast.receipt(private.session_id).total == 200
    with pytest.raises(Blocked):
        ask(cast, cast.cy, cid="again")


def test_leaving_the_show_ends_the_private_show_and_the_requests(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.fund(cast.di, 1000)
    cast.live(cast.ana, cast.free)
    pending = ask(cast, cast.di)
    private = cast.private(cast.cy)
    cast.pass_time(70, meter=Meter())
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    pending.refresh_from_db()
    assert cast.receipt(private.session_id).total == 200
    assert (pending.state, cast.available(cast.di)) == ("expired", 1000)
    cast.ana_room.refresh_from_db()
    assert cast.ana_room.state == Room.State.OFFLINE


def test_a_lost_performer_ends_the_show(cast: Cast) -> None:
    from ppv_plugin.models import Presence

    cast.fund(cast.cy, 5000)
    show = cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(70, meter=meter)
    media.get_engine().vanish(f"p-{show.id}")
    Presence.objects.filter(role="performer").delete()
    cast.pass_time(45, meter=meter)
    receipt = cast.receipt(private.session_id)
    assert (receipt.total, receipt.used_ms) == (200, 70_000)
    cast.ana_room.refresh_from_db()
    assert cast.ana_room.state == Room.State.OFFLINE
