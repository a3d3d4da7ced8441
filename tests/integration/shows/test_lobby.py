"""Calls (lobby): open for private calls, with nothing to watch in public."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from ppv_plugin.errors import NotAllowed
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import AV, ParticipantPlan
from ppv_plugin.models import Room, RoomMode
from ppv_plugin.shows import queries as views
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.snapshots import snapshots_due
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def lobby(cast: Cast) -> RoomMode:
    cast.fund(cast.cy, 10_000)
    return RoomMode.objects.create(locale=cast.group.locale, key="calls", name="Calls", lobby=True)


def opens(cast: Cast, mode: RoomMode) -> None:
    shows.go_live(user=cast.ana, room_id=cast.ana_room.pk, mode_id=mode.pk, cid=uuid4().hex, now=cast.now)


def plan(cast: Cast) -> dict[str, ParticipantPlan]:
    found = media.get_engine().plan_of(f"room-{cast.ana_room.pk}")  # type: ignore[attr-defined]
    return {person.id: person for person in found}


def view(cast: Cast) -> views.RoomTile:
    return views.room_view(room_id=cast.ana_room.pk, now=cast.now)


def test_the_listing_says_that_calls_are_taken_and_at_what_price(cast: Cast, lobby: RoomMode) -> None:
    opens(cast, lobby)
    tile = views.listing(site=cast.site, now=cast.now, status="lobby").rooms[0].room
    assert (tile.status, tile.private.state, tile.private.price.cpm) == ("lobby", "open", "2.00")
    assert snapshots_due(now=cast.now) == []


def test_nobody_is_shown_in_public(cast: Cast, lobby: RoomMode) -> None:
    opens(cast, lobby)
    with pytest.raises(NotAllowed):
        cast.join(cast.ana, cast.ana_room, "publish")
    for viewer in (cast.cy, None):
        with pytest.raises(NotAllowed):
            cast.join(viewer, cast.ana_room, "subscribe")
    shows.apply_stage(room_id=cast.ana_room.pk)
    assert [(person.publishes, person.source) for person in plan(cast).values()] == [(frozenset(), None)]


def test_a_call_is_charged_like_any_private_show_and_both_are_back_in_the_lobby(cast: Cast, lobby: RoomMode) -> None:
    opens(cast, lobby)
    request = shows.request_private(
        user=cast.cy, room_id=cast.ana_room.pk, cid="c", media="video", cpm=200, now=cast.now
    )
    shows.answer_request(user=cast.ana, request_id=request.id, accept=True, now=cast.now)
    cast.ana_room.refresh_from_db()
    assert cast.ana_room.state == Room.State.PRIVATE
    for person in (cast.cy, cast.ana):
        for direction in ("publish", "subscribe"):
            cast.join(person, cast.ana_room, direction)
    assert {person.publishes for person in plan(cast).values()} == {AV}
    request.refresh_from_db()
    cast.pass_time(185, meter=Meter())
    shows.end_private(user=cast.cy, private_id=request.private_show.id, now=cast.now)
    assert cast.receipt(request.private_show.session_id).total == 583
    assert (cast.earned(cast.ana), cast.house()) == (466, 117)
    assert view(cast).status == "lobby"
    assert [person.publishes for person in plan(cast).values()] == [frozenset()]


@pytest.mark.parametrize(("chat", "talk"), [(False, False), (True, True)])
def test_people_write_in_the_lobby_where_the_mode_says_so(cast: Cast, lobby: RoomMode, chat: bool, talk: bool) -> None:
    lobby.lobby_chat = chat
    lobby.save()
    opens(cast, lobby)
    assert view(cast).talk is talk
    if talk:
        assert shows.say(user=cast.cy, room_id=cast.ana_room.pk, cid="c", text="hi", now=cast.now).text == "hi"
        return
    with pytest.raises(NotAllowed):
        shows.say(user=cast.cy, room_id=cast.ana_room.pk, cid="c", text="hi", now=cast.now)


def test_a_performer_without_media_stays_in_the_lobby(cast: Cast, lobby: RoomMode) -> None:
    opens(cast, lobby)
    with pytest.raises(NotAllowed):
        cast.join(cast.ana, cast.ana_room, "publish")  # the console's socket is open all the same
    cast.pass_time(120, meter=Meter())
    assert view(cast).status == "lobby"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"group_cpm": 100}, "lobby"),
        ({"two_way_slots": 2}, "lobby"),
        ({"voyeur_enabled": True, "voyeur_cpm": 100}, "lobby"),
        ({"by_link": True}, "by_link"),
        ({"lobby": False, "by_link": True, "requests_enabled": False}, "by_link"),
        ({"lobby": False, "lobby_chat": True}, "lobby_chat"),
        ({"lobby": False, "conference": True}, "conference"),
    ],
)
def test_a_mode_that_cannot_be_meant_is_refused(lobby: RoomMode, wrong: dict[str, int], field: str) -> None:
    for name, value in wrong.items():
        setattr(lobby, name, value)
    with pytest.raises(ValidationError) as refused:
        lobby.full_clean()
    assert field in refused.value.error_dict
