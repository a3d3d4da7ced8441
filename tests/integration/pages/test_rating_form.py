"""Stars on the receipt: a plain form, for those who paid."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from ppv_plugin.models import Rating
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


@pytest.fixture
def receipt(ppv_pages: Cast) -> str:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    show = ppv_pages.private(ppv_pages.cy)
    ppv_pages.pass_time(95, meter=Meter())
    shows.end_private(user=ppv_pages.cy, private_id=show.id, now=ppv_pages.now)
    return f"/ppv/receipts/{show.session_id}/"


def given() -> list[int]:
    return list(Rating.objects.values_list("stars", flat=True))


def test_a_client_rates_and_changes_its_mind(ppv_pages: Cast, browse: Browse, receipt: str) -> None:
    browser = browse(ppv_pages.cy)
    assert "Your rating" in browser.get(receipt).content.decode()
    response = browser.post(f"{receipt}rating/", {"stars": "4"}, follow=True)
    page = response.content.decode()
    assert "Your rating counts" in page
    assert 'value="4" required checked' in page
    browser.post(f"{receipt}rating/", {"stars": "2"})
    assert given() == [2]


@pytest.mark.parametrize("stars", ["", "0", "6", "55", "five", "²"])
def test_anything_else_than_stars_is_refused_in_words(
    ppv_pages: Cast, browse: Browse, receipt: str, stars: str
) -> None:
    response = browse(ppv_pages.cy).post(f"{receipt}rating/", {"stars": stars}, follow=True)
    assert "Choose from one to five stars" in response.content.decode()
    assert given() == []


def test_the_other_side_sees_no_form_and_cannot_rate(ppv_pages: Cast, browse: Browse, receipt: str) -> None:
    browser = browse(ppv_pages.ana)
    assert "Your rating" not in browser.get(receipt).content.decode()
    assert browser.post(f"{receipt}rating/", {"stars": "5"}).status_code == 404
    assert given() == []


def test_for_others_there_is_nothing_to_rate(ppv_pages: Cast, browse: Browse, receipt: str) -> None:
    assert browse(ppv_pages.di).post(f"{receipt}rating/", {"stars": "5"}).status_code == 404
    assert browse(ppv_pages.cy).post(f"/ppv/receipts/{uuid4()}/rating/", {"stars": "5"}).status_code == 404
    assert browse(None).post(f"{receipt}rating/", {"stars": "5"}).headers["Location"].startswith("/login/?next=")


def test_a_refusal_is_told(ppv_pages: Cast, browse: Browse, receipt: str) -> None:
    client = ppv_pages.cy.ppv_client
    client.status = "suspended"
    client.save()
    response = browse(ppv_pages.cy).post(f"{receipt}rating/", {"stars": "5"}, follow=True)
    assert "This rating was not accepted" in response.content.decode()


def test_a_form_of_another_site_gives_no_stars(ppv_pages: Cast, receipt: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ppv_pages.cy)
    assert strict.post(f"{receipt}rating/", {"stars": "5"}).status_code == 403
    assert strict.get(f"{receipt}rating/").status_code == 405
