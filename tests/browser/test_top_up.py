"""A top-up in another tab while a private show runs: the end that was shown moves, and the call goes on past it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ppv_plugin.metering.rules import affordable_ms, tariff_from
from ppv_plugin.models import Room

from . import books
from .people import Client, Performer

pytestmark = pytest.mark.money
PRICE = 6_00  # per minute; with 3 s of grace 3.00 last for 33 s
FUNDS = 3_00
TOP_UP = 1_00  # ten seconds more


def test_a_call_goes_on_past_the_end_that_was_shown_and_spends_to_zero(ana: Performer, cy: Client) -> None:
    books.set_prices(minutes_to_start=0, grace_seconds=3, cpm_max=PRICE)
    Room.objects.filter(slug="ana").update(private_cpm=PRICE)
    books.leave_with("cy", FUNDS)
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private(camera=False)
    ana.accepts("cy")
    cy.sees_and_hears()
    cutoff = cy.page.locator("ppv-meter [data-part=cutoff]")
    expect(cutoff).to_have_text("0:33")
    room = cy.page
    with cy.context.expect_page() as opened:
        room.get_by_role("link", name=re.compile("^Top up")).first.click()
    cy.page = opened.value
    cy.page.get_by_label("Another amount").fill("1.00")
    cy.presses("Add this amount")
    cy.finds(cy.page.get_by_text("Done: it is in your wallet."))
    cy.page.close()
    cy.page = room
    expect(cutoff).to_have_text("0:43")
    cy.waits_for_meter(35)
    cy.sees_and_hears()
    cy.finds(cy.heading("Thank you. It has ended."), within_ms=40_000)

    session = books.only_session()
    receipt = books.settle_in_order(session.id)
    assert (receipt.reason, receipt.total) == ("funds", FUNDS + TOP_UP)
    assert receipt.used_ms == affordable_ms(tariff_from(session.tariff), FUNDS + TOP_UP) == 43_000
    assert (books.balance("cy").balance, books.balance("cy").held) == (0, 0)
    seen = cy.opens_receipt()
    assert (seen.used_ms, seen.total) == (43_000, FUNDS + TOP_UP)
    assert "the funds ran out" in seen.timeline[-1]
