"""Every page in every state that matters: no axe violation, light and dark, and nothing wider than a small phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from . import books
from .people import END_PRIVATE, Client, Performer

SMALL = {"width": 320, "height": 640}
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > room + 0.5)
    .map((element) => `<${element.localName} class="${element.className}">`)
    .slice(0, 8);
}"""

# A frame later than the change, and nothing is on its way from one colour to another.
SETTLED = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
  resolve(document.getAnimations().every((animation) => animation.playState !== "running")))))"""


class Inspector:
    """Looks at pages as they stand and keeps what it finds, so that one run names everything."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.found: list[str] = []
        self.seen: list[str] = []

    def looks_at(self, page: Page, name: str, ready: Locator) -> None:
        ready.wait_for(state="visible")
        self.seen.append(name)
        page.emulate_media(reduced_motion="reduce")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(SETTLED)  # axe reads colours, and those of a transition are nobody's choice
            self._axe(page, f"{name}, {scheme}")
        with small(page):
            page.wait_for_function(SETTLED)
            wide = page.evaluate(TOO_WIDE)
            if wide:
                self.found.append(f"{name}: wider than 320 px: {', '.join(wide)}")
            self._axe(page, f"{name}, small")
        page.emulate_media(color_scheme="light")

    def _axe(self, page: Page, where: str) -> None:
        for violation in self.axe.run(page).response["violations"]:
            nodes = "; ".join(str(node["target"][0]) + " " + node["failureSummary"] for node in violation["nodes"][:3])
            self.found.append(f"{where}: {violation['id']} ({violation['help']}): {nodes}")


@contextmanager
def small(page: Page) -> Iterator[None]:
    before = page.viewport_size
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    try:
        yield
    finally:
        page.set_viewport_size(before)  # type: ignore[arg-type]


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    made = Inspector()
    yield made
    assert made.found == [], "\n".join(made.found)
    assert made.seen


def test_pages_at_rest(visitor: Client, ana: Performer, cy: Client, inspector: Inspector) -> None:
    for name, path, heading in (
        ("home", "/", "Somebody you like"),
        ("login", "/login/", "Sign in"),
        ("style page", "/style/", "Style"),
        ("listing", "/live/", "Live"),
        ("room, offline, to a visitor", "/live/ana/", "Ana is offline"),
        ("wallet, to a visitor", "/wallet/", "Your wallet is behind"),
        ("dashboard, to a visitor", "/studio/", "Sign in to go live"),
    ):
        visitor.opens(path)
        inspector.looks_at(visitor.page, name, visitor.heading(re.compile(f"^{heading}")).first)
    cy.opens("/wallet/")
    inspector.looks_at(cy.page, "wallet", cy.heading("History"))
    cy.opens("/live/ana/")
    inspector.looks_at(cy.page, "room, offline", cy.heading("Ana is offline"))
    ana.opens("/studio/")
    inspector.looks_at(ana.page, "console, before going live", ana.heading("Before you go live"))


def test_the_room_and_the_console_while_they_are_live(ana: Performer, cy: Client, inspector: Inspector) -> None:
    ana.goes_live("Free")
    cy.opens("/live/")
    inspector.looks_at(cy.page, "listing, live", cy.page.get_by_text("Live", exact=True).first)
    cy.opens_room_of("ana")
    cy.sees_and_hears()
    cy.says("Good evening!")
    ana.reads("Good evening!")
    inspector.looks_at(cy.page, "room, live", cy.show_button)
    cy.show_button.click()
    inspector.looks_at(cy.page, "private request dialog", cy.ask_dialog)
    cy.ask_dialog.get_by_role("button", name="Not now").click()
    cy.asks_for_private()
    inspector.looks_at(cy.page, "room, asking", cy.heading(re.compile("^Waiting for")))
    inspector.looks_at(ana.page, "console, live with a request", ana.request_of("cy"))
    ana.accepts("cy")
    cy.sees_and_hears()
    inspector.looks_at(cy.page, "private, to the client", cy.button(END_PRIVATE))
    inspector.looks_at(ana.page, "private, to the performer", ana.button(END_PRIVATE))
    cy.ends_private()
    inspector.looks_at(cy.page, "room, ended with receipt", cy.heading("Thank you. It has ended."))
    cy.opens_receipt()
    inspector.looks_at(cy.page, "receipt", cy.page.get_by_role("heading", name="Receipt", exact=True))
    cy.opens("/wallet/")
    inspector.looks_at(cy.page, "wallet with movements", cy.heading("Statement"))
    ana.ends_the_show()
    ana.opens("/studio/")
    inspector.looks_at(ana.page, "dashboard with calls", ana.heading("Earnings"))


def test_the_paid_room(bo: Performer, cy: Client, visitor: Client, inspector: Inspector) -> None:
    books.leave_with("cy", 7_50)
    bo.goes_live("Group paid")
    visitor.opens_room_of("bo")
    inspector.looks_at(
        visitor.page, "paid room, to a visitor", visitor.page.get_by_role("link", name="Sign in to enter")
    )
    cy.opens_room_of("bo")
    inspector.looks_at(cy.page, "paid room, consent", cy.button(re.compile("^Enter for")))
    books.leave_with("cy", 7_49)
    cy.opens_room_of("bo")
    inspector.looks_at(
        cy.page,
        "paid room, not enough",
        cy.page.get_by_text(re.compile("you need 7.50 tokens to enter")).filter(visible=True),
    )
    books.leave_with("cy", 7_50)
    cy.opens_room_of("bo")
    cy.enters_paid_show()
    cy.sees_and_hears()
    inspector.looks_at(cy.page, "paid room, low funds", cy.page.get_by_text("Then it ends by itself"))
