"""Without a mouse: a client comes from the listing into a room and asks for a private show."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from .people import ROOMS, Client, Performer

MOST_TABS = 60
HAS_RING = """(element) => {
  const ringed = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return [element, element.closest("article")].some((shown) => shown && ringed(getComputedStyle(shown)));
}"""


def test_a_private_show_can_be_asked_for_with_the_keyboard_alone(ana: Performer, cy: Client) -> None:
    ana.goes_live("Free")
    cy.opens("/live/")
    press(cy, cy.page.get_by_role("link", name=ROOMS["ana"]), "Enter")
    expect(cy.page.get_by_role("heading", name=ROOMS["ana"], level=1)).to_be_visible()
    cy.sees_and_hears()

    tab_to(cy, cy.page.get_by_label("Your message"))
    cy.page.keyboard.type("By keyboard!")
    cy.page.keyboard.press("Enter")
    ana.reads("By keyboard!")

    press(cy, cy.show_button, "Enter")
    dialog = cy.ask_dialog
    cy.finds(dialog)
    cy.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cy.show_button).to_be_focused()
    press(cy, cy.show_button, "Enter")
    press(cy, dialog.get_by_role("checkbox", name=re.compile("I agree to be charged")), "Space")
    press(cy, dialog.get_by_role("button", name=re.compile("^Ask for")), "Enter")
    cy.finds(cy.heading(re.compile("^Waiting for")))
    expect(cy.button("Take the request back")).to_be_focused()

    press(ana, ana.request_of("cy").get_by_role("button", name=re.compile("^Accept")), "Enter")
    cy.sees_and_hears()
    press(cy, cy.button("End the private show"), "Enter")
    cy.finds(cy.heading("Thank you. It has ended."))
    expect(cy.button("Back to the room")).to_be_focused()


def tab_to(person: Client | Performer, wanted: Locator) -> None:
    """Only the Tab key, and the focus is seen on arrival."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if wanted.evaluate("(element) => element === document.activeElement"):
            assert wanted.evaluate(HAS_RING), "the focus cannot be seen"
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not lead there")


def press(person: Client | Performer, wanted: Locator, key: str) -> None:
    tab_to(person, wanted)
    person.page.keyboard.press(key)
