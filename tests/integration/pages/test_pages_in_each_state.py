"""Every page answers everybody in every state of a room."""

from __future__ import annotations

from typing import Any

import pytest

from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

STATES = ("offline", "free", "paid", "private", "in-group", "asking")
PEOPLE = ("visitor", "cy", "di", "ana", "bo", "eos")
ADDRESSES = ("/live/", "/live/ana/", "/live/bo/", "/wallet/", "/studio/")


def bring_about(cast: Cast, state: str) -> None:
    if state in ("free", "private", "asking"):
        cast.live(cast.ana, cast.free)
    if state in ("paid", "in-group"):
        cast.live(cast.bo, cast.group)
    cast.fund(cast.cy, 10_000)
    if state == "private":
        cast.private(cast.cy)
        cast.pass_time(65, meter=Meter())
    if state == "in-group":
        cast.visit(cast.cy)
        cast.pass_time(65, meter=Meter())
    if state == "asking":
        from ppv_plugin.shows import services as shows

        shows.request_private(user=cast.cy, room_id=cast.ana_room.pk, cid="one", media="video", cpm=200, now=cast.now)


def person(cast: Cast, name: str) -> Any:
    return {"visitor": None, "eos": cast.eos.owner}.get(name, getattr(cast, name, None))


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("state", STATES)
def test_every_page_answers(ppv_pages: Cast, browse: Browse, state: str, name: str) -> None:
    bring_about(ppv_pages, state)
    browser = browse(person(ppv_pages, name))
    for address in ADDRESSES:
        response = browser.get(address)
        assert response.status_code == 200, address
        assert "no-store" in response.headers["Cache-Control"], address


def test_rooms_and_dashboards_may_use_camera_and_microphone(ppv_pages: Cast, browse: Browse) -> None:
    for address in ("/live/ana/", "/studio/"):
        assert "camera=(self)" in browse(ppv_pages.ana).get(address).headers["Permissions-Policy"]
    assert "Permissions-Policy" not in browse(None).get("/live/").headers


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("visitor", "Sign in to go live"),
        ("cy", "You are not a broadcaster here"),
        ("eos", "A studio does not go live itself"),
    ],
)
def test_the_dashboard_tells_others_what_it_is_for(ppv_pages: Cast, browse: Browse, name: str, text: str) -> None:
    response = browse(person(ppv_pages, name)).get("/studio/")
    assert text in response.content.decode()
    assert "<ppv-console" not in response.content.decode()


def test_a_performer_who_is_not_approved_sees_why_there_is_no_console(ppv_pages: Cast, browse: Browse) -> None:
    performer = ppv_pages.ana.ppv_performer
    performer.status = "submitted"
    performer.save(update_fields=["status"])
    page = browse(ppv_pages.ana).get("/studio/").content.decode()
    assert "once the site has approved you" in page
    assert "<ppv-console" not in page


def test_a_performer_without_a_room_is_told_so(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.ana_room.suspended = True
    ppv_pages.ana_room.save(update_fields=["suspended"])
    assert "You do not have a room yet" in browse(ppv_pages.ana).get("/studio/").content.decode()


def test_the_wallet_leads_to_the_show_that_is_running(ppv_pages: Cast, browse: Browse) -> None:
    bring_about(ppv_pages, "private")
    page = browse(ppv_pages.cy).get("/wallet/").content.decode()
    assert "Your meter is running in a private show" in page
    assert 'href="/live/ana/"' in page
    assert "Your meter is running" not in browse(ppv_pages.di).get("/wallet/").content.decode()


def test_the_sites_words_are_used(ppv_pages: Cast, browse: Browse) -> None:
    from django.core.cache import cache

    from ppv_plugin.models import LabelSettings

    LabelSettings.objects.filter(site=ppv_pages.site).update(preset="teacher")
    cache.clear()
    assert "You are not a teacher here" in browse(ppv_pages.cy).get("/studio/").content.decode()
    assert "0.00&nbsp;credits" in browse(ppv_pages.cy).get("/wallet/").content.decode()
    cache.clear()
