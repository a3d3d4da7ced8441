"""The link of a locked call: two people open it, for everybody else there is nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client as Browser
from django.utils import timezone

from ppv_plugin.models import LockedCall
from ppv_plugin.people import services as people
from ppv_plugin.shows import call_links
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def site(cast: Cast, ppv_pages: Cast) -> Any:
    return ppv_pages


@pytest.fixture
def call(cast: Cast, site: Any) -> LockedCall:
    client = people.ensure_client(user=cast.cy)
    return LockedCall.objects.create(
        room=cast.ana_room, client=client, cpm=200, rule="per_second", grace_seconds=10, created_at=timezone.now()
    )


def path(call: LockedCall) -> str:
    return urlsplit(call_links.link(call)).path


def browser(user: Any) -> Browser:
    found = Browser()
    found.force_login(user)
    return found


def test_the_client_is_led_to_the_room_and_the_performer_to_the_dashboard(cast: Cast, call: LockedCall) -> None:
    assert browser(cast.cy).get(path(call))["Location"].endswith("/live/ana/?call=open")
    assert browser(cast.ana).get(path(call))["Location"].endswith("?room=ana#links")


def test_anybody_else_finds_nothing_and_who_is_not_signed_in_signs_in_first(cast: Cast, call: LockedCall) -> None:
    for stranger in (cast.di, cast.bo):
        assert browser(stranger).get(path(call)).status_code == 404
    assert "next=" in Browser().get(path(call))["Location"]


def test_a_link_that_was_made_up_opens_nothing(cast: Cast, call: LockedCall) -> None:
    forged = path(call)[:-3] + "aa/"
    for guess in (forged, f"/ppv/calls/{call.uuid.hex}/", f"/ppv/calls/{call.uuid}/"):
        assert browser(cast.cy).get(guess).status_code == 404


@pytest.mark.parametrize("how", ["done", "cancelled", "expired"])
def test_a_link_that_works_no_more_says_so_in_the_room(cast: Cast, call: LockedCall, how: str) -> None:
    change = {"expires_at": timezone.now() - timedelta(hours=1)} if how == "expired" else {"state": how}
    LockedCall.objects.update(**change)
    page = browser(cast.cy).get(path(call), follow=True)
    assert "This link works no more" in page.content.decode()


def test_a_performer_makes_a_link_sees_it_and_takes_it_back(
    cast: Cast, site: Any, django_capture_on_commit_callbacks: Any
) -> None:
    people.ensure_client(user=cast.cy)
    cast.cy.email = "cy@example.org"
    cast.cy.save()
    ana = browser(cast.ana)
    sent = {"call": "1", "person": "CY", "call_cpm": "3.00", "hours": "24"}
    with django_capture_on_commit_callbacks(execute=True):
        assert ana.post("/studio/?room=ana", sent).status_code == 302
    made = LockedCall.objects.get()
    assert (made.client.user, made.cpm, made.made_by) == (cast.cy, 300, cast.ana)
    assert call_links.link(made) in ana.get("/studio/").content.decode()
    assert [letter.to for letter in mail.outbox] == [["cy@example.org"]]
    assert call_links.link(made) in mail.outbox[0].body
    assert browser(cast.bo).post(f"/ppv/calls/{made.uuid}/cancel/").status_code == 404
    ana.post(f"/ppv/calls/{made.uuid}/cancel/")
    made.refresh_from_db()
    assert made.state == LockedCall.State.CANCELLED


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"person": "nobody", "call_cpm": "2.00"}, "has this name"),
        ({"person": "cy", "call_cpm": "9.00"}, "The highest price per minute is 5.00."),
        ({"person": "cy", "call_cpm": "many"}, "Enter a number"),
    ],
)
def test_what_cannot_be_meant_is_said_and_makes_nothing(cast: Cast, site: Any, sent: Any, said: str) -> None:
    people.ensure_client(user=cast.cy)
    page = browser(cast.ana).post("/studio/?room=ana", {"call": "1", "hours": "24", **sent})
    assert said in page.content.decode()
    assert not LockedCall.objects.exists()
