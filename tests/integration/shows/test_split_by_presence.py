"""Group time and tips split by presence seconds: by how long each performer's stream came in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from wagtail.models import Locale

from ppv_plugin.media import services as media
from ppv_plugin.metering import proof, refunds
from ppv_plugin.metering.receipts import queries as receipts
from ppv_plugin.metering.receipts.services import signed_receipt
from ppv_plugin.models import CheckIn, PricingSettings, TipOption
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .test_guest_cameras import checked_in, on_camera, sends


@pytest.fixture
def split(cast: Cast) -> Cast:
    """The site splits by presence; Bo has no studio here, so that parts are easy to read."""
    PricingSettings.objects.update(check_in_split="presence")
    guest = cast.bo.ppv_performer
    guest.studio = None
    guest.save()
    cast.fund(cast.cy, 10_000)
    return cast


def vanishes(check_in: CheckIn) -> None:
    media.get_engine().vanish(f"g-{check_in.pk}")  # type: ignore[attr-defined]


def leaves(cast: Cast) -> None:
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)


def parts(cast: Cast) -> tuple[int, int, int]:
    return cast.earned(cast.bo), cast.earned(cast.ana), cast.house()


def tip(cast: Cast, room: Any, amount: int = 500) -> Any:
    rose = TipOption.objects.create(locale=Locale.get_default(), key=uuid4().hex, name="Rose", amount=amount)
    given = {"cid": uuid4().hex, "option_id": rose.pk, "amount": amount}
    return shows.give_tip(user=cast.cy, room_id=room.pk, now=cast.now, **given)


def test_a_guest_on_stage_half_of_the_time_gets_a_third_and_the_receipt_says_how(split: Cast) -> None:
    split.live(split.bo, split.group)
    check_in = on_camera(split)
    visit = split.visit(split.cy)
    split.pass_time(65, meter=(meter := Meter()), every=5)
    vanishes(check_in)
    split.pass_time(65, meter=meter, every=5)
    leaves(split)
    receipt = split.receipt(visit.session_id)
    assert receipt.total == 250  # of it 2.00 for the two: 130 s and 65 s
    assert parts(split) == (133, 67, 50)
    assert [(share.name, share.amount, share.seconds) for share in receipt.shares if share.kind == "performer"] == [
        ("Bo", 133, 130),
        ("Ana", 67, 65),
    ]
    row = signed_receipt(session_id=visit.session_id, now=split.now)
    assert row is not None
    proven = receipts.proof(row=row, live=receipt)
    assert (proven.verdict, proven.differing) == ("valid", [])
    told = receipts.examine(text=proven.file).document["split"]
    assert (told["by"], [party["weight"] for party in told["performers"]]) == ("seconds_on_stage", [130, 65])


def test_every_charge_counts_the_seconds_since_the_one_before(split: Cast) -> None:
    split.live(split.bo, split.group)
    check_in = on_camera(split)
    visit = split.visit(split.cy)
    split.pass_time(230, meter=(meter := Meter()), every=5)
    vanishes(check_in)
    split.pass_time(400, meter=meter, every=5)
    leaves(split)
    receipt = split.receipt(visit.session_id)
    assert receipt.total == 1500
    bo, ana, house = parts(split)
    assert (bo + ana, house) == (1200, 300)
    # 4.00 were shared for the 230 s of both; of the charge in which she vanished she gets a part, of later ones none
    assert 200 <= ana <= 200 + 80
    seconds = {share.name: share.seconds for share in receipt.shares if share.kind == "performer"}
    assert seconds == {"Bo": 630, "Ana": 230}
    assert proof.violations() == []


def test_who_is_checked_in_without_a_picture_of_the_own_gets_nothing(split: Cast) -> None:
    split.live(split.bo, split.group)
    checked_in(split)
    split.visit(split.cy)
    split.pass_time(130, meter=Meter(), every=5)
    leaves(split)
    assert parts(split) == (200, 0, 50)


def test_where_nobody_was_on_stage_for_a_second_it_is_shared_equally(split: Cast) -> None:
    split.group.rule = "upfront_minutes"
    split.group.save()
    split.live(split.bo, split.group)
    on_camera(split)
    split.visit(split.cy)
    split.pass_time(0.5)
    leaves(split)
    assert parts(split) == (60, 60, 30)


def test_a_tip_counts_the_seconds_of_the_whole_show(split: Cast) -> None:
    split.live(split.bo, split.free)
    split.pass_time(200, meter=(meter := Meter()))
    check_in = on_camera(split)
    split.pass_time(100, meter=meter)
    given = tip(split, split.bo_room)
    assert parts(split) == (338, 112, 50)  # 4.50 by 300 s and 100 s: 3.375 and 1.125
    receipt = split.receipt(given.session_id)
    assert [share.seconds for share in receipt.shares if share.kind == "performer"] == [300, 100]
    shows.end_check_in(user=split.bo, check_in_id=check_in.pk, now=split.now)


def test_time_in_private_counts_for_nobody_and_is_not_split(split: Cast) -> None:
    split.live(split.bo, split.free)
    on_camera(split)
    split.pass_time(100, meter=(meter := Meter()))
    private = split.private(split.cy, room=split.bo_room)
    split.pass_time(185, meter=meter)
    shows.end_private(user=split.cy, private_id=private.id, now=split.now)
    assert parts(split) == (466, 0, 117)
    sends(split)
    split.pass_time(100, meter=meter)
    tip(split, split.bo_room)
    assert parts(split) == (466 + 225, 225, 117 + 50)


def test_the_setting_of_when_the_show_began_holds_to_its_end(split: Cast) -> None:
    split.live(split.bo, split.group)
    checked_in(split)
    PricingSettings.objects.update(check_in_split="equal")
    split.visit(split.cy)
    split.pass_time(130, meter=Meter(), every=5)
    leaves(split)
    assert parts(split) == (200, 0, 50)
    shows.leave(user=split.bo, room_id=split.bo_room.pk, now=split.now)
    split.live(split.bo, split.group)
    checked_in(split)
    split.pass_time(4000)  # grace is given anew
    split.visit(split.cy)
    split.pass_time(130, meter=Meter(), every=5)
    leaves(split)
    assert parts(split) == (300, 100, 100)


def test_a_guest_who_comes_and_goes_shares_only_what_is_used_meanwhile(split: Cast) -> None:
    split.live(split.bo, split.group)
    visit = split.visit(split.cy)
    split.pass_time(130, meter=(meter := Meter()), every=5)
    check_in = on_camera(split)
    split.pass_time(100, meter=meter, every=5)
    shows.end_check_in(user=split.ana, check_in_id=check_in.pk, now=split.now)
    split.pass_time(100, meter=meter, every=5)
    leaves(split)
    assert split.receipt(visit.session_id).total == 750
    assert parts(split) == (500, 100, 150)
    said = [line.text for line in split.receipt(visit.session_id).timeline if line.text.startswith("From here")]
    assert said == ["From here it is shared by seconds on stage, by Bo, Ana", "From here it is for Bo alone"]
    assert proof.violations() == []


def test_a_refund_takes_back_from_each_what_it_got(split: Cast) -> None:
    split.live(split.bo, split.group)
    check_in = on_camera(split)
    visit = split.visit(split.cy)
    split.pass_time(65, meter=(meter := Meter()), every=5)
    vanishes(check_in)
    split.pass_time(65, meter=meter, every=5)
    leaves(split)
    refunds.request_refund(
        session_id=visit.session_id, amount=None, reason="r", cid="c", alone_max=None, actor="s", now=split.now
    )
    assert parts(split) == (0, 0, 0)
    assert split.balance(split.cy) == 10_000


def test_late_and_doubled_samples_of_the_engine_add_nothing(split: Cast) -> None:
    split.live(split.bo, split.free)
    on_camera(split)
    split.pass_time(100)
    late = media.evidence()
    split.pass_time(100)
    for evidence in (media.evidence(), late, media.evidence(), late):
        shows.record_stage_time(evidence)
    media.get_engine().reboot()  # type: ignore[attr-defined]
    shows.apply_stage(room_id=split.bo_room.pk)
    split.join(split.bo, split.bo_room, "publish")
    split.pass_time(200)
    shows.record_stage_time(media.evidence())
    given = tip(split, split.bo_room)
    seconds = [share.seconds for share in split.receipt(given.session_id).shares if share.kind == "performer"]
    assert seconds == [400, 200]
