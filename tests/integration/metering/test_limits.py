"""A client's own limits end a session to the exact unit, and say so beforehand (spec B-11). CPM 2.00, grace 10 s."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ppv_plugin.errors import InsufficientFunds, LimitReached, OnBreak, SessionLimitReached
from ppv_plugin.ledger import limiting
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import queries as metering
from ppv_plugin.models import PricingSettings
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import person_view
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def live(cast: Cast) -> Cast:
    PricingSettings.objects.update(grace_window_minutes=0)
    cast.fund(cast.cy, 100_00)
    cast.live(cast.ana, cast.free)
    return cast


def wallet(cast: Cast) -> int:
    found = cast._wallet(cast.cy).account_id
    assert found is not None
    return found


def limit(cast: Cast, kind: str, amount: int | None) -> None:
    limiting.set_limit(account_id=wallet(cast), kind=kind, amount=amount, actor="cy", now=cast.now)


def spend(cast: Cast, amount: int) -> None:
    move = Movement(wallet(cast), ledger.account(kind="house").id, amount)
    draft = Draft(source="tip", source_id=str(cast.now), kind="tip", movements=(move,))
    ledger.post(drafts=[draft], now=cast.now)


def cutoff_ms(cast: Cast) -> int | None:
    (line,) = metering.meter_lines(now=cast.now)
    return line.cutoff_ms


def ended(cast: Cast, private: Any, seconds: float) -> Any:
    cast.pass_time(seconds, meter=Meter())
    receipt = cast.receipt(private.session_id)
    assert receipt.closed_at is not None
    return receipt


def test_a_cap_of_5_ends_at_160_seconds(live: Cast) -> None:
    limit(live, "session", 5_00)
    private = live.private(live.cy)
    assert cutoff_ms(live) == 160_000
    receipt = ended(live, private, 200)
    assert (tokens(receipt.total), receipt.used_ms, receipt.reason) == ("5.00", 160_000, "limit")


def test_a_day_limit_of_20_with_19_67_spent_leaves_9_9_seconds(live: Cast) -> None:
    limit(live, "day", 20_00)
    spend(live, 19_67)
    private = live.private(live.cy)
    assert cutoff_ms(live) == 10_000 + 9_900
    receipt = ended(live, private, 60)
    assert (tokens(receipt.total), receipt.used_ms, receipt.reason) == ("0.33", 19_900, "limit")


def test_without_grace_left_033_last_9_9_seconds(live: Cast) -> None:
    """The two rules together: the grace was used in the show before."""
    limit(live, "day", 20_00)
    private = live.private(live.cy)
    live.pass_time(600, meter=Meter())
    shows.end_private(user=live.cy, private_id=private.id, now=live.now)
    PricingSettings.objects.update(grace_window_minutes=60)
    live.private(live.cy)
    assert cutoff_ms(live) == 9_900


def test_the_room_says_beforehand_where_the_limit_would_end_it(live: Cast) -> None:
    limit(live, "day", 20_00)
    spend(live, 19_67)
    own = person_view(user=live.cy, room_id=live.ana_room.pk, connection=None, now=live.now).own
    assert own is not None
    assert (own.allowance, own.private_ends_ms) == ("0.33", 19_900)


def test_the_minimum_to_start_is_what_the_wallet_must_have_not_the_limit(live: Cast) -> None:
    limit(live, "day", 1_00)
    live.private(live.cy)
    assert live.available(live.cy) == 99_00


def test_a_wallet_without_the_minimum_is_refused_whatever_its_limit(cast: Cast) -> None:
    cast.fund(cast.cy, 9_99)
    cast.live(cast.ana, cast.free)
    limit(cast, "day", 1_00)
    with pytest.raises(InsufficientFunds, match=r"10\.00.*9\.99"):
        cast.private(cast.cy)


def test_with_nothing_left_the_start_is_refused_and_says_when_it_counts_anew(live: Cast) -> None:
    limit(live, "day", 20_00)
    spend(live, 20_00)
    with pytest.raises(LimitReached, match=r"20\.00 a day.*0\.00.*March 2, 2026"):
        live.private(live.cy)
    assert live.available(live.cy) == 80_00
    live.now += timedelta(days=1)
    live.private(live.cy)


def test_a_cap_of_nothing_refuses_every_start(live: Cast) -> None:
    limit(live, "session", 0)
    with pytest.raises(SessionLimitReached, match=r"0\.00"):
        live.private(live.cy)


def test_a_limit_that_is_lowered_ends_what_runs_and_what_was_used_is_paid(live: Cast) -> None:
    private = live.private(live.cy)
    meter = Meter()
    live.pass_time(100, meter=meter)
    limit(live, "day", 1_00)
    live.pass_time(5, meter=meter)
    receipt = live.receipt(private.session_id)
    assert receipt.reason == "limit"
    assert 3_00 <= receipt.total <= 3_17


def test_a_break_ends_what_runs_and_refuses_what_begins(live: Cast) -> None:
    private = live.private(live.cy)
    meter = Meter()
    live.pass_time(70, meter=meter)
    until = live.now + timedelta(days=2)
    limiting.take_break(account_id=wallet(live), until=until, actor="cy", now=live.now)
    live.pass_time(5, meter=meter)
    receipt = live.receipt(private.session_id)
    assert receipt.reason == "limit"
    assert 2_00 <= receipt.total <= 2_17
    with pytest.raises(OnBreak):
        live.private(live.cy)


def test_a_new_day_carries_a_running_show_on(live: Cast) -> None:
    limit(live, "day", 5_00)
    spend(live, 4_00)
    live.now += timedelta(hours=11, minutes=59, seconds=40)
    private = live.private(live.cy)
    assert cutoff_ms(live) == 40_000
    meter = Meter()
    live.pass_time(30, meter=meter)
    assert cutoff_ms(live) == 160_000
    receipt = ended(live, private, 200)
    assert (tokens(receipt.total), receipt.reason) == ("5.00", "limit")


def test_two_sessions_share_what_a_limit_leaves(live: Cast) -> None:
    live.live(live.bo, live.group)
    limit(live, "day", 20_00)
    first, second = live.private(live.cy), live.visit(live.cy)
    live.pass_time(900, meter=Meter())
    receipts = [live.receipt(session) for session in (first.session_id, second.session_id)]
    assert [receipt.reason for receipt in receipts] == ["limit", "limit"]
    assert sum(receipt.total for receipt in receipts) == 20_00
    assert live.balance(live.cy) == 80_00


def test_the_timeline_and_the_receipt_say_limit(live: Cast) -> None:
    limit(live, "session", 5_00)
    receipt = ended(live, live.private(live.cy), 200)
    assert receipt.reason == "limit"
    assert receipt.timeline[-1].kind == "closed"


def test_a_request_says_what_is_held_and_for_how_long_the_limit_lasts(live: Cast) -> None:
    limit(live, "day", 6_00)
    shows.request_private(user=live.cy, room_id=live.ana_room.pk, cid="r", media="video", cpm=200, now=live.now)
    asked, told = (
        person_view(user=user, room_id=live.ana_room.pk, connection=None, now=live.now) for user in (live.cy, live.ana)
    )
    assert asked.request is not None
    assert asked.request.minimum == "6.00"
    assert told.requests[0].funded_minutes == 3
