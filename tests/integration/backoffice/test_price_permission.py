"""Prices and shares take a permission of their own: without it they are seen and stay as they are."""

from __future__ import annotations

import pytest
from django.test import Client

from ppv_plugin.models import Performer, Room, Studio
from ppv_plugin.testing.cast import Cast

from .staff import EDITORS, MODERATORS, member
from .test_lists import room_form

QUICK = "/admin/bulk/ppv_plugin"


@pytest.fixture
def moderator(worked: Cast) -> Client:
    Room.objects.filter(pk=worked.ana_room.pk).update(private_cpm=175)
    Performer.objects.filter(user=worked.ana).update(share_bp=6500)
    return member(MODERATORS)


def cpm_of(cast: Cast) -> int | None:
    return Room.objects.get(pk=cast.ana_room.pk).private_cpm


def test_a_moderator_sees_the_price_of_a_room_and_cannot_type_another(moderator: Client, worked: Cast) -> None:
    url = f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/"
    page = moderator.get(url).content.decode()
    assert "Own private price per minute" in page
    assert "1.75" in page
    assert 'name="private_cpm"' not in page


def test_what_a_moderator_sends_all_the_same_changes_no_price(moderator: Client, worked: Cast) -> None:
    url = f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/"
    answer = moderator.post(url, room_form(worked.ana_room, title="Renamed", private_cpm="3.00"))
    assert answer.status_code == 302
    assert Room.objects.get(pk=worked.ana_room.pk).title == "Renamed"
    assert cpm_of(worked) == 175


def test_a_moderator_sees_a_share_and_cannot_type_another(moderator: Client, worked: Cast) -> None:
    performer = Performer.objects.get(user=worked.ana)
    url = f"/admin/ppv_performers/edit/{performer.pk}/"
    page = moderator.get(url).content.decode()
    assert "65 %" in page
    assert 'name="share_bp"' not in page
    moderator.post(url, {"name": "Ana", "user": performer.user_id, "bio": "", "studio": "", "share_bp": "9000"})
    assert Performer.objects.get(user=worked.ana).share_bp == 6500


@pytest.mark.parametrize("model", ["room", "performer"])
def test_the_quick_edit_of_a_moderator_has_no_prices(moderator: Client, worked: Cast, model: str) -> None:
    row = worked.ana_room if model == "room" else Performer.objects.get(user=worked.ana)
    url = f"{QUICK}/{model}/ppv_quick_edit/?id={row.pk}"
    page = moderator.get(url).content.decode()
    assert 'name="featured"' in page
    assert 'name="price"' not in page
    assert 'name="share"' not in page
    moderator.post(url, {"price": "own", "private_cpm": "3.00", "share": "own", "share_bp": "9000", "featured": "yes"})
    assert (cpm_of(worked), Performer.objects.get(user=worked.ana).share_bp) == (175, 6500)
    assert Room.objects.get(pk=worked.ana_room.pk).featured


def test_an_editor_types_prices_and_shares(worked: Cast) -> None:
    editor = member(EDITORS)
    editor.post(f"/admin/ppv_rooms/edit/{worked.ana_room.pk}/", room_form(worked.ana_room, private_cpm="2.50"))
    assert cpm_of(worked) == 250
    assert 'name="share_bp"' in editor.get(f"/admin/ppv_studios/edit/{Studio.objects.get().pk}/").content.decode()
    assert 'name="price"' in editor.get(f"{QUICK}/room/ppv_quick_edit/?id={worked.ana_room.pk}").content.decode()
