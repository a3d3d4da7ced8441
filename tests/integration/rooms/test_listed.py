"""Which rooms a listing has, in which order, and what its filters offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from wagtail.models import Locale, Page, Site

from ppv_plugin.models import Room, RoomCategory, RoomLanguage
from ppv_plugin.rooms import listed
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import listing
from ppv_plugin.testing.cast import Cast


def room(cast: Cast, slug: str, **values: Any) -> Room:
    made = Room.objects.create(site=cast.site, slug=slug, title=slug, performer=cast.ana.ppv_performer, **values)
    if "created_at" in values:
        Room.objects.filter(pk=made.pk).update(created_at=values["created_at"])
    return made


def slugs(cast: Cast, **chosen: Any) -> list[str]:
    return [found.slug for found in listed.listed(site=cast.site, **chosen)]


@pytest.fixture
def five(cast: Cast) -> Cast:
    """Each of them is first in an order of its own."""
    Room.objects.all().delete()
    ago = [cast.now - timedelta(days=days) for days in range(9)]
    room(cast, "live", state="free", online_at=ago[5], viewers=3, created_at=ago[5], rating_score=3000)
    room(cast, "watched", state="paid", online_at=ago[6], viewers=9, created_at=ago[6], rating_score=3100)
    room(cast, "featured", featured=True, online_at=ago[7], viewers=99, created_at=ago[7], rating_score=3200)
    room(cast, "Ace", online_at=ago[4], created_at=ago[2], rating_score=4900, rating_count=7)
    room(cast, "brand-new", created_at=ago[1])
    return cast


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("live", ["live", "watched", "featured", "Ace", "brand-new"]),
        ("featured", ["featured", "live", "watched", "Ace", "brand-new"]),
        ("seen", ["live", "watched", "Ace", "featured", "brand-new"]),
        ("viewers", ["watched", "live", "featured", "Ace", "brand-new"]),
        ("rating", ["Ace", "featured", "watched", "live", "brand-new"]),
        ("new", ["brand-new", "Ace", "live", "watched", "featured"]),
        ("name", ["Ace", "brand-new", "featured", "live", "watched"]),
        ("nonsense", ["live", "watched", "featured", "Ace", "brand-new"]),
    ],
)
def test_each_order(five: Cast, sort: str, order: list[str]) -> None:
    assert slugs(five, sort=sort) == order


@pytest.mark.parametrize("sort", listed.SORTS)
def test_rooms_that_are_alike_in_everything_are_on_one_page_each(cast: Cast, sort: str) -> None:
    performer = cast.ana.ppv_performer
    Room.objects.bulk_create(
        Room(site=cast.site, slug=f"r{number}", title="Same", performer=performer) for number in range(40)
    )
    Room.objects.update(created_at=cast.now, title="Same")
    pages = [listing(site=cast.site, now=cast.now, sort=sort, offset=first, limit=7) for first in range(0, 42, 7)]
    found = [tile.room.slug for page in pages for tile in page.rooms]
    assert len(found) == len(set(found)) == Room.objects.count() == pages[0].total


def test_a_show_leaves_behind_when_the_room_was_online_last(cast: Cast) -> None:
    tile = {tile.room.slug: tile for tile in listing(site=cast.site, now=cast.now).rooms}["ana"]
    assert tile.online_at is None
    cast.live(cast.ana, cast.free)
    cast.pass_time(60)
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    tile = {tile.room.slug: tile for tile in listing(site=cast.site, now=cast.now).rooms}["ana"]
    assert tile.online_at == cast.now


def test_filters_by_category_and_language(cast: Cast) -> None:
    music = RoomCategory.objects.create(key="music", name="Music", locale=Locale.get_default())
    Room.objects.filter(slug="bo").update(category=music)
    RoomLanguage.objects.create(room=cast.ana_room, code="de")
    assert slugs(cast, category="music") == ["bo"]
    assert slugs(cast, language="de") == ["ana"]
    assert slugs(cast, language="de", category="music") == []


def test_a_room_with_a_tag_twice_is_listed_once(cast: Cast) -> None:
    from ppv_plugin.models import RoomTag, TaggedRoom

    tag = RoomTag.objects.create(name="Keys", slug="keys")
    for _ in range(2):
        TaggedRoom.objects.create(tag=tag, content_object=cast.ana_room)
    assert slugs(cast, tag="keys") == ["ana"]


def test_a_category_is_offered_once_and_in_the_language_of_the_request(cast: Cast) -> None:
    german, _made = Locale.objects.get_or_create(language_code="de")
    music = RoomCategory.objects.create(key="music", name="Music", locale=Locale.get_default())
    musik = music.copy_for_translation(german)
    musik.name = "Musik"
    musik.save()
    RoomCategory.objects.create(key="empty", name="Nobody's", locale=Locale.get_default())
    Room.objects.filter(slug="bo").update(category=musik)
    Room.objects.filter(slug="ana").update(category=music)
    with translation.override("en"):
        assert listed.categories_in_use(cast.site) == [listed.Choice("music", "Music")]
    with translation.override("de"):
        assert listed.categories_in_use(cast.site) == [listed.Choice("music", "Musik")]
    assert set(slugs(cast, category="music")) == {"ana", "bo"}


def test_filters_offer_nothing_that_only_another_site_or_a_suspended_room_has(cast: Cast) -> None:
    other = Site.objects.create(hostname="other.test", root_page=Page.objects.get(depth=1))
    hidden = room(cast, "hidden", suspended=True)
    abroad = Room.objects.create(site=other, slug="abroad", title="abroad", performer=cast.ana.ppv_performer)
    music = RoomCategory.objects.create(key="music", name="Music", locale=Locale.get_default())
    for row in (hidden, abroad):
        row.tags.add("Keys")
        RoomLanguage.objects.create(room=row, code="fr")
        Room.objects.filter(pk=row.pk).update(category=music)
    assert listed.tags_in_use(cast.site) == []
    assert listed.languages_in_use(cast.site) == []
    assert listed.categories_in_use(cast.site) == []


def test_languages_are_named_in_the_language_of_the_request(cast: Cast) -> None:
    for code in ("de", "xx"):
        RoomLanguage.objects.create(room=cast.ana_room, code=code)
    with translation.override("fr"):
        names = {choice.value: choice.label for choice in listed.languages_in_use(cast.site)}
    assert names["de"].lower() == "allemand"
    assert names["xx"] == "xx"
    codes = [code for code, _name in listed.language_choices()]
    assert {"en", "de", "ar", "zh-hans"} <= set(codes)
    assert len(codes) == len(set(codes))
