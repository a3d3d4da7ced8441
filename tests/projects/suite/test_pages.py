"""Listing, room, dashboard and wallet answer everybody, under whatever policy the site has."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from photographs import browser, path_of
from wagtail.models import Site

from ppv_plugin.pages.addresses import page_types
from ppv_plugin.rooms.models import Room
from ppv_plugin.testing.cast import Cast

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE)
INLINE_STYLE_OR_HANDLER = re.compile(r"<style|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)


def address(site: Site, kind: str) -> str:
    return path_of(page_types(kind)[0].objects.in_site(site).get())


def addresses(site: Site) -> list[str]:
    kinds = [model for model in apps.get_models() if getattr(model, "ppv_kind", None)]
    pages = [page for model in kinds for page in model.objects.in_site(site)]
    rooms = [f"{address(site, 'listing')}{room.slug}/" for room in Room.objects.filter(site=site)]
    return [*map(path_of, pages), *rooms]


def test_every_page_answers(person: Any, cast: Cast) -> None:
    for site in Site.objects.all():
        client = browser(site)
        if person is not None:
            client.force_login(person)
        found = addresses(site)
        assert len(found) > 2
        for path in found:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer)
            assert "no-store" in answer["Cache-Control"], path


def test_rooms_stand_on_their_own_site_only(cast: Cast) -> None:
    for site in Site.objects.all():
        answer = browser(site).get(f"{address(site, 'listing')}{cast.ana_room.slug}/")
        assert answer.status_code == (200 if site == cast.site else 404)


def test_the_client_sees_what_the_show_has_cost(cast: Cast) -> None:
    client = browser(cast.site)
    client.force_login(cast.cy)
    assert "2.83" in client.get(address(cast.site, "wallet")).content.decode()


def test_the_sign_in_page_takes_passwords(cast: Cast) -> None:
    page = browser(cast.site).get(address(cast.site, "wallet")).content.decode()
    link = re.search(r'href="([^"]*\?next=[^"]*)"', page)
    assert link, "the page has no link to sign in"
    answer = browser(cast.site).get(link.group(1))
    assert answer.status_code == 200
    assert 'type="password"' in answer.content.decode()


@pytest.mark.skipif(settings.DEBUG, reason="this site has no policy")
def test_pages_keep_to_a_policy_without_nonce(cast: Cast) -> None:
    client = browser(cast.site)
    client.force_login(cast.cy)
    for path in addresses(cast.site):
        answer = client.get(path)
        assert "nonce-" not in answer["Content-Security-Policy"]
        text = answer.content.decode()
        assert not INLINE_SCRIPT.search(text), path
        assert not INLINE_STYLE_OR_HANDLER.search(text), path


@pytest.mark.skipif(settings.DEBUG, reason="this site sends no such header")
def test_only_our_pages_get_the_camera_back(cast: Cast) -> None:
    client: Client = browser(cast.site)
    assert "camera=()" in client.get("/")["Permissions-Policy"]
    room = client.get(f"{address(cast.site, 'listing')}{cast.ana_room.slug}/")["Permissions-Policy"]
    assert "camera=(self)" in room
    assert "geolocation=()" in room
