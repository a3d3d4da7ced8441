"""The demo site's style page is complete: what the documentation names is on it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from ppv_plugin.testing.cast import Cast

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "how-to" / "theming.md"
ELEMENTS = ROOT / "ppv_plugin" / "templates" / "ppv_plugin" / "elements"
WORDED = {
    "end_reason",
    "kind",
    "pause_reason",
    "problem",
    "session_kind",
    "top_up",
}  # sentences of one place, not shapes

pytestmark = pytest.mark.usefixtures("ppv_pages")


def test_each_token_of_the_documentation_has_its_swatch_and_value(client: Client) -> None:
    page = client.get("/style/").content.decode()
    shown = re.findall(r"<code>(--ppv-[\w-]+)</code><br><span[^>]*>(.*?)</span>", page)
    text = DOCUMENT.read_text()
    documented = dict(re.findall(r"^### `(--ppv-[\w-]+)`\n\n.*?Default `(.*?)`\.$", text, re.MULTILINE | re.DOTALL))
    assert {name: unescape(value) for name, value in shown} == documented
    assert len(shown) == 2 * len(documented)  # light and dark
    css = client.get("/style/swatches.css").content.decode()
    assert all(f'[data-token="{name.removeprefix("--ppv-")}"]' in css for name in documented)


def test_each_element_is_on_it(client: Client) -> None:
    page = client.get("/style/").content.decode()
    for name in {path.stem for path in ELEMENTS.glob("*.html")} - WORDED:
        assert f"ppv-{name}" in page or f'data-when="{name}=' in page, name


def test_it_is_shown_from_right_to_left_on_demand_and_linked_from_every_page(client: Client) -> None:
    assert 'dir="rtl"' in client.get("/style/?dir=rtl").content.decode()
    assert 'href="/style/"' in client.get("/live/").content.decode()


def test_nothing_on_it_is_styled_inline(client: Client) -> None:
    assert "style=" not in client.get("/style/").content.decode()


def test_the_front_page_of_the_demo_has_the_blocks(ppv_pages: Cast, client: Client) -> None:
    from wagtail.models import Site

    from demo_site import cast
    from demo_site.models import HomePage

    site = Site.objects.get()
    home = site.root_page.get_children().first().get_parent().add_child(
        instance=HomePage(title="Home", slug="front", body=cast.HOME_BODY)
    )  # fmt: skip
    page = client.get(home.get_url()).content.decode()
    for part in ("live-now", "room-grid", "price-table", "pack-table", "wallet-button", "way-in"):
        assert f'data-ppv-part="{part}"' in page
