"""The live listing: filters, paging, what is hidden, and a number of queries that does not grow."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale

from ppv_plugin.models import Performer, Room, RoomCategory, RoomLanguage, RoomTag, Show, Snapshot, TaggedRoom
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


def more_rooms(cast: Cast, number: int) -> None:
    tag, _made = RoomTag.objects.get_or_create(name="Many", slug="many")
    made = Room.objects.bulk_create(
        Room(site=cast.site, slug=f"r{i}", title=f"Room {i:02d}", performer=cast.ana.ppv_performer)
        for i in range(Room.objects.count(), Room.objects.count() + number)
    )
    TaggedRoom.objects.bulk_create(TaggedRoom(tag=tag, content_object=room) for room in made)


def half_of_them_live(cast: Cast) -> None:
    """Rows of shows alone: what a page reads of each live room."""
    pattern = Show.objects.filter(room=cast.bo_room).get()
    rooms = Room.objects.filter(state="offline", slug__startswith="r")[::2]
    Show.objects.bulk_create(
        Show(room=room, mode=pattern.mode, terms=pattern.terms, cid="x", started_at=cast.now, seen_at=cast.now)
        for room in rooms
    )
    Room.objects.filter(pk__in=[room.pk for room in rooms]).update(state="paid")


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
    assert "0.20&nbsp;tokens" in page


def private_price(browser: Client, slug: str) -> str:
    tile = browser.get("/live/").content.decode().split(f'data-room="{slug}"')[1]
    found = re.search(r'data-part="private".*?/min', tile, re.DOTALL)
    assert found is not None
    shown = re.sub(r"<span[^>]*\bhidden[^>]*>.*?</span>", "", found.group())
    return " ".join(re.sub(r"^[^>]*>|<[^>]+>|&nbsp;", " ", shown).split())


def test_a_tile_names_the_lowest_private_price_and_says_that_there_are_others(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(None)
    assert private_price(browser, "ana") == "Private: from 0.20 tokens /min"
    Room.objects.filter(pk=ppv_pages.ana_room.pk).update(private_text_cpm=300)
    assert private_price(browser, "ana") == "Private: from 0.30 tokens /min"
    Performer.objects.filter(rooms=ppv_pages.ana_room).update(private_kinds=["video"])
    assert private_price(browser, "ana") == "Private: 2.00 tokens /min"


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
        ("?category=talk", ["Bo's room"]),
        ("?language=de", ["Ana's room"]),
        ("?language=de&category=talk", []),
        ("?tag=nothing&category=nothing&language=nothing", ["Bo's room", "Ana's room"]),
        ("?status=nonsense&sort=nonsense&page=-1", ["Bo's room", "Ana's room"]),
    ],
)
def test_filters(ppv_pages: Cast, browse: Browse, query: str, found: list[str]) -> None:
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    ppv_pages.ana_room.tags.add("Keys")
    filed(ppv_pages)
    assert titles(browse(None), query) == found


def filed(cast: Cast) -> None:
    """Bo's room has a category, Ana's a language."""
    talk = RoomCategory.objects.create(key="talk", name="Talk", locale=Locale.get_default())
    Room.objects.filter(pk=cast.bo_room.pk).update(category=talk)
    RoomLanguage.objects.create(room=cast.ana_room, code="de")


def test_a_filter_is_there_only_when_there_is_something_to_choose(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(None)
    assert [select.name for select in browser.get("/live/").context["selects"]] == []
    filed(ppv_pages)
    response = browser.get("/live/?language=de")
    assert [select.name for select in response.context["selects"]] == ["category", "language"]
    page = response.content.decode()
    assert '<option value="de" selected>German</option>' in page
    assert 'name="tag"' not in page


def test_text_of_the_filter_is_shown_as_text(browse: Browse) -> None:
    page = browse(None).get("/live/", {"q": '"><script>x</script>'}).content.decode()
    assert "<script>x" not in page
    assert "Nothing matches these filters" in page
    assert "Clear all filters" in page


def test_pages_hold_the_filters_and_every_room_once(ppv_pages: Cast, browse: Browse) -> None:
    more_rooms(ppv_pages, 40)
    browser = browse(None)
    first = browser.get("/live/?tag=many&sort=name").content.decode()
    assert 'rel="next" href="?tag=many&amp;sort=name&amp;page=2"' in first
    assert 'rel="prev"' not in first
    second = browser.get("/live/?tag=many&sort=name&page=2").content.decode()
    assert 'rel="prev" href="?tag=many&amp;sort=name"' in second
    assert 'rel="next"' not in second
    seen = titles(browser, "?tag=many&sort=name") + titles(browser, "?tag=many&sort=name&page=2")
    assert len(seen) == len(set(seen)) == 40


def test_pages_are_numbered_links_with_a_gap_where_there_are_many(ppv_pages: Cast, browse: Browse) -> None:
    page = browse(None).get("/live/").context["page"]
    type(page).objects.update(rooms_per_page=6)
    more_rooms(ppv_pages, 118)
    response = browse(None).get("/live/?page=10")
    shown = [(link.number, link.query) for link in response.context["page_links"]]
    assert [number for number, _query in shown] == [1, 0, 9, 10, 11, 0, 20]
    assert shown[0][1] == ""
    assert shown[2][1] == "page=9"
    assert 'href="?page=10" aria-current="page"' in response.content.decode()


def test_a_page_that_is_gone_shows_the_last_one(ppv_pages: Cast, browse: Browse) -> None:
    more_rooms(ppv_pages, 40)
    response = browse(None).get("/live/?page=99999")
    assert (response.context["number"], response.context["pages"]) == (2, 2)
    assert len(response.context["tiles"]) == 42 - 24


def test_a_tile_tells_what_there_is_to_know(ppv_pages: Cast, browse: Browse) -> None:
    long_ago = timezone.now() - timedelta(hours=30)
    Room.objects.filter(pk=ppv_pages.ana_room.pk).update(
        featured=True, online_at=long_ago, rating_sum=9, rating_count=2, created_at=long_ago
    )
    Room.objects.filter(pk=ppv_pages.bo_room.pk).update(created_at=long_ago - timedelta(days=14), rating_count=0)
    tiles = re.findall(r"<article.*?</article>", browse(None).get("/live/?sort=name").content.decode(), re.DOTALL)
    ana, bo = (re.sub(r"<[^>]+>|\s+", " ", tile).replace("\xa0", " ") for tile in tiles)
    assert "Rated 2 times: 4.5 of 5 on average" in " ".join(ana.split())
    assert "Last online 1" in " ".join(ana.split())
    assert "Featured" in ana
    assert "New" in ana
    assert not {"Featured", "New", "Rated"} & set(bo.split())
    assert 'data-part="seen"' not in tiles[1]


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


def test_the_number_of_queries_does_not_grow_with_the_rooms(
    ppv_pages: Cast, browse: Browse, django_assert_num_queries: Any
) -> None:
    browser = browse(None)
    page = browser.get("/live/").context["page"]
    type(page).objects.update(rooms_per_page=96)
    filed(ppv_pages)
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    more_rooms(ppv_pages, 3)
    half_of_them_live(ppv_pages)
    browser.get("/live/")
    with CaptureQueriesContext(connection) as queries:
        assert len(browser.get("/live/").context["tiles"]) == 5
    assert len(queries) < 30
    for rooms in (50, 500):
        more_rooms(ppv_pages, rooms - Room.objects.count())
        half_of_them_live(ppv_pages)
        with django_assert_num_queries(len(queries)):
            assert len(browser.get("/live/").context["tiles"]) == min(rooms, 96)


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
