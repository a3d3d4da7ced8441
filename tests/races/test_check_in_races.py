"""Guests come and go while the meter runs and everybody pays: no deadlock, nothing lost, nothing twice."""

from __future__ import annotations

import pytest
from wagtail.models import Locale

from ppv_plugin.errors import Busy, Gone, PPVError
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.media import services as media
from ppv_plugin.metering import proof
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import CheckIn, PricingSettings, StageTime, TipOption, TipSettings
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .test_show_races import cast as cast  # the fixture
from .world import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def invite(cast: Cast) -> CheckIn:
    guest = cast.ana.ppv_performer.uuid
    return shows.invite(user=cast.bo, room_id=cast.bo_room.pk, performer=guest, now=cast.now)


def answer(cast: Cast, check_in: CheckIn) -> None:
    shows.answer_invitation(user=cast.ana, check_in_id=check_in.pk, accept=True, now=cast.now)


def end(cast: Cast, check_in: CheckIn) -> None:
    shows.end_check_in(user=cast.ana, check_in_id=check_in.pk, now=cast.now)


def test_a_guest_comes_and_goes_while_visits_are_metered_tipped_and_left(cast: Cast) -> None:
    TipSettings.objects.update_or_create(site=cast.site, defaults={"cool_down_seconds": 0})
    rose = TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=500)
    for user in (cast.cy, cast.di):
        cast.fund(user, 10_000)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy)
    cast.visit(cast.di)
    cast.pass_time(230)
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)

    def come_and_go() -> None:
        for _ in range(4):
            check_in = invite(cast)
            answer(cast, check_in)
            end(cast, check_in)

    def meter() -> None:
        for _ in range(12):
            metering.tick(now=cast.now)

    def tip() -> None:
        for n in range(4):
            try:
                shows.give_tip(
                    user=cast.cy, room_id=cast.bo_room.pk, cid=f"t{n}", option_id=rose.pk, amount=500, now=cast.now
                )
            except PPVError:  # has left meanwhile
                return

    def leave() -> None:
        shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)

    assert race(come_and_go, meter, meter, tip, leave) == []
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    visits = MeteredSession.objects.filter(subject="group")
    assert {(row.state, row.settled) for row in visits} == {("closed", 500)}
    earned = cast.earned(cast.ana) + cast.earned(cast.bo) + cast.studio_earned() + cast.house()
    assert earned == 2 * 10_000 - cast.balance(cast.cy) - cast.balance(cast.di)
    assert proof.violations() == []
    assert ledger.violations() == []


def test_shares_by_presence_sum_while_seconds_are_counted_and_charges_posted_at_once(cast: Cast) -> None:
    PricingSettings.objects.update(check_in_split="presence")
    for user in (cast.cy, cast.di):
        cast.fund(user, 10_000)
    cast.live(cast.bo, cast.group)
    answer(cast, check_in := invite(cast))
    cast.join(cast.ana, cast.bo_room, "publish", role="guest")
    visits = [cast.visit(cast.cy), cast.visit(cast.di)]
    cast.pass_time(130)
    samples = [media.evidence()]
    cast.pass_time(100)
    samples.append(media.evidence())

    def count() -> None:
        for sample in (*samples, *reversed(samples)):
            shows.record_stage_time(sample)

    def meter() -> None:
        for _ in range(6):
            shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)
            metering.tick(now=cast.now)

    def leave() -> None:
        shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)

    assert race(count, count, meter, meter, leave, lambda: end(cast, check_in)) == []
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    receipts = [cast.receipt(visit.session_id) for visit in visits]
    assert [receipt.total for receipt in receipts] == [500, 500]
    for receipt in receipts:
        assert sum(share.amount for share in receipt.shares) == 0
        assert receipt.amount_of(receipt.client_account_id) == -500
    assert set(StageTime.objects.values_list("sent_ms", flat=True)) == {230_000}
    assert proof.violations() == []
    assert ledger.violations() == []


def test_who_comes_in_while_going_live_does_one_of_the_two(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    check_in = invite(cast)
    go = {"user": cast.ana, "room_id": cast.ana_room.pk, "mode_id": cast.free.pk, "cid": "go", "now": cast.now}
    errors = race(lambda: answer(cast, check_in), lambda: shows.go_live(**go))
    assert [type(error) for error in errors] == [Busy]


def test_coming_in_races_the_end_of_the_show_and_leaves_nobody_behind(cast: Cast) -> None:
    cast.live(cast.bo, cast.group)
    check_in = invite(cast)
    errors = race(
        lambda: answer(cast, check_in), lambda: shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    )
    assert {type(error) for error in errors} <= {Gone}
    assert CheckIn.objects.get().state == CheckIn.State.LEFT
