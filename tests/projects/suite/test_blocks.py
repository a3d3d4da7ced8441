"""Blocks of ours on pages of the site's own."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from photographs import browser
from wagtail.fields import StreamField

from ppv_plugin.blocks import ppv_blocks
from ppv_plugin.testing.cast import Cast

CHOSEN = [
    {"type": "live_now", "value": {"heading": "On air", "number": 4}},
    {"type": "price_table", "value": {"heading": "Prices"}},
    {"type": "wallet_button", "value": {}},
]


def test_every_block_is_drawn_on_this_site(cast: Cast) -> None:
    request = RequestFactory().get("/", HTTP_HOST=cast.site.hostname)
    request.user = AnonymousUser()
    for name, block in ppv_blocks():
        value: Any = block.to_python(block.get_prep_value(block.get_preview_value()))
        shown = block.render(value, context={"request": request})
        assert "data-ppv-part" in shown or name == "call_to_action", name  # its page is not on every site


def test_a_page_type_of_the_sites_own_shows_them(cast: Cast) -> None:
    """Which sites have one, their models say: `kinds-of-sites.md` gives it to the one with a base page of its own."""
    own = [
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, StreamField) and "live_now" in field.stream_block.child_blocks
    ]
    for model in own:
        home = cast.site.root_page.specific
        page = home.add_child(instance=model(title="Welcome", slug="welcome", body=CHOSEN))
        answer = browser(cast.site).get(page.get_url())
        text = answer.content.decode()
        page.delete()  # what the site was is looked at afterwards
        assert answer.status_code == 200
        assert 'data-ppv-part="live-now"' in text
        assert text.count("css/tokens") == 1
    assert bool(own) == apps.is_installed("cams")
