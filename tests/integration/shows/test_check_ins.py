"""Check-in: who may come in, and how group time and tips are shared while they are there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from wagtail.models import Locale

from ppv_plugin.errors import BadInput, Busy, Gone, NotAllowed, NotFound
from ppv_plugin.metering import proof, refunds
from ppv_plugin.metering.receipts import queries as receipts
from ppv_plugin.metering.receipts.services import signed_receipt
from ppv_plugin.models import CheckIn, Performer, Room, TipOption
from ppv_plugin.people.rules import SUSPENDED
from ppv_plugin.shows import queries
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


def invited(cast: Cast) -> CheckIn:
    """Ana into Bo's show."""
    guest = cast.ana.ppv_performer.uuid
    return shows.invite(user=cast.bo, room_id=cast.bo_room.pk, performer=guest, now=cast.now)


def answers(cast: Cast, check_in: CheckIn, accept: bool = True, *, user: Any = None) -> None:
    shows.answer_invitation(user=user or cast.ana, check_in_id=check_in.pk, accept=accept, now=cast.now)


def ends(cast: Cast, check_in: CheckIn, user: Any) -> None:
    shows.end_check_in(user=user, check_in_id=check_in.pk, now=cast.now)


def state(check_in: CheckIn) -> str:
    return str(CheckIn.objects.get(pk=check_in.pk).state)


def tip(cast: Cast, room: Any) -> Any:
    rose = TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=500)
    return shows.give_tip(user=cast.cy, room_id=room.pk, cid=uuid4().hex, option_id=rose.pk, amount=500, now=cast.now)


def test_a_tip_of_five_with_two_checked_in_is_two_and_a_quarter_each(cast: Cast) -> None:
    cast.fund(cast.cy, 1000)
    cast.live(cast.ana, cast.free)
    guest = cast.bo.ppv_performer
    guest.studio = None
    guest.save()
    check_in = shows.invite(user=cast.ana, room_id=cast.ana_room.pk, performer=guest.uuid, now=cast.now)
    answers(cast, check_in, user=cast.bo)
    given = tip(cast, cast.ana_room)
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.earned(cast.bo), cast.house()) == (500, 225, 225, 50)
    receipt = cast.receipt(given.session_id)
    assert [(share.kind, share.name, share.amount) for share in receipt.shares] == [
        ("client", "", -500),
        ("performer", "Ana", 225),
        ("performer", "Bo", 225),
        ("house", "", 50),
    ]


def test_group_time_is_shared_only_while_both_are_in_and_the_parts_sum(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(130, meter=(meter := Meter()), every=5)  # 2.50 owed, Bo's alone
    answers(cast, check_in := invited(cast))
    cast.pass_time(100, meter=meter, every=5)  # 2.50 more for both
    ends(cast, check_in, cast.ana)
    cast.pass_time(100, meter=meter, every=5)  # and 2.50 for Bo again
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    receipt = cast.receipt(visit.session_id)
    assert receipt.total == 750
    # of 2.50 the house has 0.50; of the shared 2.00 each performer 1.00; Bo's studio 30 % of what is Bo's
    assert cast.earned(cast.ana) == 100
    assert cast.earned(cast.bo) + cast.studio_earned() == 500
    assert (cast.studio_earned(), cast.house()) == (150, 150)
    assert sum(share.amount for share in receipt.shares) == 0
    assert {share.name for share in receipt.shares if share.kind == "performer"} == {"Ana", "Bo"}
    said = [line.text for line in receipt.timeline if line.text.startswith("From here")]
    assert said == ["From here it is shared equally by Bo, Ana", "From here it is for Bo alone"]
    (row,) = queries.performer_history(performer=cast.ana.ppv_performer)
    assert (row.kind, row.amount) == ("group", 100)
    assert proof.violations() == []


def test_who_enters_meanwhile_pays_both_from_the_start_and_a_refund_comes_from_both(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    answers(cast, invited(cast))
    visit = cast.visit(cast.cy)
    cast.pass_time(130, meter=Meter(), every=5)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.earned(cast.ana), cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (100, 70, 30, 50)
    refunds.request_refund(
        session_id=visit.session_id, amount=None, reason="r", cid="c", alone_max=None, actor="s", now=cast.now
    )
    assert (cast.earned(cast.ana), cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (0, 0, 0, 0)
    assert cast.balance(cast.cy) == 10_000


def test_the_signed_receipt_names_each_and_agrees_with_the_books(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(130, meter=(meter := Meter()), every=5)
    answers(cast, invited(cast))
    cast.pass_time(100, meter=meter, every=5)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    row = signed_receipt(session_id=visit.session_id, now=cast.now)
    assert row is not None
    proven = receipts.proof(row=row, live=cast.receipt(visit.session_id))
    assert (proven.verdict, proven.differing) == ("valid", [])
    document = receipts.examine(text=proven.file).document
    assert [part["name"] for part in document["amounts"] if part["role"] == "performer"] == ["Bo", "Ana"]
    assert document["split"]["later"][0]["after"] == "2.50"


def test_a_private_show_is_the_hosts_own(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    check_in = shows.invite(user=cast.ana, room_id=cast.ana_room.pk, performer=cast.bo.ppv_performer.uuid, now=cast.now)
    answers(cast, check_in, user=cast.bo)
    private = cast.private(cast.cy)
    cast.pass_time(100, meter=Meter())
    ends(cast, check_in, cast.bo)
    cast.pass_time(85, meter=Meter())
    tip(cast, cast.ana_room)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    assert cast.receipt(private.session_id).total == 583
    assert (cast.earned(cast.ana), cast.earned(cast.bo)) == (466 + 450, 0)


def test_an_invitation_is_declined_or_taken_back_and_then_gone(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    first = invited(cast)
    assert invited(cast) == first
    answers(cast, first, accept=False)
    second = invited(cast)
    ends(cast, second, cast.bo)
    assert (state(first), state(second)) == ("declined", "left")
    for check_in in (first, second):
        with pytest.raises(Gone):
            answers(cast, check_in)


def test_nobody_else_invites_answers_or_ends(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    guest = cast.ana.ppv_performer.uuid
    with pytest.raises(NotAllowed):
        shows.invite(user=cast.ana, room_id=cast.bo_room.pk, performer=guest, now=cast.now)
    with pytest.raises(BadInput):
        shows.invite(user=cast.bo, room_id=cast.bo_room.pk, performer=cast.bo.ppv_performer.uuid, now=cast.now)
    with pytest.raises(NotFound):
        shows.invite(user=cast.bo, room_id=cast.bo_room.pk, performer="nobody", now=cast.now)
    check_in = invited(cast)
    for user in (cast.bo, cast.cy):
        with pytest.raises(NotFound):
            answers(cast, check_in, user=user)
    with pytest.raises(NotFound):
        ends(cast, check_in, cast.cy)


def test_who_is_live_or_checked_in_elsewhere_cannot_be_asked_and_the_refusal_says_why(cast: Cast) -> None:
    third = type(cast.bo)._default_manager.create_user(**{cast.bo.USERNAME_FIELD: "eva"}, password="eva")
    eva = Performer.objects.create(user=third, name="Eva")
    room = Room.objects.create(site=cast.site, slug="eva", title="Eva's room", description="Cello", performer=eva)
    cast.live(cast.bo, cast.free)
    ask = {"user": third, "room_id": room.pk, "performer": cast.ana.ppv_performer.uuid}
    answers(cast, check_in := invited(cast))
    shows.go_live(user=third, room_id=room.pk, mode_id=cast.free.pk, cid="eva", now=cast.now)
    with pytest.raises(Busy, match="Ana is checked in elsewhere and has to leave there first"):
        shows.invite(**ask, now=cast.now)
    ends(cast, check_in, cast.ana)
    cast.live(cast.ana, cast.free)
    with pytest.raises(Busy, match="Ana is live and cannot come in now"):
        shows.invite(**ask, now=cast.now)
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    assert shows.invite(**ask, now=cast.now).state == "invited"


def test_who_is_live_cannot_come_in_and_who_is_in_cannot_go_live(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    check_in = invited(cast)
    cast.live(cast.ana, cast.free)
    with pytest.raises(Busy):
        answers(cast, check_in)
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    answers(cast, check_in)
    with pytest.raises(Busy):
        cast.live(cast.ana, cast.free)
    ends(cast, check_in, cast.ana)
    cast.live(cast.ana, cast.free)


def test_the_end_of_the_show_is_the_end_of_check_ins(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    answers(cast, check_in := invited(cast))
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert state(check_in) == "left"


def test_a_guest_whom_the_site_suspends_earns_no_more(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    answers(cast, check_in := invited(cast))
    performer = cast.ana.ppv_performer
    performer.status = SUSPENDED
    performer.save()
    assert shows.leave_barred(now=cast.now) == 1
    assert state(check_in) == "left"


def test_everybody_reads_who_is_in_and_the_guest_reads_who_asks(cast: Cast) -> None:
    cast.live(cast.bo, cast.free)
    check_in = invited(cast)

    def own(user: Any, room: Any) -> Any:
        return queries.person_view(user=user, room_id=room.pk, connection=None, now=cast.now)

    assert [(view.name, view.state) for view in own(cast.bo, cast.bo_room).check_ins] == [("Ana", "invited")]
    assert [(view.name, view.room, view.state) for view in own(cast.ana, cast.ana_room).visiting] == [
        ("Bo", "Bo's room", "invited")
    ]
    assert queries.room_view(room_id=cast.bo_room.pk, now=cast.now).guests == []
    answers(cast, check_in)
    assert queries.room_view(room_id=cast.bo_room.pk, now=cast.now).guests == ["Ana"]
