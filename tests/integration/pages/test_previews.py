"""A page of ours in the preview beside the editor: every state, invented, and nothing happens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from ppv_plugin.pages.addresses import page_types
from ppv_plugin.pages.previews import MODES
from ppv_plugin.testing.cast import Cast

pytestmark = pytest.mark.usefixtures("ppv_pages")
EVERY = [(kind, mode.name) for kind, modes in MODES.items() for mode in modes]
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


def page_of(kind: Any) -> Any:
    return page_types(kind)[0].objects.first()  # type: ignore[attr-defined]


def preview(kind: Any, mode: str) -> str:
    response = page_of(kind).make_preview_request(preview_mode=mode)
    assert response.status_code == 200
    return response.content.decode()


def rows() -> dict[str, int]:
    models = [*apps.get_app_config("ppv_plugin").get_models(), *apps.get_app_config("ppv_plugin_pages").get_models()]
    return {model.__name__: model._base_manager.count() for model in models}


def test_each_page_type_offers_its_states() -> None:
    for kind, modes in MODES.items():
        assert [name for name, _label in page_of(kind).preview_modes] == [mode.name for mode in modes]
        assert page_of(kind).default_preview_mode == ""


@pytest.mark.parametrize(("kind", "mode"), EVERY)
def test_a_preview_connects_to_nothing_and_loads_nothing_that_could(kind: str, mode: str) -> None:
    shown = preview(kind, mode)
    assert "/ws/" not in shown
    assert re.findall(r'data-socket="([^"]+)"', shown) == []
    assert re.findall(r'data-state="([^"]+)"', shown) == []
    assert "modulepreload" not in shown


@pytest.mark.parametrize(("kind", "mode"), EVERY)
def test_a_preview_writes_nothing(kind: str, mode: str) -> None:
    before = rows()
    with CaptureQueriesContext(connection) as asked:
        preview(kind, mode)
    assert rows() == before
    assert [query["sql"] for query in asked if WRITES.match(query["sql"])] == []


@pytest.mark.parametrize(("kind", "mode"), EVERY)
def test_no_form_in_a_preview_can_be_sent(kind: str, mode: str) -> None:
    assert re.findall(r'<form[^>]*method="post"', preview(kind, mode), re.IGNORECASE) == []


def test_a_preview_shows_no_facts_of_real_people(ppv_pages: Cast) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    shown = "".join(preview(kind, mode) for kind, mode in EVERY)
    assert "Ana" not in shown
    assert "Maya" in shown


@pytest.mark.parametrize(
    ("kind", "mode", "said"),
    [
        ("listing", "", "An evening with Maya"),
        ("listing", "room_paid", "&quot;status&quot;:&quot;paid&quot;"),
        ("listing", "room_ended", "&quot;total&quot;:&quot;18.20&quot;"),
        ("dashboard", "", "Go live"),
        ("dashboard", "requests", "&quot;client_name&quot;:&quot;Robin&quot;"),
        ("wallet", "", "42.00"),
        ("wallet", "empty", "Every paid minute appears here"),
        ("wallet", "running", "Your meter is running in a private"),
        ("wallet", "signed_out", "Your wallet is behind your name"),
        ("studio", "", "2 of 20"),
        ("studio", "waiting", "Until then you cannot invite anybody"),
        ("studio", "signed_out", "Sign in to see your team"),
        ("registration", "", "Register as"),
        ("registration", "pending", "Your registration waits for approval"),
        ("registration", "approved", "here</h2>"),
    ],
)
def test_a_state_is_shown(kind: str, mode: str, said: str) -> None:
    assert said in preview(kind, mode)


def test_an_unknown_state_is_the_first_one() -> None:
    assert "An evening with Maya" in preview("listing", "no-such-state")


def test_editors_see_it_while_they_write(admin_client: Client) -> None:
    page = page_of("wallet")
    revision = page.save_revision()
    shown = admin_client.get(f"/admin/pages/{page.pk}/revisions/{revision.pk}/view/", {"mode": "running"})
    assert "Your meter is running" in shown.content.decode()


def test_the_served_page_is_as_live_as_before(ppv_pages: Cast, client: Client) -> None:
    assert Page.objects.count() > 3
    assert 'data-socket="/ws/ppv/room/' in client.get("/live/ana/").content.decode()
