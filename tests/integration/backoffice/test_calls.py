"""Staff make a call by link for somebody, and take it back."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from ppv_plugin.models import LockedCall
from ppv_plugin.people import services as people
from ppv_plugin.shows import call_links
from ppv_plugin.testing.cast import Cast

from .staff import EDITORS, MODERATORS, member

LIST = "/admin/ppv_calls/"


@pytest.fixture
def editor(worked: Cast) -> Browser:
    return member(EDITORS)


def sent(cast: Cast, **more: str) -> dict[str, str]:
    client = people.ensure_client(user=cast.cy)
    return {"room": str(cast.ana_room.pk), "client": str(client.pk), "cpm": "3.00", "expires_at": "", **more}


def test_an_editor_makes_one_at_a_price_within_the_bounds(worked: Cast, editor: Browser) -> None:
    refused = editor.post(f"{LIST}new/", sent(worked, cpm="9.00")).content.decode()
    assert "The highest price per minute is 5.00." in refused
    assert not LockedCall.objects.exists()
    assert editor.post(f"{LIST}new/", sent(worked)).status_code == 302
    made = LockedCall.objects.get()
    assert (made.client.user, made.cpm, made.rule, made.state) == (worked.cy, 300, "per_second", "open")
    page = editor.get(LIST).content.decode()
    assert "3.00" in page
    assert call_links.link(made) in editor.get(f"{LIST}edit/{made.pk}/").content.decode()


def test_an_editor_takes_one_back_and_changes_nothing_else(worked: Cast, editor: Browser) -> None:
    editor.post(f"{LIST}new/", sent(worked))
    made = LockedCall.objects.get()
    editor.post(f"{LIST}edit/{made.pk}/", {"cancel": "on", "cpm": "0", "state": "open"})
    made.refresh_from_db()
    assert (made.state, made.cpm) == ("cancelled", 300)


def test_others_do_not_see_them(worked: Cast) -> None:
    assert member(MODERATORS).get(LIST).status_code in (302, 403)
