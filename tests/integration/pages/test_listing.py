"""The live listing: filters, paging, what is hidden, and a number of queries that does not grow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ppv_plugin.models import Room, RoomTag, Snapshot, TaggedRoom
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


def more_rooms(cast: Cast, number: int) -> None:
    tag, _made = RoomTag.objects.get_or_create(name="Many", slug="many")
    made = Room.objects.bulk_create(
        Room(site=cast.site, slug=f"r{i}", title=f"Room {i:02d}", performer=cast.ana.ppv_performer)
        for i in range(Room.objects.count(), Room.objects.count() + number)
    )
    TaggedRoom.objects.bulk_create(TaggedRoom(tag=tag, content_object=room) for room in made)


def titles(browser: Client, query: str = "") -> list[str]:
    response = browser.get(f"/live/{query}")
    assert response.status_code == 200
    return [tile.room.title for tile, _url in response.context["tiles"]]


def test_live_rooms_come_first_and_show_mode_and_price(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    browser = browse(None)
    assert titles(browser) == ["Bo's room", "Ana's room"]
    page = browser.get("/live/").content.decode()
    assert "1.50&nbsp;tokens" in page
    assert "2.00&nbsp;tokens" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=live", ["Bo's room"]),
        ("?status=paid", ["Bo's room"]),
        ("?status=free", []),
        ("?status=offline", ["Ana's room"]),
        ("?q=PIANO", ["Ana's room"]),
        ("?q=bo", ["Bo's room"]),
        ("?q=%00", ["Bo's room", "Ana's room"]),
        ("?tag=keys", ["Ana's room"]),
        ("?tag=nothing", []),
        ("?status=nonsense&sort=nonsense&page=-1", ["Bo's room", "Ana's room"]),
    ],
)
def test_filters(ppv_pages: Cast, browse: Browse, query: str, found: list[str]) -> None:
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    ppv_pages.ana_room.tags.add("Keys")
    assert titles(browse(None), query) == found


def test_text_of_the_filter_is_shown_as_text(browse: Browse) -> None:
    page = browse(None).get("/live/", {"q": '"><script>x</script>'}).content.decode()
    assert "<script>x" not in page
    assert "Nothing matches these filters" in page


def test_pages_hold_the_filters_and_every_room_once(ppv_pages: Cast, browse: Browse) -> None:
    more_rooms(ppv_pages, 40)
    browser = browse(None)
    first = browser.get("/live/?tag=many&sort=name")
    assert 'href="?tag=many&amp;sort=name&amp;page=2"' in first.content.decode()
    seen = titles(browser, "?tag=many&sort=name") + titles(browser, "?tag=many&sort=name&page=2")
    assert len(seen) == len(set(seen)) == 40
    assert titles(browser, "?page=99999") == []


def test_suspended_rooms_and_rooms_of_unapproved_performers_are_not_there(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.ana_room.suspended = True
    ppv_pages.ana_room.save(update_fields=["suspended"])
    performer = ppv_pages.bo.ppv_performer
    performer.status = "suspended"
    performer.save(update_fields=["status"])
    browser = browse(None)
    assert titles(browser) == []
    assert browser.get("/live/ana/").status_code == 404
    assert browser.get("/live/nobody/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rooms(ppv_pages: Cast, browse: Browse) -> None:
    counted = []
    browser = browse(None)
    page = browser.get("/live/").context["page"]
    type(page).objects.update(rooms_per_page=96)
    for number in (5, 45):
        more_rooms(ppv_pages, number)
        browser.get("/live/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/live/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] < 30


def test_the_picture_is_there_while_the_room_is_live_and_gone_with_it(ppv_pages: Cast, browse: Browse) -> None:
    from ppv_plugin.shows import services as shows

    room = ppv_pages.ana_room
    address = f"/ppv/snapshot/{room.uuid}.jpg"
    browser = browse(None)
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    Snapshot.objects.update_or_create(room=room, defaults={"jpeg": b"\xff\xd8jpeg", "taken_at": ppv_pages.now})
    response = browser.get(address)
    assert (response.status_code, response.content) == (200, b"\xff\xd8jpeg")
    assert response.headers["Content-Type"] == "image/jpeg"
    assert "max-age" in response.headers["Cache-Control"]
    again = browser.get(address, headers={"if-modified-since": response.headers["Last-Modified"]})
    assert again.status_code == 304
    assert address in browser.get("/live/").content.decode()
    shows.leave(user=ppv_pages.ana, room_id=room.pk, now=ppv_pages.now + timedelta(seconds=5))
    assert browser.get(address).status_code == 404
