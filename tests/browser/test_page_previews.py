"""Previews in a browser: each state is drawn, nothing connects, Wagtail's content checker and axe find nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from wagtail.admin.userbar import AccessibilityItem

from ppv_plugin.pages.addresses import page_types
from ppv_plugin.pages.previews import MODES

from .people import Client
from .test_accessibility import SETTLED, TOO_WIDE, small

MOVING = re.compile(r"/(socket|session|media|room|console|listing|wallet)\.js$")
SCREENS = {
    "room_offline": "offline",
    "room_free": "watch-free",
    "room_paid": "ask-to-enter",
    "room_private": "others-private",
    "room_ended": "ended-with-receipt",
    "live": "live",
    "requests": "live",
    "private": "in-private",
}


class Watched:
    """What a page asked for."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[str] = []
        self.modules: list[str] = []
        page.on("websocket", lambda socket: self.sockets.append(socket.url))
        page.on("request", lambda request: self.modules.append(request.url))


def preview_urls() -> Iterator[tuple[str, str]]:
    for kind, modes in MODES.items():
        page: Any = page_types(kind)[0].objects.first()  # type: ignore[attr-defined, arg-type]
        address = f"/admin/pages/{page.pk}/revisions/{page.save_revision().pk}/view/"
        for mode in modes:
            yield f"{kind} {mode.name}", f"{address}?mode={mode.name}"


@pytest.fixture
def editor(stage: Any) -> Client:
    return stage.client("admin")


def test_no_preview_connects_and_each_stands_the_checks(editor: Client) -> None:
    editor.page.goto("about:blank")  # signing in leads to the front page, which is live
    editor.page.emulate_media(reduced_motion="reduce")  # colours change at once
    watched, axe, found = Watched(editor.page), Axe(), []
    own = {"alt-text-quality", "empty-meta-description"}  # Wagtail's, for pages with pictures or a description
    checks = [name for name in AccessibilityItem.axe_run_only if name not in own]
    content_checks = {"runOnly": {"type": "rule", "values": checks}}
    for name, url in preview_urls():
        editor.opens(url)
        page = editor.page
        page.wait_for_load_state("networkidle")
        mode = name.split()[-1]
        if mode in SCREENS:
            page.wait_for_selector(f'[data-screen="{SCREENS[mode]}"]')
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.wait_for_function(SETTLED)
            found += [f"{name}, {scheme}: {one}" for one in _violations(axe, page, None)]
        found += [f"{name}, content check: {one}" for one in _violations(axe, page, content_checks)]
        with small(page):
            found += [f"{name}: wider than 320 px: {one}" for one in page.evaluate(TOO_WIDE)]
    assert found == []
    assert watched.sockets == []
    assert [url for url in watched.modules if MOVING.search(url)] == []


def _violations(axe: Axe, page: Page, options: Any) -> list[str]:
    done = axe.run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in done]
