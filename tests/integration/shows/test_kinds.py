"""Shows with audio only and with text only, on the real services with a fake engine."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync

from ppv_plugin.errors import BadInput, NotAllowed, PriceChanged
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import Direction, Kind, Pulse
from ppv_plugin.models import PricingSettings, PrivateRequest, Room, RoomMode
from ppv_plugin.rooms.services import set_client_cpm, set_private_cpm
from ppv_plugin.shows import queries
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.rules import performer_participant, stage_name
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast, connection_of

GRACE_30 = {"grace_seconds": 30, "private_cpm": 50}
SOUND, TEXT = frozenset({Kind.AUDIO}), frozenset({Kind.TEXT})


@pytest.fixture(autouse=True)
def prices(cast: Cast) -> None:
    PricingSettings.objects.filter(site=cast.site).update(**GRACE_30)


def mode_of(cast: Cast, kind: str, **more: Any) -> RoomMode:
    values = {"name": kind, "kind": kind, "snapshots_enabled": False, **more}
    return RoomMode.objects.create(locale=cast.free.locale, key=f"{kind}-only", **values)


def attend(cast: Cast, user: Any, room: Room) -> None:
    participant = shows.attend(
        user=user, room_id=room.pk, connection=connection_of(user), take_over=False, now=cast.now
    )
    async_to_sync(media.get_engine().pulse)([Pulse(stage_name(room.pk), participant, fresh=True)])


def ask(cast: Cast, kind: str, cpm: int, **more: Any) -> PrivateRequest:
    return shows.request_private(
        user=cast.cy, room_id=cast.ana_room.pk, cid=uuid4().hex, media=kind, cpm=cpm, now=cast.now, **more
    )


def private(cast: Cast, kind: str, cpm: int) -> Any:
    request = ask(cast, kind, cpm)
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)
    for user in (cast.ana, cast.cy):
        if kind == "text":
            cast.presence(user, cast.ana_room)
            attend(cast, user, cast.ana_room)
        else:
            cast.join(user, cast.ana_room, "publish")
            cast.join(user, cast.ana_room, "subscribe")
    request.refresh_from_db()
    return request.private_show


@pytest.mark.parametrize(("kind", "cpm", "total"), [("video", 50, 475), ("audio", 30, 285), ("text", 20, 190)])
def test_600_seconds_cost_what_their_kind_costs(cast: Cast, kind: str, cpm: int, total: int) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    show = private(cast, kind, cpm)
    cast.pass_time(600, meter=Meter())
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    receipt = cast.receipt(show.session_id)
    assert (receipt.total, receipt.used_ms, receipt.facts["media"]) == (total, 600_000, kind)
    assert cast.balance(cast.cy) == 5000 - total
    assert cast.earned(cast.ana) + cast.house() == total


@pytest.mark.parametrize("gone", ["ana", "cy"])
def test_text_costs_nothing_after_either_side_vanished(cast: Cast, gone: str) -> None:
    cast.fund(cast.cy, 5000)
    show_id = cast.live(cast.ana, cast.free).id
    show = private(cast, "text", 20)
    cast.pass_time(90, meter=Meter())
    engine: Any = media.get_engine()
    engine.vanish(performer_participant(show_id) if gone == "ana" else show.session.participant)
    cast.pass_time(60, meter=Meter())
    shows.end_private(user=cast.ana, private_id=show.id, now=cast.now)
    receipt = cast.receipt(show.session_id)
    assert (receipt.total, receipt.used_ms) == (20, 90_000)


def test_a_pause_of_a_text_show_is_not_billed_and_is_on_the_receipt(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    show_id = cast.live(cast.ana, cast.free).id
    show, engine = private(cast, "text", 20), media.get_engine()
    meter = Meter()
    cast.pass_time(100, meter=meter)
    engine.vanish(performer_participant(show_id))  # type: ignore[attr-defined]
    cast.pass_time(30, meter=meter)
    attend(cast, cast.ana, cast.ana_room)
    cast.pass_time(70, meter=meter)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    receipt = cast.receipt(show.session_id)
    assert receipt.used_ms == 170_000
    assert [line.kind for line in receipt.timeline if line.kind in ("paused", "resumed")] == ["paused", "resumed"]


def test_a_text_show_spends_to_exactly_zero(cast: Cast) -> None:
    cast.fund(cast.cy, 100)
    cast.live(cast.ana, cast.free)
    show = private(cast, "text", 20)
    cast.pass_time(360, meter=Meter())
    receipt = cast.receipt(show.session_id)
    assert (receipt.total, receipt.used_ms, receipt.reason) == (100, 330_000, "funds")
    assert cast.balance(cast.cy) == 0


@pytest.mark.parametrize(("kind", "allowed"), [("audio", SOUND), ("text", TEXT)])
def test_neither_side_may_send_more_than_the_kind(cast: Cast, kind: str, allowed: frozenset[Kind]) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    show = private(cast, kind, 30 if kind == "audio" else 20)
    plans = {plan.id: plan for plan in media.get_engine().plan_of(stage_name(cast.ana_room.pk))}  # type: ignore[attr-defined]
    both = [plans[performer_participant(show.show_id)], plans[show.session.participant]]
    assert [plan.publishes for plan in both] == [allowed, allowed]
    with pytest.raises(NotAllowed):
        media.join(
            stage=stage_name(cast.ana_room.pk),
            participant=show.session.participant,
            direction=Direction.PUBLISH,
            offer_sdp="v=0\r\nm=audio 9\r\nm=video 9\r\n",
        )


def test_nobody_writes_in_a_text_show_without_proving_to_be_there(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    request = ask(cast, "text", 20)
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)

    def say() -> Any:
        return shows.say(user=cast.cy, room_id=cast.ana_room.pk, cid=uuid4().hex, text="hello", now=cast.now)

    with pytest.raises(NotAllowed, match="nothing is charged"):
        say()
    for user in (cast.ana, cast.cy):
        cast.presence(user, cast.ana_room)
        attend(cast, user, cast.ana_room)
    cast.pass_time(5, meter=Meter())
    assert say().text == "hello"


# what may be asked for


def test_a_kind_that_the_mode_does_not_have_is_refused(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    RoomMode.objects.filter(pk=cast.free.pk).update(private_text=False)
    cast.live(cast.ana, cast.free)
    with pytest.raises(NotAllowed, match="not offered"):
        ask(cast, "text", 20)
    assert ask(cast, "audio", 30).state == "pending"


def test_a_kind_that_the_performer_does_not_offer_is_refused(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    shows.set_private_kinds(user=cast.ana, room_id=cast.ana_room.pk, kinds=["text"], now=cast.now)
    view = queries.room_view(room_id=cast.ana_room.pk, now=cast.now).private
    assert [(one.kind, one.cpm, one.minimum) for one in view.kinds] == [("text", "0.20", "1.00")]
    with pytest.raises(NotAllowed):
        ask(cast, "video", 50)


def test_no_more_can_be_asked_for_than_the_mode_itself_sends(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    shows.go_live(user=cast.ana, room_id=cast.ana_room.pk, mode_id=mode_of(cast, "audio").pk, cid="live", now=cast.now)
    view = queries.room_view(room_id=cast.ana_room.pk, now=cast.now)
    assert (view.kind, [one.kind for one in view.private.kinds]) == ("audio", ["audio", "text"])
    with pytest.raises(NotAllowed):
        ask(cast, "video", 50)


@pytest.mark.parametrize(("kind", "cpm"), [("audio", 20), ("text", 1), ("video", 30)])
def test_another_price_than_that_of_the_kind_is_refused(cast: Cast, kind: str, cpm: int) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    with pytest.raises(PriceChanged):
        ask(cast, kind, cpm)
    assert cast.available(cast.cy) == 5000


def test_an_unknown_kind_is_refused(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    with pytest.raises(BadInput):
        ask(cast, "smell", 20)
    with pytest.raises(BadInput):
        shows.set_private_kinds(user=cast.ana, room_id=cast.ana_room.pk, kinds=["smell"], now=cast.now)


def test_own_prices_are_by_kind_and_a_clients_comes_first(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    set_private_cpm(user=cast.ana, room_id=cast.ana_room.pk, kind="audio", cpm=120, now=cast.now)
    client = cast.cy.ppv_client
    set_client_cpm(user=cast.ana, room_id=cast.ana_room.pk, client_id=client.pk, kind="text", cpm=90, now=cast.now)
    view = queries.room_view(room_id=cast.ana_room.pk, now=cast.now).private
    assert [(one.kind, one.cpm) for one in view.kinds] == [("video", "0.50"), ("audio", "1.20"), ("text", "0.20")]
    own = queries.person_view(user=cast.cy, room_id=cast.ana_room.pk, connection=None, now=cast.now).own
    assert [(one.kind, one.cpm) for one in own.private_kinds] == [
        ("video", "0.50"),
        ("audio", "1.20"),
        ("text", "0.90"),
    ]
    assert [one.kind for one in own.private_kinds if one.special] == ["text"]
    assert ask(cast, "text", 90).tariff["cpm"] == 90


def test_nobody_watches_text_unseen(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    terms = {"voyeur_enabled": True, "voyeur_cpm": 25, "voyeur_private": True}
    RoomMode.objects.filter(pk=cast.free.pk).update(**terms)
    cast.live(cast.ana, cast.free)
    shows.allow_voyeurs(user=cast.ana, room_id=cast.ana_room.pk, allowed=True, now=cast.now)
    assert not ask(cast, "text", 20, watched=True).watched


# a whole show by text


def test_a_paid_show_by_text_is_metered_like_any_other(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    mode = mode_of(cast, "text", group_cpm=150, grace_seconds=30)
    shows.go_live(user=cast.bo, room_id=cast.bo_room.pk, mode_id=mode.pk, cid="live", now=cast.now)
    cast.presence(cast.bo, cast.bo_room)
    attend(cast, cast.bo, cast.bo_room)
    visit = shows.enter_group(user=cast.cy, room_id=cast.bo_room.pk, cid="in", cpm=150, now=cast.now)
    cast.presence(cast.cy, cast.bo_room)
    attend(cast, cast.cy, cast.bo_room)
    cast.pass_time(95, meter=Meter())
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    receipt = cast.receipt(visit.session_id)
    assert (receipt.total, receipt.used_ms, receipt.facts["media"]) == (163, 95_000, "text")


def test_who_neither_performs_nor_pays_has_nothing_to_prove(cast: Cast) -> None:
    shows.go_live(user=cast.ana, room_id=cast.ana_room.pk, mode_id=mode_of(cast, "text").pk, cid="live", now=cast.now)
    with pytest.raises(NotAllowed):
        shows.attend(
            user=cast.di, room_id=cast.ana_room.pk, connection=connection_of(cast.di), take_over=False, now=cast.now
        )
