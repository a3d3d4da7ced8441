"""Who is in a room, who holds whose media, and how many are watching."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ppv_plugin.models import Presence, Room
from ppv_plugin.rooms import presence
from ppv_plugin.signals import room_changed, stage_changed
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def told() -> Any:
    names: list[tuple[str, int]] = []
    hear = {name: lambda *, room_id, name=name, **_: names.append((name, room_id)) for name in ("stage", "room")}
    stage_changed.connect(hear["stage"], weak=False)
    room_changed.connect(hear["room"], weak=False)
    yield names
    stage_changed.disconnect(hear["stage"])
    room_changed.disconnect(hear["room"])


def enter(cast: Cast, user_key: str, role: str = "client") -> UUID:
    connection = uuid4()
    presence.open_presence(connection=connection, room_id=cast.ana_room.pk, user_key=user_key, role=role, now=cast.now)
    return connection


def test_people_are_counted_once_visitors_each_and_the_performer_not(cast: Cast) -> None:
    for key, role in (("1", "performer"), ("2", "client"), ("2", "client"), ("3", "client"), ("", "visitor")):
        enter(cast, key, role)
    enter(cast, "", "visitor")
    assert presence.viewer_count(room_id=cast.ana_room.pk, now=cast.now) == 4
    later = cast.now + timedelta(seconds=46)
    assert presence.viewer_count(room_id=cast.ana_room.pk, now=later) == 0


def test_a_changed_number_is_stored_and_told_once(cast: Cast, told: Any) -> None:
    enter(cast, "2")
    rooms = [cast.ana_room.pk, cast.bo_room.pk]
    assert presence.count_viewers(room_ids=rooms, now=cast.now) == [cast.ana_room.pk]
    assert presence.count_viewers(room_ids=rooms, now=cast.now) == []
    assert Room.objects.get(pk=cast.ana_room.pk).viewers == 1
    assert told == [("room", cast.ana_room.pk)]


def test_one_socket_at_a_time_holds_a_participant(cast: Cast) -> None:
    first, second = enter(cast, "2"), enter(cast, "2")
    assert presence.hold_participant(connection=first, participant="x-1", now=cast.now) == []
    assert presence.hold_participant(connection=first, participant="x-1", now=cast.now) == []
    assert presence.hold_participant(connection=second, participant="x-1", now=cast.now) == [first]
    assert presence.holder_of(participant="x-1", now=cast.now) == second
    assert presence.holder_of(participant="x-1", now=cast.now + timedelta(seconds=46)) is None


def test_letting_go_takes_nothing_from_others(cast: Cast) -> None:
    first, second = enter(cast, "2"), enter(cast, "3")
    presence.hold_participant(connection=first, participant="x-1", now=cast.now)
    presence.hold_participant(connection=second, participant="", now=cast.now)
    assert presence.holder_of(participant="x-1", now=cast.now) == first
    presence.hold_participant(connection=first, participant="", now=cast.now)
    assert presence.holder_of(participant="x-1", now=cast.now) is None


def test_leaving_tells_the_stage_only_when_media_was_held(cast: Cast, told: Any) -> None:
    silent, sending = enter(cast, "2"), enter(cast, "3")
    presence.hold_participant(connection=sending, participant="x-1", now=cast.now)
    presence.close_presence(connection=silent, now=cast.now)
    assert told == []
    presence.close_presence(connection=sending, now=cast.now)
    presence.close_presence(connection=sending, now=cast.now)
    assert told == [("stage", cast.ana_room.pk)]


def test_touching_keeps_alive_and_names_the_unknown(cast: Cast) -> None:
    known, unknown = enter(cast, "2"), uuid4()
    later = cast.now + timedelta(seconds=40)
    assert presence.touch_presence(connections=[known, unknown], now=later) == {unknown}
    assert presence.sweep(now=later + timedelta(seconds=40)) == []
    assert presence.sweep(now=later + timedelta(seconds=46)) == [cast.ana_room.pk]
    assert not Presence.objects.exists()
