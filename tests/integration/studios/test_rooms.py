"""Rooms of a studio: made within the limit, named, given to one of its performers, or to nobody."""

from __future__ import annotations

import pytest
from wagtail.models import ModelLogEntry

from ppv_plugin.errors import BadInput, Busy, NotApproved, NotFound, StudioFull
from ppv_plugin.models import Performer, Room
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import listing

from .conftest import Eos


def test_a_room_is_of_the_studio_and_of_the_performer_it_is_given_to(eos: Eos) -> None:
    room = eos.room("Blue room", eos.bo)
    assert (room.title, room.slug, room.studio, room.performer) == ("Blue room", "blue-room", eos.studio, eos.bo)


def test_two_rooms_of_one_name_have_two_addresses(eos: Eos) -> None:
    assert [eos.room("Blue room").slug, eos.room("Blue room").slug] == ["blue-room", "blue-room-2"]


def test_nobody_sees_a_room_that_is_nobodys(eos: Eos) -> None:
    eos.room("Blue room")
    assert "blue-room" not in [tile.room.slug for tile in listing(site=eos.cast.site, now=eos.cast.now).rooms]


def test_nobody_goes_live_in_a_room_that_is_nobodys(eos: Eos) -> None:
    room = eos.room("Blue room")
    with pytest.raises(Exception, match="not allowed"):
        shows.go_live(user=eos.cast.bo, room_id=room.pk, mode_id=eos.cast.free.pk, cid="1", now=eos.cast.now)


def test_whoever_gets_a_room_goes_live_there(eos: Eos) -> None:
    room = eos.change(eos.room("Blue room"), performer=eos.bo)
    show = shows.go_live(user=eos.cast.bo, room_id=room.pk, mode_id=eos.cast.free.pk, cid="1", now=eos.cast.now)
    assert (show.room, show.performer) == (room, eos.bo)


def test_a_room_says_who_is_met_there_unless_somebody_wrote_more(eos: Eos) -> None:
    room = eos.change(eos.room("Blue room"), performer=eos.bo)
    assert room.description == "A few words."
    assert eos.change(room).description == ""
    Room.objects.filter(pk=room.pk).update(description="Blue, quiet, with a piano.")
    assert eos.change(room, performer=eos.bo).description == "Blue, quiet, with a piano."


def test_a_new_name_keeps_the_address(eos: Eos) -> None:
    room = eos.change(eos.room("Blue room"), title="Green room")
    assert (room.title, room.slug) == ("Green room", "blue-room")


def test_nothing_is_taken_from_whoever_is_live(eos: Eos) -> None:
    room = eos.room("Blue room", eos.bo)
    shows.go_live(user=eos.cast.bo, room_id=room.pk, mode_id=eos.cast.free.pk, cid="1", now=eos.cast.now)
    with pytest.raises(Busy, match="Somebody is live in this room right now"):
        eos.change(room)
    assert eos.change(room, title="Green room", performer=eos.bo).title == "Green room"


def test_a_room_goes_to_the_studios_own_performers_only(eos: Eos) -> None:
    ana = Performer.objects.get(name="Ana")
    with pytest.raises(NotFound):
        eos.room("Blue room", ana)
    with pytest.raises(NotFound):
        eos.change(eos.room("Blue room"), performer=ana)


def test_the_rooms_that_performers_have_of_their_own_are_not_the_studios(eos: Eos) -> None:
    with pytest.raises(NotFound):
        eos.change(eos.cast.bo_room, title="Mine")


@pytest.mark.parametrize("title", ["", "   ", "x" * 81])
def test_a_room_has_a_title_that_fits(eos: Eos, title: str) -> None:
    with pytest.raises(BadInput):
        eos.room(title)


def test_a_studio_may_have_fifty_rooms_unless_the_site_or_staff_says_otherwise(eos: Eos) -> None:
    Room.objects.bulk_create(
        Room(site=eos.cast.site, slug=f"r-{number}", title="R", studio=eos.studio) for number in range(50)
    )
    with pytest.raises(StudioFull, match="limited to 50 here"):
        eos.room()
    eos.settings(studio_rooms_max=51)
    eos.room()
    type(eos.studio).objects.update(rooms_max=0)
    with pytest.raises(StudioFull, match="limited to 0 here"):
        eos.room()


def test_a_studio_that_is_not_approved_makes_and_changes_no_room(eos: Eos) -> None:
    room = eos.room("Blue room")
    type(eos.studio).objects.update(status="submitted")
    with pytest.raises(NotApproved):
        eos.room()
    with pytest.raises(NotApproved):
        eos.change(room, title="Green room")


def test_what_was_changed_of_a_room_stands_in_the_log(eos: Eos) -> None:
    room = eos.change(eos.room("Blue room"), title="Green room", performer=eos.bo)
    rows = ModelLogEntry.objects.filter(action="ppv_plugin.studio.room", object_id=str(room.pk)).order_by("id")
    assert rows[1].data["changes"] == {"title": ["Blue room", "Green room"], "performer": ["", "Bo"]}
    assert rows[1].message == "Changed by the studio: title: Blue room → Green room, performer: not set → Bo"
