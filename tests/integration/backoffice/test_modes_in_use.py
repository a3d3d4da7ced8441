"""A room mode's page of uses counts rooms and shows, and the last mode that can be chosen stays."""

from __future__ import annotations

import pytest
from django.test import Client

from ppv_plugin.models import Room, RoomMode
from ppv_plugin.testing.cast import Cast

MODES = "/admin/snippets/ppv_plugin/roommode"


def text(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def test_the_page_of_uses_names_the_rooms_and_counts_their_shows(admin: Client, worked: Cast) -> None:
    page = text(admin, f"{MODES}/usage/{worked.free.pk}/")
    assert "Ana&#x27;s room" in page
    assert "Bo&#x27;s room" not in page
    assert "> 1 <" in page


def test_a_mode_that_no_room_has_may_be_deleted(admin: Client, worked: Cast) -> None:
    page = text(admin, f"{MODES}/delete/{worked.group.pk}/")
    assert "is referenced 0 times." in page
    assert "Yes, delete" in page


def test_the_delete_page_says_how_often_a_mode_is_used_and_offers_no_button(admin: Client, worked: Cast) -> None:
    page = text(admin, f"{MODES}/delete/{worked.free.pk}/")
    assert "is referenced 1 time." in page
    assert "Yes, delete" not in page


@pytest.fixture
def last(worked: Cast) -> RoomMode:
    """The only mode that can be chosen, and no room has it."""
    RoomMode.objects.exclude(pk=worked.group.pk).update(active=False)
    Room.objects.update(mode=None)
    return worked.group


def test_the_last_mode_is_not_deleted(admin: Client, last: RoomMode) -> None:
    answer = admin.post(f"{MODES}/delete/{last.pk}/", follow=True)
    assert "no mode could be chosen and nobody could go live" in answer.content.decode()
    assert RoomMode.objects.filter(pk=last.pk).exists()


def test_the_last_modes_are_not_deleted_together(admin: Client, last: RoomMode) -> None:
    another = RoomMode.objects.create(key="another", name="Another", locale=last.locale)
    admin.post(f"/admin/bulk/ppv_plugin/roommode/delete/?id={last.pk}&id={another.pk}")
    assert RoomMode.objects.filter(active=True).count() == 2


def test_one_of_two_is_deleted(admin: Client, last: RoomMode) -> None:
    another = RoomMode.objects.create(key="another", name="Another", locale=last.locale)
    admin.post(f"{MODES}/delete/{another.pk}/")
    assert not RoomMode.objects.filter(pk=another.pk).exists()


def test_the_last_mode_is_not_taken_out_of_use(admin: Client, last: RoomMode) -> None:
    form = {"name": last.name, "key": last.key, "group_cpm": "1.50", "grace_seconds": "10", "snapshot_seconds": "15"}
    answer = admin.post(f"{MODES}/edit/{last.pk}/", form)
    assert "without it nobody can go live" in str(answer.context["form"].errors["active"])
    assert RoomMode.objects.get(pk=last.pk).active
