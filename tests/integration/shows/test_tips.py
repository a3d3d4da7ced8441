"""Tips: what is offered, what is refused, how the money goes, what it does to a meter that runs and to the goals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from wagtail.models import Locale

from ppv_plugin.chat.models import Message
from ppv_plugin.errors import (
    BadInput,
    Blocked,
    Conflict,
    CoolDown,
    Gone,
    InsufficientFunds,
    LimitReached,
    NotAllowed,
    SessionLimitReached,
    SignInNeeded,
)
from ppv_plugin.ledger import limiting
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.metering import proof, refunds
from ppv_plugin.models import Goal, Tip, TipOption, TipSettings
from ppv_plugin.people import services as people
from ppv_plugin.shows import queries
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def rose(cast: Cast) -> TipOption:
    return TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=500, emoji="🌹")


@pytest.fixture
def own(cast: Cast) -> TipOption:
    return TipOption.objects.create(locale=Locale.get_default(), key="own", name="Gift", emoji="🎁")


def give(cast: Cast, option: TipOption, amount: int = 500, *, user: Any = None, room: Any = None, cid: str = "") -> Tip:
    return shows.give_tip(
        user=user or cast.cy,
        room_id=(room or cast.ana_room).pk,
        cid=cid or uuid4().hex,
        option_id=option.pk,
        amount=amount,
        now=cast.now,
    )


def wallet_id(cast: Cast, user: Any) -> int:
    found = ledger.balance_of(kind="client", owner=str(people.ensure_client(user=user).uuid)).account_id
    assert found is not None
    return found


def nothing_was_posted(cast: Cast, balance: int) -> bool:
    return (cast.balance(cast.cy), cast.available(cast.cy), Tip.objects.count()) == (balance, balance, 0)


def test_five_at_ninety_percent_is_minus_five_plus_four_fifty_plus_fifty(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    tip = give(cast, rose)
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (500, 450, 50)
    assert len(ledger.statement(account_id=wallet_id(cast, cast.cy))) == 2  # the top-up and one transfer
    receipt = cast.receipt(tip.session_id)
    assert (receipt.subject, receipt.total, receipt.rule, receipt.facts["tip"]) == ("tip", 500, "once", "Rose")
    assert [share.amount for share in receipt.shares] == [-500, 450, 50]
    assert proof.violations() == []


def test_a_studio_takes_its_share_of_the_performers_part(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.bo, cast.free)
    give(cast, rose, room=cast.bo_room)
    assert (cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (315, 135, 50)


def test_a_performers_own_share_of_tips_is_another_one_than_that_of_minutes(cast: Cast, rose: TipOption) -> None:
    performer = cast.ana.ppv_performer
    performer.share_bp, performer.tip_share_bp = 1000, 9500
    performer.save()
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    give(cast, rose)
    assert (cast.earned(cast.ana), cast.house()) == (475, 25)


def test_the_same_command_again_is_the_same_tip(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 2000)
    cast.live(cast.ana, cast.free)
    first = give(cast, rose, cid="one")
    assert give(cast, rose, cid="one") == first
    cast.now += timedelta(minutes=5)
    assert give(cast, rose, cid="one") == first
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    assert give(cast, rose, cid="one") == first  # an answer that was lost, asked for after the end
    assert cast.balance(cast.cy) == 1500
    assert Message.objects.filter(event="tip").count() == 1
    with pytest.raises(Conflict):
        give(cast, rose, 1000, cid="one")


def test_a_second_tip_within_15_seconds_is_refused_with_the_seconds_left(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 5000)
    cast.fund(cast.di, 5000)
    cast.live(cast.ana, cast.free)
    cast.live(cast.bo, cast.free)
    give(cast, rose)
    cast.now += timedelta(seconds=4)
    with pytest.raises(CoolDown, match="11 seconds"):
        give(cast, rose)
    give(cast, rose, room=cast.bo_room)
    give(cast, rose, user=cast.di)
    cast.now += timedelta(seconds=11)
    give(cast, rose)
    assert (cast.balance(cast.cy), cast.balance(cast.di)) == (3500, 4500)


@pytest.mark.parametrize("amount", [0, -500, 499, 501, 10**12])
def test_an_amount_that_is_not_the_options_is_refused(cast: Cast, rose: TipOption, amount: int) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    with pytest.raises(BadInput):
        give(cast, rose, amount)
    assert nothing_was_posted(cast, 1000)


def test_a_free_amount_lies_between_the_bounds(cast: Cast, own: TipOption) -> None:
    TipSettings.objects.update_or_create(
        site=cast.site, defaults={"custom_min": 300, "custom_max": 700, "cool_down_seconds": 0}
    )
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    for amount in (0, -1, 299, 701):
        with pytest.raises(BadInput):
            give(cast, own, amount)
    assert nothing_was_posted(cast, 1000)
    give(cast, own, 333)
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (667, 300, 33)


def test_an_option_that_is_not_offered_or_does_not_exist_is_refused(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    TipOption.objects.update(active=False)
    with pytest.raises(BadInput):
        give(cast, rose)
    rose.pk = 99_999
    with pytest.raises(BadInput):
        give(cast, rose)
    assert nothing_was_posted(cast, 1000)


def test_nobody_tips_where_tips_are_off_or_nobody_is_live_or_from_outside(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    with pytest.raises(Gone):
        give(cast, rose)
    cast.live(cast.bo, cast.group)
    with pytest.raises(NotAllowed):  # paid, and not inside
        give(cast, rose, room=cast.bo_room)
    with pytest.raises(NotAllowed):  # the performer
        give(cast, rose, room=cast.bo_room, user=cast.bo)
    with pytest.raises(SignInNeeded):
        shows.give_tip(user=None, room_id=cast.bo_room.pk, cid="x", option_id=rose.pk, amount=500, now=cast.now)
    people.block(
        performer_id=cast.bo_room.performer_id, client_id=people.ensure_client(user=cast.di).pk, until=None, reason=""
    )
    with pytest.raises(Blocked):
        give(cast, rose, room=cast.bo_room, user=cast.di)
    cast.visit(cast.cy)
    TipSettings.objects.update_or_create(site=cast.site, defaults={"enabled": False})
    with pytest.raises(NotAllowed):
        give(cast, rose, room=cast.bo_room)
    assert Tip.objects.count() == 0


def test_a_limit_for_each_session_bounds_each_tip(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    limiting.set_limit(kind="session", amount=499, account_id=wallet_id(cast, cast.cy), actor="cy", now=cast.now)
    with pytest.raises(SessionLimitReached):
        give(cast, rose)
    assert nothing_was_posted(cast, 10_000)


def test_a_day_limit_leaves_room_for_one_tip_and_not_for_two(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    limiting.set_limit(kind="day", amount=900, account_id=wallet_id(cast, cast.cy), actor="cy", now=cast.now)
    give(cast, rose)
    cast.now += timedelta(minutes=1)
    with pytest.raises(LimitReached):
        give(cast, rose)
    assert cast.balance(cast.cy) == 9500


def test_a_tip_takes_only_what_is_free_and_brings_the_end_nearer_to_the_millisecond(
    cast: Cast, rose: TipOption
) -> None:
    def cutoff_ms() -> int | None:
        me = queries.person_view(user=cast.cy, room_id=cast.ana_room.pk, connection=None, now=cast.now)
        assert me.meter is not None
        return me.meter.cutoff_ms

    cast.fund(cast.cy, 2000)
    cast.live(cast.ana, cast.free)
    session_id = cast.private(cast.cy).session_id
    cast.pass_time(100, meter=(meter := Meter()), every=1)
    assert cutoff_ms() == 610_000
    give(cast, rose)
    assert cutoff_ms() == 460_000
    cast.pass_time(300, meter=meter, every=1)
    with pytest.raises(InsufficientFunds):  # what is left is held for the minutes to come
        give(cast, rose)
    assert cutoff_ms() == 460_000
    cast.pass_time(100, meter=meter, every=1)
    receipt = cast.receipt(session_id)
    assert (receipt.used_ms, receipt.total, receipt.reason) == (460_000, 1500, "funds")
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (0, 1200 + 450, 300 + 50)


def test_what_a_request_holds_cannot_be_tipped(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 1499)
    cast.live(cast.ana, cast.free)
    shows.request_private(user=cast.cy, room_id=cast.ana_room.pk, cid="r", media="video", cpm=200, now=cast.now)
    assert cast.available(cast.cy) == 499
    with pytest.raises(InsufficientFunds, match=r"5\.00.*4\.99"):
        give(cast, rose)
    assert cast.balance(cast.cy) == 1499


def test_half_of_a_tip_and_then_the_rest_goes_back_from_everybody(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    tip = give(cast, rose)
    asked = {"session_id": tip.session_id, "alone_max": None, "actor": "staff", "now": cast.now}
    refunds.request_refund(amount=250, reason="half", cid="a", **asked)
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (750, 225, 25)
    refunds.request_refund(amount=None, reason="rest", cid="b", **asked)
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (1000, 0, 0)
    assert proof.violations() == []


def test_both_sides_find_it_in_their_history_and_the_performer_sees_the_sum(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    give(cast, rose)
    (paid,) = queries.client_history(client=people.ensure_client(user=cast.cy))
    (earned,) = queries.performer_history(performer=cast.ana.ppv_performer)
    assert (paid.kind, paid.partner, paid.amount) == ("tip", "Ana", -500)
    assert (earned.kind, earned.partner, earned.amount) == ("tip", "cy", 450)
    me = queries.person_view(user=cast.ana, room_id=cast.ana_room.pk, connection=None, now=cast.now)
    assert (me.show_tips, me.earned_today) == ("5.00", "4.50")


def test_a_tip_in_private_is_said_there_and_fills_no_goal(cast: Cast, rose: TipOption) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    goal = Goal.objects.create(room=cast.ana_room, title="A song", amount=500)
    private = cast.private(cast.cy)
    give(cast, rose)
    line = Message.objects.get(event="tip")
    assert (line.private_show, line.facts["client"], line.facts["amount"]) == (private.id, "cy", "5.00")
    goal.refresh_from_db()
    assert goal.filled == 0


def test_a_goal_of_five_with_three_in_is_done_with_two_and_three_go_on(cast: Cast, rose: TipOption) -> None:
    first = Goal.objects.create(room=cast.ana_room, title="A song", amount=500, filled=300)
    second = Goal.objects.create(room=cast.ana_room, title="Two songs", amount=1000, sort_order=1)
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    give(cast, rose)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.filled, first.reached_at, second.filled, second.reached_at) == (500, cast.now, 300, None)
    assert [line.facts for line in Message.objects.filter(event="goal")] == [{"title": "A song", "amount": "5.00"}]
    view = queries.room_view(room_id=cast.ana_room.pk, now=cast.now)
    assert [(goal.filled, goal.amount, goal.reached) for goal in view.goals] == [
        ("5.00", "5.00", True),
        ("3.00", "10.00", False),
    ]


def test_a_refund_takes_no_goal_back(cast: Cast, rose: TipOption) -> None:
    goal = Goal.objects.create(room=cast.ana_room, title="A song", amount=500)
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    tip = give(cast, rose)
    refunds.request_refund(
        session_id=tip.session_id, amount=None, reason="r", cid="c", alone_max=None, actor="s", now=cast.now
    )
    goal.refresh_from_db()
    assert (goal.filled, goal.reached_at) == (500, cast.now)


def test_the_performer_orders_deletes_and_resets_goals(cast: Cast) -> None:
    here = {"user": cast.ana, "room_id": cast.ana_room.pk}
    a, b, c = (shows.add_goal(**here, cid=name, title=name, amount=500) for name in "abc")
    assert shows.add_goal(**here, cid="a", title="a", amount=500) == a

    def titles() -> list[str]:
        return [goal.title for goal in queries.room_view(room_id=cast.ana_room.pk, now=cast.now).goals]

    shows.move_goal(**here, goal_id=c.pk, up=True)
    assert titles() == ["a", "c", "b"]
    shows.move_goal(**here, goal_id=a.pk, up=True)
    shows.move_goal(**here, goal_id=b.pk, up=False)
    assert titles() == ["a", "c", "b"]
    shows.delete_goal(**here, goal_id=a.pk)
    Goal.objects.filter(pk=b.pk).update(filled=500, reached_at=cast.now)
    shows.reset_goals(**here)
    b.refresh_from_db()
    assert (titles(), b.filled, b.reached_at) == (["c", "b"], 0, None)


@pytest.mark.parametrize(("title", "amount"), [("", 500), ("x" * 81, 500), ("x", 0), ("x", -1)])
def test_a_goal_has_a_title_and_an_amount(cast: Cast, title: str, amount: int) -> None:
    with pytest.raises(BadInput):
        shows.add_goal(user=cast.ana, room_id=cast.ana_room.pk, cid="x", title=title, amount=amount)


def test_nobody_else_changes_the_goals(cast: Cast) -> None:
    goal = shows.add_goal(user=cast.ana, room_id=cast.ana_room.pk, cid="x", title="x", amount=500)
    there = {"user": cast.bo, "room_id": cast.ana_room.pk}
    for refused in (
        lambda: shows.add_goal(**there, cid="y", title="y", amount=500),
        lambda: shows.move_goal(**there, goal_id=goal.pk, up=True),
        lambda: shows.delete_goal(**there, goal_id=goal.pk),
        lambda: shows.reset_goals(**there),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert Goal.objects.count() == 1
