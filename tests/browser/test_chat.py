"""The chat as people use it: mentions, emoji, a lost line, slow mode, and whoever is put out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from . import books
from .people import Client, Performer
from .test_keyboard import press

pytestmark = pytest.mark.money
LOSE_THE_LINE = 'document.querySelector("ppv-room").session.socket.ws.close(4000)'


def lines(person: Client | Performer) -> list[str]:
    return person.page.locator(".ppv-line__text").all_inner_texts()


def line(person: Client | Performer, text: str) -> Locator:
    return person.page.get_by_role("log").locator(".ppv-line").filter(has_text=text)


def opens_actions(person: Client | Performer, text: str) -> Locator:
    """By the keyboard: from the log with the arrow keys."""
    person.page.get_by_role("log").focus()
    for _step in range(20):
        person.page.keyboard.press("ArrowUp")
        if person.page.evaluate("document.activeElement.closest('.ppv-line')?.textContent ?? ''").find(text) >= 0:
            break
    person.page.keyboard.press("Enter")
    dialog = person.page.get_by_role("dialog", name=re.compile("^Message of"))
    expect(dialog).to_be_visible()
    return dialog


def test_people_talk_mention_each_other_and_lose_nothing_when_the_line_breaks(
    ana: Performer, cy: Client, di: Client
) -> None:
    ana.goes_live("Free")
    for person in (cy, di):
        person.opens_room_of("ana")
        expect(person.page.get_by_label("Your message")).to_be_visible()
    di.says("hello from di")
    cy.reads("hello from di")

    field = cy.page.get_by_label("Your message")
    field.press_sequentially("@d")
    expect(cy.page.get_by_role("option", name="di")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("@di ")
    cy.button("Emoji").click()
    cy.page.keyboard.press("ArrowRight")
    cy.page.keyboard.press("Enter")
    expect(field).to_have_value("@di 😂")
    field.press("Enter")
    expect(field).to_have_value("")
    spoken = line(di, "@di 😂")
    expect(spoken).to_have_attribute("data-to-me", "")
    expect(line(ana, "@di 😂")).not_to_have_attribute("data-to-me", "")

    before = lines(di)
    di.page.evaluate(LOSE_THE_LINE)
    for number in range(3):
        cy.says(f"while you were away {number}")
        cy.reads(f"while you were away {number}")
    di.reads("while you were away 2")
    assert lines(di) == [*before, *(f"while you were away {number}" for number in range(3))]

    di.says("שלום לכולם <b>rude</b>")
    ana.reads("<b>rude</b>")
    dialog = opens_actions(ana, "<b>rude</b>")
    press(ana, dialog.get_by_role("button", name="Delete the message"), "Enter")
    for person in (ana, cy, di):
        expect(person.page.get_by_role("log")).not_to_contain_text("rude")
        person.reads("This message was deleted.")

    ana.page.get_by_label("Slow mode").select_option("30")
    expect(cy.page.get_by_text("Slow mode: one message in 30 seconds.").first).to_be_visible()
    cy.says("too soon")
    expect(cy.page.get_by_role("alert")).to_contain_text("Slow mode is on. Please wait")
    expect(field).to_have_value("too soon")


def test_who_is_kicked_is_out_pays_to_the_last_moment_and_cannot_come_back(
    bo: Performer, cy: Client, di: Client
) -> None:
    books.set_prices(minutes_to_start=1)
    books.set_mode("group-paid", grace_seconds=0, group_cpm=6_00)
    bo.goes_live("Group paid")
    for person in (cy, di):
        person.opens_room_of("bo")
        person.enters_paid_show()
    cy.sees_and_hears()
    cy.waits_for_meter(4)
    bo.reads("cy has come in.")
    cy.says("something rude")
    bo.reads("something rude")
    dialog = opens_actions(bo, "something rude")
    dialog.get_by_role("button", name="Put out for 15 minutes").click()

    cy.finds(cy.heading(re.compile("^You cannot enter this")))
    cy.finds(cy.page.get_by_text("You were asked to leave. You can come back on").filter(visible=True).first)
    receipt = next(row for row in books.sessions() if row.facts["client"] == "cy")
    first = books.settle_in_order(receipt.id)
    assert first.reason == "performer"
    assert first.total > 0
    assert books.balance("cy").available == 100_00 - first.total
    cy.page.reload()
    cy.finds(cy.heading(re.compile("^You cannot enter this")))
    di.sees_and_hears()

    bo.opens("/studio/")
    kept_out = bo.page.get_by_role("listitem").filter(has_text="cy: Put out, until")
    expect(kept_out).to_contain_text("something rude")
    kept_out.get_by_role("button", name="Lift cy").click()
    expect(bo.page.get_by_text("Nobody. In the console")).to_be_visible()
    cy.page.reload()
    cy.finds(cy.button(re.compile("^Enter for")))
