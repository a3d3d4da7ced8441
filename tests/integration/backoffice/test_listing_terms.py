"""What editors and moderators do for the listing: categories, languages, featured rooms, ratings."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Locale, ModelLogEntry

from ppv_plugin import signals
from ppv_plugin.models import MeteredSession, Rating, Room, RoomCategory
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .staff import EDITORS, MODERATORS, member

CATEGORIES = "/admin/snippets/ppv_plugin/roomcategory/"
RATINGS = "/admin/ppv_ratings/"


@pytest.fixture
def music(worked: Cast) -> RoomCategory:
    return RoomCategory.objects.create(key="music", name="Music", locale=Locale.get_default())


@pytest.fixture
def rated(worked: Cast) -> Rating:
    return shows.rate_room(user=worked.cy, session_id=MeteredSession.objects.get().id, stars=2, now=worked.now)


def room_form(cast: Cast, **changes: object) -> dict[str, object]:
    room = cast.ana_room
    filled = {
        "title": room.title, "slug": room.slug, "site": room.site_id, "performer": room.performer_id,
        "description": room.description, "tags": "", "category": "", "private_cpm": "",
    }  # fmt: skip
    return {**filled, **changes}


def edit_room(browser: Client, cast: Cast, **changes: object) -> None:
    url = f"/admin/ppv_rooms/edit/{cast.ana_room.pk}/"
    response = browser.post(url, room_form(cast, **changes))
    assert response.status_code == 302, response.context["form"].errors


def test_an_editor_adds_a_category_whose_key_is_made_of_its_name(worked: Cast) -> None:
    editor = member(EDITORS)
    assert editor.post(f"{CATEGORIES}add/", {"name": "Slow Music", "key": ""}).status_code == 302
    assert RoomCategory.objects.get().key == "slow-music"


@pytest.mark.parametrize(
    ("name", "key", "refusal"), [("Tunes", "music", "has this key already"), ("موسيقى", "", "Please type a key")]
)
def test_a_key_that_cannot_be_is_refused(music: RoomCategory, name: str, key: str, refusal: str) -> None:
    response = member(EDITORS).post(f"{CATEGORIES}add/", {"name": name, "key": key})
    assert refusal in response.content.decode()
    assert RoomCategory.objects.count() == 1


def test_a_changed_key_is_the_key_in_every_language(music: RoomCategory) -> None:
    german, _made = Locale.objects.get_or_create(language_code="de")
    musik = music.copy_for_translation(german)
    musik.save()
    response = member(EDITORS).post(f"{CATEGORIES}edit/{music.pk}/", {"name": "Music", "key": "tunes"})
    assert response.status_code == 302
    assert set(RoomCategory.objects.values_list("key", flat=True)) == {"tunes"}


def test_a_room_loses_its_category_with_the_category(worked: Cast, music: RoomCategory) -> None:
    edit_room(member(EDITORS), worked, category=music.pk)
    assert Room.objects.get(pk=worked.ana_room.pk).category == music
    music.delete()
    assert Room.objects.get(pk=worked.ana_room.pk).category is None


def test_the_room_form_offers_each_category_once_and_keeps_languages(worked: Cast, music: RoomCategory) -> None:
    german, _made = Locale.objects.get_or_create(language_code="de")
    music.copy_for_translation(german).save()
    editor = member(EDITORS)
    form = editor.get(f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/").context["form"]
    assert [label for _value, label in form.fields["category"].choices] == ["---------", "Music"]
    edit_room(editor, worked, spoken=["de", "en"])
    edit_room(editor, worked, spoken=["en", "uk"])
    assert set(worked.ana_room.languages.values_list("code", flat=True)) == {"en", "uk"}
    form = editor.get(f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/").context["form"]
    assert set(form["spoken"].value()) == {"en", "uk"}


def test_open_listings_hear_of_an_edited_room(worked: Cast) -> None:
    heard: list[int] = []

    def listen(*, room_id: int, **_facts: object) -> None:
        heard.append(room_id)

    signals.room_changed.connect(listen)
    try:
        edit_room(member(EDITORS), worked, title="Another name")
    finally:
        signals.room_changed.disconnect(listen)
    assert heard == [worked.ana_room.pk]


def test_a_moderator_removes_a_rating_and_history_says_so(worked: Cast, rated: Rating) -> None:
    moderator = member(MODERATORS)
    assert moderator.get(f"{RATINGS}inspect/{rated.pk}/").status_code == 200
    assert moderator.post(f"{RATINGS}delete/{rated.pk}/").status_code == 302
    assert not Rating.objects.exists()
    worked.ana_room.refresh_from_db()
    assert (worked.ana_room.rating_sum, worked.ana_room.rating_count) == (0, 0)
    entry = ModelLogEntry.objects.get(action="ppv_plugin.rating.remove")
    assert entry.object_id == str(worked.ana_room.pk)
    assert "2 of 5" in entry.message


def test_nobody_writes_a_rating_for_a_client(admin: Client, rated: Rating) -> None:
    for action in ("new/", f"edit/{rated.pk}/"):
        assert admin.post(f"{RATINGS}{action}", {"stars": 5}).status_code == 302
    assert Rating.objects.get().stars == 2
    assert admin.get(RATINGS).status_code == 200


def test_an_editor_sees_no_ratings(rated: Rating) -> None:
    editor = member(EDITORS)
    assert editor.post(f"{RATINGS}delete/{rated.pk}/").status_code == 302
    assert Rating.objects.count() == 1
