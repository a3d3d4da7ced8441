"""A client sets limits on a page, sees the end beforehand in the room, and is stopped by its own word and told so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from . import books
from .people import Client, Performer
from .test_accessibility import Inspector, inspector
from .witness import Witness

__all__ = ["inspector"]
pytestmark = pytest.mark.money
PRICE = 1_20  # per minute, so a hundredth is half a second


def limits_heading(cy: Client) -> None:
    cy.finds(cy.page.get_by_role("heading", name="Your own limits", level=1))


def test_a_day_limit_ends_a_private_show_where_the_room_said(
    ana: Performer, cy: Client, inspector: Inspector, witness: Witness
) -> None:
    books.set_prices(minutes_to_start=1, private_cpm=PRICE, grace_seconds=3, performer_pricing=False)
    cy.opens("/wallet/")
    cy.page.get_by_role("link", name="Set limits, take a break").click()
    limits_heading(cy)
    cy.page.get_by_label("Each day").fill("a lot")
    cy.page.get_by_label("Each week").fill("30")
    with witness.expecting(r"400.*/limits/"):
        cy.presses("Save the limits")
        expect(cy.page.get_by_label("Each day")).to_have_value("a lot")
    expect(cy.page.get_by_role("alert")).to_have_text("Enter a number.")
    inspector.looks_at(cy.page, "limits, bad amount", cy.page.get_by_role("alert"))
    cy.page.get_by_label("Each day").fill("0.10")
    cy.presses("Save the limits")
    cy.finds(cy.page.get_by_role("status").get_by_text("Saved."))
    inspector.looks_at(cy.page, "limits", cy.heading("Take a break"))

    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.sees_and_hears()
    cy.show_button.click()
    dialog = cy.ask_dialog
    expect(dialog).to_contain_text("Your own limits leave 0.10 tokens: it ends by itself when the meter shows 0:08.")
    inspector.looks_at(cy.page, "private request dialog with a limit", dialog)
    dialog.get_by_role("button", name="Not now").click()
    cy.asks_for_private()
    ana.accepts("cy")
    expect(cy.page.locator("[data-part=cutoff]")).to_have_text("0:08")
    cy.finds(cy.heading("Thank you. It has ended."), within_ms=30_000)
    expect(cy.page.get_by_role("main")).to_contain_text("own spending limit was reached")

    receipt = books.settle_in_order(books.only_session(facts__client="cy").id)
    assert (receipt.reason, receipt.total, receipt.used_ms) == ("limit", 10, 8_000)
    seen = cy.opens_receipt()
    assert (seen.used_ms, seen.total) == (8_000, 10)
    expect(cy.page.get_by_role("main")).to_contain_text("own spending limit was reached")

    cy.opens_room_of("ana")
    cy.sees_and_hears()
    cy.show_button.click()
    expect(cy.ask_dialog).to_contain_text("Your own limit is reached: this cannot begin now.")
    cy.ask_dialog.get_by_role("checkbox", name=re.compile("I agree to be charged")).check()
    cy.ask_dialog.get_by_role("button", name=re.compile("^Ask for")).click()
    expect(cy.ask_dialog.get_by_role("alert")).to_contain_text("Your own limit, 0.10 a day, leaves 0.00 to spend.")
    expect(cy.ask_dialog).to_contain_text("0 seconds (what your last visits left of them)")
    inspector.looks_at(cy.page, "private request refused by a limit", cy.ask_dialog)


def test_a_higher_limit_waits_and_a_break_stops_everything(bo: Performer, cy: Client, inspector: Inspector) -> None:
    cy.opens("/ppv/wallet/limits/")
    for amount in ("20", "50"):
        cy.page.get_by_label("Each day").fill(amount)
        cy.presses("Save the limits")
        cy.finds(cy.page.get_by_role("status").get_by_text("Saved."))
    expect(cy.page.get_by_role("main")).to_contain_text("at most 20.00 tokens")
    expect(cy.page.get_by_role("main")).to_contain_text(re.compile(r"From .+: at most 50\.00\s+tokens\."))
    inspector.looks_at(cy.page, "limits, a change pending", cy.button(re.compile("^Keep the limit as it is")))
    cy.presses(re.compile("^Keep the limit as it is"))
    cy.finds(cy.page.get_by_role("status").get_by_text("The limit stays as it is."))

    bo.goes_live("Group paid")
    cy.opens_room_of("bo")
    cy.enters_paid_show()
    cy.sees_and_hears()
    room = cy.page
    cy.opens_tab("/ppv/wallet/limits/")
    last_day = timezone.localdate(timezone=timezone.get_default_timezone()) + timedelta(days=7)
    cy.page.get_by_label("Last day without spending").fill(last_day.isoformat())
    cy.page.get_by_label("I know that I cannot end this break earlier.").check()
    cy.presses("Begin the break")
    cy.finds(cy.page.get_by_text(re.compile("^You take a break until")))
    inspector.looks_at(cy.page, "limits, a break", cy.page.get_by_role("status"))
    cy.opens("/wallet/")
    inspector.looks_at(cy.page, "wallet, a break", cy.page.get_by_text(re.compile("^You take a break until")))
    cy.page = room
    cy.finds(cy.heading("Thank you. It has ended."))
    cy.presses(re.compile("^Back to the"))
    cy.presses(re.compile("^Enter for"))
    cy.finds(cy.page.get_by_text(re.compile("^You take a break: you have stopped your own spending until")))
    assert books.only_session(facts__client="cy").end_reason == "limit"
