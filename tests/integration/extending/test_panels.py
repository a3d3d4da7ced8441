"""Panels that the site's apps add to our pages: in order, with what they ask for, and none takes the page with it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpRequest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail import hooks as wagtail_hooks

from ppv_plugin import api
from ppv_plugin.hooks import Panel
from ppv_plugin.models import PricingSettings
from ppv_plugin.testing.cast import Cast

during = wagtail_hooks.register_temporarily
TEMPLATE = "ppv_plugin/elements/status.html"  # any that needs nothing


def request_of(user: Any) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    return request


def shown(place: str, user: Any) -> str:
    source = f'{{% load ppv_panels %}}{{% ppv_panels "{place}" %}}'
    return Template(source).render(Context({"request": request_of(user), "page": "the page"}))


@pytest.mark.parametrize("place", ["dashboard", "wallet", "studio"])
def test_panels_stand_in_their_order(cast: Cast, place: str) -> None:
    name = f"ppv_{place}_panels"
    with (
        during(name, lambda: [Panel("late", "Late & last", TEMPLATE, order=900)]),
        during(name, lambda user, page: Panel("first", f"{user}, {page}", TEMPLATE, order=-900)),
    ):
        text = shown(place, cast.cy)
    assert text.index("cy, the page") < text.index("Late &amp; last")
    assert 'aria-labelledby="ppv-panel-late"' in text


def test_a_hook_that_has_nothing_adds_nothing(cast: Cast) -> None:
    before = shown("wallet", cast.cy)
    with during("ppv_wallet_panels", lambda user: None):
        assert shown("wallet", cast.cy) == before


@pytest.mark.parametrize("broken", ["the hook", "the template"])
def test_one_that_fails_is_left_out(cast: Cast, broken: str, caplog: pytest.LogCaptureFixture) -> None:
    def panel() -> Panel:
        if broken == "the hook":
            raise ZeroDivisionError
        return Panel("broken", "Broken", "no/such/template.html")

    with (
        during("ppv_wallet_panels", panel),
        during("ppv_wallet_panels", lambda: Panel("fine", "Fine", TEMPLATE)),
        caplog.at_level(logging.ERROR),
    ):
        text = shown("wallet", cast.cy)
    assert "Fine" in text
    assert "Broken" not in text
    assert "left out" in caplog.text


# --- the reads that panels and blocks are made of
def test_live_rooms_have_prices_in_words(cast: Cast) -> None:
    assert api.live_rooms(site=cast.site) == []
    cast.live(cast.ana, cast.free)
    cast.live(cast.bo, cast.group)
    rooms = {room.slug: room for room in api.live_rooms(site=cast.site)}
    assert set(rooms) == {"ana", "bo"}
    assert rooms["ana"].private == api.RoomPrice("0.20", 10, "charged by the second", "1.00", varies=True)
    assert rooms["ana"].private_kinds == {"video": "2.00", "audio": "0.30", "text": "0.20"}
    assert rooms["ana"].inside is None
    assert rooms["bo"].inside == api.RoomPrice("1.50", 30, "charged by the second", "7.50")
    assert (rooms["bo"].private, rooms["bo"].private_kinds) == (None, {})


def test_a_room_is_found_by_its_name(cast: Cast) -> None:
    found = api.room(slug="ana", site=cast.site)
    assert found is not None
    assert (found.status, found.title) == ("offline", "Ana's room")
    assert api.room(slug="nobody", site=cast.site) is None


def test_a_wallet_says_what_can_be_spent(cast: Cast) -> None:
    assert api.wallet(user=cast.di) == api.Wallet("0.00", "0.00")
    cast.fund(cast.cy, 2000)
    cast.live(cast.ana, cast.free)
    cast.private(cast.cy)
    assert api.wallet(user=cast.cy) == api.Wallet("10.00", "10.00")


def test_reads_cost_the_same_for_more_rooms(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            api.live_rooms(site=cast.site)
        return len(asked)

    cast.live(cast.ana, cast.free)
    cost()  # what stays in the cache afterwards
    for_one = cost()
    cast.live(cast.bo, cast.group)
    assert cost() == for_one


# --- the admin's first page
def test_the_admin_says_where_a_rule_is_set_that_no_app_has(cast: Cast, client: Client) -> None:
    client.force_login(get_user_model().objects.create_superuser("root", password="root"))
    home = reverse("wagtailadmin_home")
    assert "any more: choose another" not in client.get(home).content.decode()
    PricingSettings.objects.update(rule="gone.rule")
    cast.group.rule = "gone.other"
    cast.group.save()
    text = client.get(home).content.decode()
    assert "gone.rule" in text
    assert f"choose another for “{cast.group.name}”" in text
