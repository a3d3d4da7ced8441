"""Voyeurs: their price, what they may not do, and that nobody can tell that they are there (docs/decisions/0012)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.core.exceptions import ValidationError

from ppv_plugin.errors import Busy, NotAllowed, PriceChanged
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.queries import balance_of, statement
from ppv_plugin.media import services as media
from ppv_plugin.metering import reports
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import Room, RoomMode
from ppv_plugin.pages.receipts import reading
from ppv_plugin.realtime import entrance
from ppv_plugin.realtime.identity import Identity
from ppv_plugin.rooms import presence
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast, connection_of

from .inside import Told, leave, private_with, seen_mode, voyeur


@pytest.fixture
def mode(cast: Cast) -> RoomMode:
    for client in (cast.cy, cast.di):
        cast.fund(client, 10_000)
    return seen_mode(cast)


def history(cast: Cast) -> list[str]:
    return [row.kind for row in views.performer_history(performer=cast.bo.ppv_performer)]


def earned_by_statement(cast: Cast) -> list[tuple[str, int]]:
    account_id = balance_of(kind="performer", owner=str(cast.bo.ppv_performer.uuid)).account_id
    return [(line.kind, line.amount) for line in statement(account_id=account_id, limit=9)] if account_id else []


def test_a_voyeur_pays_its_own_price(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(420, meter=Meter(), every=30)
    leave(cast, cast.cy)
    receipt = cast.receipt(visit.session_id)
    assert (receipt.total, receipt.subject) == (1138, "voyeur")


def test_performer_and_studio_get_it_when_the_show_is_over(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    voyeur(cast, cast.cy)
    cast.pass_time(420, meter=Meter(), every=30)
    leave(cast, cast.cy)
    assert (cast.earned(cast.bo), cast.studio_earned(), history(cast), earned_by_statement(cast)) == (0, 0, [], [])
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (637, 273, 228)
    assert (history(cast), earned_by_statement(cast)) == (["voyeur"], [("voyeur", 637)])


def test_a_studio_reads_nothing_of_it_in_its_takings_before(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    voyeur(cast, cast.cy)
    cast.pass_time(240)
    leave(cast, cast.cy)
    studio = ledger.account(kind="studio", owner=str(cast.eos.uuid)).id
    day = {"start": cast.now - timedelta(days=1), "end": cast.now + timedelta(days=1), "zone": UTC}
    assert reports.takings(by="performer", payee=studio, **day) == []
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    (line,) = reports.takings(by="performer", payee=studio, **day)
    assert (line.takings.paid, line.takings.performers, line.takings.studios) == (613, 343, 147)
    assert line.key == balance_of(kind="performer", owner=str(cast.bo.ppv_performer.uuid)).account_id


def test_what_a_dead_process_did_not_move_on_the_worker_does(cast: Cast, mode: RoomMode) -> None:
    show = cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(240)
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)
    shows.end_visit(visit_id=visit.id, reason="client", now=cast.now)
    type(show).objects.filter(pk=show.pk).update(state="ended")
    Meter().step(now=cast.now, mono=cast.mono)
    assert cast.earned(cast.bo) == 343
    assert shows.lift_veils(now=cast.now) == 0


def test_a_refund_afterwards_is_taken_from_who_got_it(cast: Cast, mode: RoomMode) -> None:
    from ppv_plugin.metering import refunds

    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(420)
    leave(cast, cast.cy)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    facts: dict[str, Any] = {"reason": "sorry", "alone_max": None, "actor": "1", "now": cast.now}
    refunds.request_refund(session_id=visit.session_id, amount=500, cid="one", **facts)
    refunds.request_refund(session_id=visit.session_id, amount=None, cid="two", **facts)
    assert (cast.earned(cast.bo), cast.studio_earned(), cast.house()) == (0, 0, 0)
    assert cast.balance(cast.cy) == 10_000


def test_a_refund_during_the_show_leaves_no_trace_either(cast: Cast, mode: RoomMode) -> None:
    from ppv_plugin.metering import refunds

    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(420)
    leave(cast, cast.cy)
    refunds.request_refund(
        session_id=visit.session_id, amount=None, cid="a", reason="x", alone_max=None, actor="1", now=cast.now
    )
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    assert (cast.balance(cast.cy), cast.earned(cast.bo), earned_by_statement(cast)) == (10_000, 0, [])


def test_the_receipt_names_nobody_and_is_not_the_performers_before_the_end(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(60)
    leave(cast, cast.cy)
    receipt = cast.receipt(visit.session_id)
    client, eos = reading(user=cast.cy, receipt=receipt), cast.eos.owner
    assert client is not None
    assert (client.role, receipt.facts["client"]) == ("client", "")
    assert (reading(user=cast.bo, receipt=receipt), reading(user=eos, receipt=receipt)) == (None, None)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    after = reading(user=cast.bo, receipt=receipt)
    assert after is not None
    assert after.role == "performer"


def story(cast: Cast, told: Told, *, with_voyeur: bool) -> tuple[list[Any], list[bytes]]:
    """Di opens the page while Bo is live, then either watches unseen for some minutes or closes it. What others are
    told from then on, and what the room, the listing and the performer would read at each step."""
    connection = connection_of(cast.di)
    presence.open_presence(
        connection=connection, room_id=cast.bo_room.pk, user_key=str(cast.di.pk), role="client", now=cast.now
    )
    presence.count_viewers(room_ids=[cast.bo_room.pk], now=cast.now)
    told.events.clear()
    states: list[bytes] = []

    def look() -> None:
        presence.count_viewers(room_ids=[cast.bo_room.pk], now=cast.now)
        room = views.room_view(room_id=cast.bo_room.pk, now=cast.now)
        bo = views.person_view(user=cast.bo, room_id=cast.bo_room.pk, connection=None, now=cast.now)
        cy = views.person_view(user=cast.cy, room_id=cast.bo_room.pk, connection=None, now=cast.now)
        tiles = views.listing(site=cast.site, now=cast.now).rooms
        states.append(msgspec.json.encode([room, bo, cy.own, [tile.room for tile in tiles]]))

    meter = Meter()
    if with_voyeur:
        voyeur(cast, cast.di)
    else:
        presence.close_presence(connection=connection, now=cast.now)
    look()
    cast.pass_time(400, meter=meter, every=20)
    look()
    if with_voyeur:
        leave(cast, cast.di)
        presence.close_presence(connection=connection, now=cast.now)
    look()
    cast.pass_time(20, meter=meter, every=20)
    look()
    others = told.to_others(user=cast.di, room_id=cast.bo_room.pk)
    return [msgspec.json.encode(event) for event in others], states


def test_the_rooms_whole_stream_is_the_same_byte_for_byte(
    cast: Cast, mode: RoomMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(monkeypatch)
    RoomMode.objects.filter(pk=mode.pk).update(snapshots_enabled=False)  # pictures of different moments differ
    cast.live(cast.bo, mode)
    cast.join(cast.bo, cast.bo_room, "publish")
    with_voyeur = story(cast, told, with_voyeur=True)
    session = MeteredSession.objects.get(subject="voyeur")
    assert session.settled > 0  # it did watch, and pay
    without = story(cast, told, with_voyeur=False)
    assert with_voyeur == without
    assert len(with_voyeur[0]) == 2  # the listing and the room learn that one person less looks at the page


def test_it_takes_no_place(cast: Cast, mode: RoomMode) -> None:
    RoomMode.objects.filter(pk=mode.pk).update(viewers_max=1, two_way_slots=1)
    cast.live(cast.bo, mode)
    voyeur(cast, cast.cy)
    visit = cast.visit(cast.di)
    assert visit.manner == "group"


def test_its_place_on_the_stage_asks_for_nothing(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    plan = {person.id: person for person in media.get_engine().plan_of(f"room-{cast.bo_room.pk}")}  # type: ignore[attr-defined]
    person = plan[f"v-{visit.id}"]
    assert (person.unseen, person.publishes) == (True, frozenset())
    with pytest.raises(NotAllowed):
        cast.join(cast.cy, cast.bo_room, "publish")


def test_it_cannot_write_in_a_paid_show_nor_in_a_free_one(cast: Cast, mode: RoomMode) -> None:
    for group_cpm in (150, 0):
        RoomMode.objects.filter(pk=mode.pk).update(group_cpm=group_cpm)
        cast.live(cast.bo, mode)
        voyeur(cast, cast.cy)
        with pytest.raises(NotAllowed):
            shows.say(user=cast.cy, room_id=cast.bo_room.pk, cid=uuid4().hex, text="Here I am", now=cast.now)
        shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)


def test_a_page_that_is_opened_again_meanwhile_counts_nobody(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    voyeur(cast, cast.cy)
    arrival = entrance.Arrival(Identity(cast.cy), cast.bo_room.pk, "client")
    entrance.open_presence(arrival, uuid4(), cast.now)
    presence.count_viewers(room_ids=[cast.bo_room.pk], now=cast.now)
    assert Room.objects.get(pk=cast.bo_room.pk).viewers == 0
    leave(cast, cast.cy)
    presence.count_viewers(room_ids=[cast.bo_room.pk], now=cast.now)
    assert Room.objects.get(pk=cast.bo_room.pk).viewers == 1


def test_it_has_to_leave_before_it_asks_for_a_private_show(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    voyeur(cast, cast.cy)
    ask = {"user": cast.cy, "room_id": cast.bo_room.pk, "cid": "one", "media": "video", "cpm": 200}
    with pytest.raises(NotAllowed, match="Leave first"):
        shows.request_private(**ask, now=cast.now)  # type: ignore[arg-type]
    leave(cast, cast.cy)
    assert shows.request_private(**ask, now=cast.now).state == "pending"  # type: ignore[arg-type]


def test_nobody_pays_a_price_that_was_not_shown(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    with pytest.raises(PriceChanged):
        shows.enter_group(user=cast.cy, room_id=cast.bo_room.pk, cid="one", cpm=150, manner="voyeur", now=cast.now)


def test_a_mode_without_voyeurs_lets_none_in(cast: Cast, mode: RoomMode) -> None:
    RoomMode.objects.filter(pk=mode.pk).update(voyeur_enabled=False)
    cast.live(cast.bo, mode)
    assert views.room_view(room_id=cast.bo_room.pk, now=cast.now).voyeur is None
    with pytest.raises(NotAllowed):
        voyeur(cast, cast.cy)


def test_grace_is_given_once_whatever_the_manner(cast: Cast, mode: RoomMode) -> None:
    cast.live(cast.bo, mode)
    cast.visit(cast.cy)
    cast.pass_time(30)
    leave(cast, cast.cy)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(60)
    leave(cast, cast.cy)
    assert cast.receipt(visit.session_id).total == 175


@pytest.mark.parametrize(
    ("mode_has_it", "performer_allows", "told", "goes_on"),
    [(True, True, True, True), (False, True, True, False), (True, False, True, False), (True, True, False, False)],
)
def test_a_private_show_is_watched_where_all_three_agree(
    cast: Cast, mode: RoomMode, mode_has_it: bool, performer_allows: bool, told: bool, goes_on: bool
) -> None:
    RoomMode.objects.filter(pk=mode.pk).update(voyeur_private=mode_has_it)
    shows.allow_voyeurs(user=cast.bo, room_id=cast.bo_room.pk, allowed=performer_allows, now=cast.now)
    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    cast.pass_time(60)
    private = private_with(cast, cast.di, watched=told)
    cast.pass_time(60)
    assert private.request.watched == (told and mode_has_it and performer_allows)
    leave(cast, cast.cy)
    assert cast.receipt(visit.session_id).used_ms == (120_000 if goes_on else 60_000)
    if goes_on:
        assert voyeur(cast, cast.cy).manner == "voyeur"  # and somebody may come in meanwhile
    else:
        with pytest.raises(Busy):
            voyeur(cast, cast.cy)


def test_the_performer_may_take_it_back_during_a_private_show(cast: Cast, mode: RoomMode) -> None:
    shows.allow_voyeurs(user=cast.bo, room_id=cast.bo_room.pk, allowed=True, now=cast.now)
    cast.live(cast.bo, mode)
    visit = voyeur(cast, cast.cy)
    private_with(cast, cast.di, watched=True)
    cast.pass_time(60)
    shows.allow_voyeurs(user=cast.bo, room_id=cast.bo_room.pk, allowed=False, now=cast.now)
    cast.pass_time(60)
    leave(cast, cast.cy)
    assert cast.receipt(visit.session_id).used_ms == 60_000


def test_an_ordinary_viewer_pays_nothing_while_the_performer_is_in_private(cast: Cast, mode: RoomMode) -> None:
    shows.allow_voyeurs(user=cast.bo, room_id=cast.bo_room.pk, allowed=True, now=cast.now)
    cast.live(cast.bo, mode)
    visit = cast.visit(cast.cy)
    cast.pass_time(60)
    private_with(cast, cast.di, watched=True)
    cast.pass_time(60)
    leave(cast, cast.cy)
    assert cast.receipt(visit.session_id).used_ms == 60_000


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("voyeur_cpm", {"voyeur_cpm": 0}),
        ("voyeur_private", {"voyeur_enabled": False}),
        ("two_way_slots", {"viewers_max": 1}),
    ],
)
def test_a_mode_that_contradicts_itself_is_refused_at_the_field(
    cast: Cast, mode: RoomMode, field: str, values: dict[str, Any]
) -> None:
    for name, value in values.items():
        setattr(mode, name, value)
    with pytest.raises(ValidationError) as refused:
        mode.full_clean()
    assert list(refused.value.message_dict) == [field]
