"""The performer changes the mode while live: nobody pays what was not agreed to, and each part has its own receipt."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.errors import Gone, InPrivate, InsufficientFunds, NotAllowed, NotFound, PriceChanged, RoomFull
from ppv_plugin.media import services as media
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import ModeSwitch, PricingSettings, Room, RoomMode, Show, Visit
from ppv_plugin.shows import queries
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.services import modes
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def dear(cast: Cast) -> RoomMode:
    """A paid mode of another price, grace and rule."""
    return RoomMode.objects.create(
        locale=cast.group.locale,
        key="dear",
        name="Masterclass",
        group_cpm=300,
        grace_seconds=20,
        rule="started_minutes",
    )


def switch(cast: Cast, mode: RoomMode, *, cid: str | None = None, user: Any = None) -> Show:
    return shows.switch_mode(
        user=user or cast.bo, room_id=cast.bo_room.pk, mode_id=mode.pk, cid=cid or uuid4().hex, now=cast.now
    )


def watching(cast: Cast) -> dict[str, str | None]:
    """Who is planned to be on the stage, and whose picture each one is sent."""
    plan = media.get_engine().plan_of(f"room-{cast.bo_room.pk}")  # type: ignore[attr-defined]
    return {person.id: person.source for person in plan or ()}


def sessions() -> list[MeteredSession]:
    return list(MeteredSession.objects.order_by("opened_at", "id"))


def test_free_to_paid_asks_everybody_and_without_consent_costs_nothing(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.fund(cast.di, 10_000)
    show = cast.live(cast.bo, cast.free)
    for user in (cast.cy, cast.di):
        cast.join(user, cast.bo_room, "subscribe")
    cast.pass_time(60, meter=(meter := Meter()))
    switch(cast, cast.group)
    assert watching(cast) == {f"p-{show.id}": None}
    cast.pass_time(45, meter=meter)
    visit = cast.visit(cast.cy)
    cast.pass_time(95, meter=meter)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert [row.id for row in sessions()] == [visit.session_id]
    receipt = cast.receipt(visit.session_id)
    assert (receipt.used_ms, receipt.total) == (95_000, 163)  # a grace of 30 s from the consent on
    assert (cast.balance(cast.cy), cast.balance(cast.di)) == (10_000 - 163, 10_000)
    with pytest.raises(NotAllowed):
        cast.join(cast.di, cast.bo_room, "subscribe")


def test_paid_to_free_closes_at_the_switch_and_goes_on_for_nothing(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(95, meter=(meter := Meter()))
    switch(cast, cast.free)
    receipt = cast.receipt(visit.session_id)
    assert (receipt.reason, receipt.used_ms, receipt.total) == ("mode_changed", 95_000, 163)
    assert cast.available(cast.cy) == 10_000 - 163
    connection = cast.join(cast.cy, cast.bo_room, "subscribe")
    assert watching(cast)[f"c-{connection}"] is not None
    cast.pass_time(600, meter=meter)
    assert len(sessions()) == 1
    assert cast.balance(cast.cy) == 10_000 - 163


def test_another_price_needs_another_consent_and_each_part_has_its_own_receipt(cast: Cast, dear: RoomMode) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    first = cast.visit(cast.cy)
    cast.pass_time(95, meter=(meter := Meter()))
    switch(cast, dear)
    cast.pass_time(40, meter=meter)
    second = cast.visit(cast.cy, cpm=300)
    cast.pass_time(81, meter=meter)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    one, two = cast.receipt(first.session_id), cast.receipt(second.session_id)
    assert (one.cpm, one.rule, one.grace_seconds, one.facts["mode"]) == (150, "per_second", 30, "Group")
    assert (one.used_ms, one.total, one.reason) == (95_000, 163, "mode_changed")
    assert (two.cpm, two.rule, two.grace_seconds, two.facts["mode"]) == (300, "started_minutes", 20, "Masterclass")
    assert (two.used_ms, two.total, two.reason) == (81_000, 600, "client")  # two started minutes after 20 s of grace
    assert cast.balance(cast.cy) == 10_000 - 163 - 600
    history = queries.client_history(client=cast.cy.ppv_client)
    assert [(row.session, row.amount, row.reason) for row in history] == [
        (second.session_id, -600, "client"),
        (first.session_id, -163, "mode_changed"),
    ]


def test_the_new_grace_is_whole_also_within_the_window_of_the_last_visit(cast: Cast, dear: RoomMode) -> None:
    PricingSettings.objects.filter(site=cast.site).update(grace_window_minutes=60)
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy)
    cast.pass_time(95, meter=(meter := Meter()))
    switch(cast, dear)
    second = cast.visit(cast.cy, cpm=300)
    cast.pass_time(20, meter=meter)
    shows.leave_group(user=cast.cy, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.receipt(second.session_id).total, cast.receipt(second.session_id).within_grace) == (0, True)


def test_nobody_sees_or_pays_anything_between_the_question_and_the_answer(cast: Cast, dear: RoomMode) -> None:
    cast.fund(cast.cy, 10_000)
    show = cast.live(cast.bo, cast.group)
    first = cast.visit(cast.cy)
    cast.pass_time(95, meter=(meter := Meter()))
    switch(cast, dear)
    for _ in range(20):
        cast.pass_time(5, meter=meter)
        assert watching(cast) == {f"p-{show.id}": None}
        assert {person.id for person in media.evidence().participants} == {f"p-{show.id}"}
        assert queries.person_view(user=cast.cy, room_id=cast.bo_room.pk, connection=None, now=cast.now).session is None
    assert [(row.id, row.used_ms, row.settled) for row in sessions()] == [(first.session_id, 95_000, 163)]
    second = cast.visit(cast.cy, cpm=300)
    opened = MeteredSession.objects.get(id=second.session_id)
    assert (opened.used_ms, opened.opened_at) == (0, cast.now)


def test_a_forged_or_an_old_consent_does_not_open_the_door(cast: Cast, dear: RoomMode) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    switch(cast, dear)
    for cpm in (150, 0, 299):
        with pytest.raises(PriceChanged):
            cast.visit(cast.cy, cpm=cpm)
    consent = {"user": cast.cy, "room_id": cast.bo_room.pk, "cpm": 300}
    with pytest.raises(PriceChanged):
        shows.enter_group(**consent, cid="old", mode_number=0, now=cast.now)
    assert cast.available(cast.cy) == 10_000
    assert shows.enter_group(**consent, cid="new", mode_number=1, now=cast.now).mode_number == 1


def test_the_same_price_with_another_grace_is_not_what_was_agreed_to(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    shorter = RoomMode.objects.create(
        locale=cast.group.locale, key="shorter", name="Shorter", group_cpm=150, grace_seconds=0
    )
    switch(cast, shorter)
    assert cast.receipt(visit.session_id).reason == "mode_changed"
    with pytest.raises(PriceChanged):
        shows.enter_group(user=cast.cy, room_id=cast.bo_room.pk, cid="late", cpm=150, mode_number=0, now=cast.now)


def test_funds_that_were_enough_before_may_not_be_enough_now(cast: Cast, dear: RoomMode) -> None:
    cast.fund(cast.cy, 1_000)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy)
    switch(cast, dear)
    with pytest.raises(InsufficientFunds, match=r"15\.00.*10\.00"):
        cast.visit(cast.cy, cpm=300)
    assert cast.available(cast.cy) == 1_000


def test_the_new_mode_has_its_own_number_of_places(cast: Cast, dear: RoomMode) -> None:
    RoomMode.objects.filter(pk=dear.pk).update(viewers_max=1)
    cast.fund(cast.cy, 10_000)
    cast.fund(cast.di, 10_000)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy), cast.visit(cast.di)
    switch(cast, dear)
    cast.visit(cast.di, cpm=300)
    with pytest.raises(RoomFull):
        cast.visit(cast.cy, cpm=300)
    assert cast.available(cast.cy) == 10_000


def test_the_show_keeps_what_was_in_force_before_and_after(cast: Cast, dear: RoomMode) -> None:
    show = cast.live(cast.bo, cast.free)
    switch(cast, cast.group)
    switch(cast, dear)
    show.refresh_from_db()
    assert (show.mode_id, show.mode_number, show.terms["group_cpm"]) == (dear.pk, 2, 300)
    kept = [(row.number, row.terms_before["key"], row.terms["key"]) for row in show.mode_switches.order_by("number")]
    assert kept == [(1, "free", "group"), (2, "group", "dear")]
    RoomMode.objects.filter(pk=dear.pk).update(group_cpm=999)
    show.refresh_from_db()
    assert show.terms["group_cpm"] == 300
    cast.bo_room.refresh_from_db()
    assert (cast.bo_room.mode_id, cast.bo_room.state) == (dear.pk, Room.State.PAID)


def test_the_same_command_again_changes_nothing_also_after_another_switch(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    switch(cast, cast.group, cid="one")
    visit = cast.visit(cast.cy)
    switch(cast, cast.group, cid="one")
    visit.refresh_from_db()
    assert visit.state == Visit.State.INSIDE
    switch(cast, cast.free, cid="two")
    assert switch(cast, cast.group, cid="one").terms["key"] == "free"
    assert ModeSwitch.objects.count() == 2


def test_the_mode_that_is_in_force_already_is_no_change(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    switch(cast, cast.group)
    visit.refresh_from_db()
    assert (visit.state, ModeSwitch.objects.count()) == (Visit.State.INSIDE, 0)


def test_it_is_refused_while_in_private_and_changes_nothing(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    show = cast.live(cast.bo, cast.free)
    cast.private(cast.cy, room=cast.bo_room)
    with pytest.raises(InPrivate, match="in private"):
        switch(cast, cast.group)
    show.refresh_from_db()
    assert show.terms["key"] == "free"


def test_it_is_refused_as_going_live_is(cast: Cast) -> None:
    with pytest.raises(Gone):
        switch(cast, cast.group)
    cast.live(cast.bo, cast.free)
    with pytest.raises(NotAllowed):
        switch(cast, cast.group, user=cast.ana)
    RoomMode.objects.filter(pk=cast.group.pk).update(active=False)
    with pytest.raises(NotFound):
        switch(cast, cast.group)
    Room.objects.filter(pk=cast.bo_room.pk).update(suspended=True)
    with pytest.raises(NotAllowed):
        switch(cast, cast.free)


def test_a_mode_without_private_requests_declines_those_that_wait(cast: Cast) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    request = shows.request_private(
        user=cast.cy, room_id=cast.bo_room.pk, cid="ask", media="video", cpm=200, now=cast.now
    )
    switch(cast, cast.group)
    request.refresh_from_db()
    assert (request.state, cast.available(cast.cy)) == ("rejected", 10_000)


def test_a_request_waits_on_where_the_new_mode_takes_them(cast: Cast, dear: RoomMode) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.free)
    request = shows.request_private(
        user=cast.cy, room_id=cast.bo_room.pk, cid="ask", media="video", cpm=200, now=cast.now
    )
    switch(cast, dear)
    request.refresh_from_db()
    assert request.state == "pending"


def crash_before_closing(cast: Cast, mode: RoomMode, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between the change of mode and the closing of the visits."""

    class Died(BaseException):
        pass

    def die(**_facts: Any) -> int:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(modes, "close_left_behind", die)
        with pytest.raises(Died):
            switch(cast, mode, cid="crashed")


def test_a_crash_before_the_visits_are_closed_is_repaired_by_the_worker(
    cast: Cast, dear: RoomMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.fund(cast.cy, 10_000)
    show = cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(95, meter=(meter := Meter()))
    crash_before_closing(cast, dear, monkeypatch)
    visit.refresh_from_db()
    assert visit.state == Visit.State.INSIDE
    assert watching(cast) == {f"p-{show.id}": None}
    cast.pass_time(1, meter=meter, every=1)
    visit.refresh_from_db()
    receipt = cast.receipt(visit.session_id)
    assert (visit.state, receipt.reason, receipt.used_ms, receipt.total) == ("ended", "mode_changed", 95_000, 163)
    assert cast.available(cast.cy) == 10_000 - 163


def test_after_a_crash_nothing_that_the_engine_still_sent_is_charged(
    cast: Cast, dear: RoomMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine of its own process did not hear of the change before the worker came round."""
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(95, meter=(meter := Meter()))
    with monkeypatch.context() as patch:
        patch.setattr("ppv_plugin.shows.receivers.services.apply_stage", lambda **_facts: None)
        crash_before_closing(cast, dear, monkeypatch)
    cast.pass_time(4, meter=meter, every=4)
    assert cast.receipt(visit.session_id).used_ms == 95_000


def test_after_a_crash_the_same_command_finishes_what_it_began(
    cast: Cast, dear: RoomMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(95)
    crash_before_closing(cast, dear, monkeypatch)
    switch(cast, dear, cid="crashed")
    assert cast.receipt(visit.session_id).reason == "mode_changed"
    assert ModeSwitch.objects.count() == 1


def test_after_a_crash_a_consent_opens_a_visit_of_its_own(
    cast: Cast, dear: RoomMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.fund(cast.cy, 10_000)
    cast.live(cast.bo, cast.group)
    old = cast.visit(cast.cy)
    cast.pass_time(95)
    crash_before_closing(cast, dear, monkeypatch)
    new = cast.visit(cast.cy, cpm=300)
    assert new.id != old.id
    assert (cast.receipt(old.session_id).total, cast.receipt(old.session_id).reason) == (163, "mode_changed")
    assert Visit.objects.in_force().get().id == new.id


def test_a_listing_picture_goes_where_the_new_mode_has_none(cast: Cast) -> None:
    from ppv_plugin.rooms import snapshots

    RoomMode.objects.filter(pk=cast.group.pk).update(snapshots_enabled=False)
    cast.live(cast.bo, cast.free)
    snapshots.keep_snapshot(room_id=cast.bo_room.pk, jpeg=b"jpeg", now=cast.now)
    switch(cast, cast.group)
    assert queries.room_view(room_id=cast.bo_room.pk, now=cast.now).snapshot_url is None
