"""The purpose of it all: a private show in two real browsers, by the minute, with the same receipt on both sides."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ppv_plugin.ledger.rules import split_by_bp

from . import books
from .people import END_PRIVATE, Client, Performer

pytestmark = pytest.mark.money
PAID_SECONDS = 26
GRACE_SECONDS = 10


def test_a_private_show_is_seen_heard_metered_and_receipted_alike(ana: Performer, cy: Client, visitor: Client) -> None:
    ana.goes_live("Free")
    cy.enters_room_of("ana")
    visitor.enters_room_of("ana")
    cy.sees_and_hears()
    visitor.sees_and_hears()

    cy.says("Good evening!")
    ana.reads("Good evening!")
    ana.says("Welcome, Cy.")
    cy.reads("Welcome, Cy.")
    visitor.reads("Welcome, Cy.")

    expect(cy.show_button).to_have_text("Private show – from 0.20 / min")
    cy.show_button.click()
    expect(cy.ask_dialog).to_contain_text(re.compile(r"2\.00 tokens\s+per minute"))
    expect(cy.ask_dialog).to_contain_text(f"{GRACE_SECONDS} seconds")
    expect(cy.ask_dialog).to_contain_text(re.compile(r"at least\s+10\.00 tokens"))
    cy.ask_dialog.get_by_role("button", name="Not now").click()
    cy.asks_for_private()
    assert books.balance("cy").held == 10_00

    ana.accepts("cy")
    cy.finds(cy.button(END_PRIVATE))
    cy.sees_and_hears()
    ana.sees_and_hears()
    visitor.finds(visitor.heading("Ana is in private"))

    cy.says("Only you read this.")
    ana.reads("Only you read this.")
    expect(visitor.page.get_by_role("log")).not_to_contain_text("Only you read this.")

    cy.waits_for_meter(GRACE_SECONDS + 5)
    early = (cy.meter_amount(), ana.meter_amount())
    cy.waits_for_meter(GRACE_SECONDS + PAID_SECONDS)
    assert cy.meter_amount() > early[0] > 0
    assert ana.meter_amount() > early[1] > 0

    cy.ends_private()
    ana.finds(ana.button("End the show"))
    visitor.sees_and_hears()

    session = books.only_session()
    receipt = books.settle_in_order(session.id)
    assert receipt.reason == "client"
    assert receipt.used_ms >= (GRACE_SECONDS + PAID_SECONDS - 1) * 1000
    assert receipt.total > 0
    for_ana, for_house = split_by_bp(receipt.total, 8000)
    assert (books.earned("ana"), books.house()) == (for_ana, for_house)
    assert books.balance("cy").balance == 100_00 - receipt.total
    assert books.balance("cy").held == 0

    seen_by_ana = ana.opens_receipt()
    seen_by_cy = cy.opens_receipt()
    assert (seen_by_cy.used_ms, seen_by_cy.total) == (receipt.used_ms, receipt.total)
    assert (seen_by_ana.used_ms, seen_by_ana.total) == (receipt.used_ms, receipt.total)
    assert seen_by_ana.timeline == seen_by_cy.timeline != []
    assert (seen_by_ana.own_part, seen_by_cy.own_part) == (for_ana, None)


def test_after_it_both_are_back_in_the_public_show(ana: Performer, cy: Client) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private(camera=False)
    ana.accepts("cy")
    cy.sees_and_hears()
    cy.waits_for_meter(2)
    ana.presses(END_PRIVATE)
    ana.finds(ana.button("End the show"))
    cy.finds(cy.heading("Thank you. It has ended."))
    cy.presses("Back to the room")
    cy.sees_and_hears()
    cy.says("That was short.")
    ana.reads("That was short.")

    receipt = books.settle_in_order(books.only_session().id)
    assert (receipt.reason, receipt.total, receipt.within_grace) == ("performer", 0, True)
    assert books.balance("cy").available == 100_00


def test_a_request_that_is_answered_free_costs_nothing_and_says_so(ana: Performer, cy: Client) -> None:
    before = (books.balance("cy"), books.earned("ana"), books.house())
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private()
    assert books.balance("cy").held == 10_00
    ana.answers_free("cy")
    for person in (cy, ana):
        person.waits_for_meter(GRACE_SECONDS + 4)
        expect(person.page.locator("ppv-meter")).to_contain_text("Free: nothing is charged.", use_inner_text=True)
        expect(person.page.locator("ppv-meter")).not_to_contain_text("per minute", use_inner_text=True)
        assert person.meter_amount() == 0
    assert books.balance("cy") == before[0]  # nothing is held either
    cy.ends_private()
    ana.finds(ana.button("End the show"))

    receipt = books.settle_in_order(books.only_session().id)
    assert (receipt.total, receipt.cpm) == (0, 0)
    assert receipt.used_ms >= (GRACE_SECONDS + 3) * 1000
    assert (books.balance("cy"), books.earned("ana"), books.house()) == before
    seen = cy.opens_receipt()
    assert (seen.used_ms, seen.total) == (receipt.used_ms, 0)
    expect(cy.page.get_by_text("It was free, so nothing was charged.")).to_be_visible()
    cy.opens("/wallet/")
    receipts = cy.page.get_by_role("link", name=re.compile("^Receipt"))
    expect(cy.page.get_by_role("row").filter(has=receipts).first).to_contain_text("0.00 tokens")
