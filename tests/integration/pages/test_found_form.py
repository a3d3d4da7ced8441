"""A performer says how its room is found."""

from __future__ import annotations

from wagtail.models import Locale

from ppv_plugin.models import Room, RoomCategory
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


def address(cast: Cast) -> str:
    return f"/ppv/rooms/{cast.ana_room.uuid}/found/"


def test_a_performer_chooses_category_and_languages(ppv_pages: Cast, browse: Browse) -> None:
    music = RoomCategory.objects.create(key="music", name="Music", locale=Locale.get_default())
    browser = browse(ppv_pages.ana)
    sent = {"category": music.pk, "languages": ["de", "es"]}
    page = browser.post(address(ppv_pages), sent, follow=True).content.decode()
    assert "The listing shows it from now on" in page
    room = Room.objects.get(pk=ppv_pages.ana_room.pk)
    assert room.category == music
    assert set(room.languages.values_list("code", flat=True)) == {"de", "es"}
    assert f'<option value="{music.pk}" selected>' in page
    browser.post(address(ppv_pages), {})
    room.refresh_from_db()
    assert room.category is None
    assert not room.languages.exists()


def test_without_categories_there_is_none_to_choose(ppv_pages: Cast, browse: Browse) -> None:
    page = browse(ppv_pages.ana).get("/studio/").content.decode()
    assert 'name="languages"' in page
    assert 'name="category"' not in page


def test_what_is_no_choice_is_refused(ppv_pages: Cast, browse: Browse) -> None:
    assert browse(ppv_pages.ana).post(address(ppv_pages), {"languages": ["klingon"]}).status_code == 400
    assert not ppv_pages.ana_room.languages.exists()


def test_the_room_of_somebody_else_does_not_exist(ppv_pages: Cast, browse: Browse) -> None:
    for user in (ppv_pages.bo, ppv_pages.cy):
        assert browse(user).post(address(ppv_pages), {"languages": ["de"]}).status_code == 404
    assert browse(None).post(address(ppv_pages), {"languages": ["de"]}).headers["Location"].startswith("/login/")
    assert not ppv_pages.ana_room.languages.exists()
