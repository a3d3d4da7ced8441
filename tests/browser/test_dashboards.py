"""What earning and spending look like afterwards, and meanwhile: the live cost in the wallet, books beside a show."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from . import books
from .people import Client, Performer
from .test_accessibility import Inspector


def test_both_sides_follow_a_private_show_and_find_it_in_their_figures(ana: Performer, cy: Client) -> None:
    inspector = Inspector()
    ana.goes_live("Free")
    cy.enters_room_of("ana")
    cy.asks_for_private()
    ana.accepts("cy")
    cy.sees_and_hears()
    cy.waits_for_meter(14)
    room = cy.page

    cy.opens_tab("/wallet/")
    running = cy.page.get_by_role("region", name="Spanish with Ana")
    cost = running.locator("[data-part=cost]")
    before = cost.inner_text()
    expect(cost).not_to_have_text(before)
    expect(running.get_by_role("link", name=re.compile("^Go there"))).to_have_attribute("href", "/live/ana/")
    inspector.looks_at(cy.page, "wallet, while it runs", running)
    wallet, cy.page = cy.page, room

    console = ana.page
    with ana.context.expect_page() as opened:
        console.get_by_role("link", name="Earnings and calls").click()
    expect(opened.value.get_by_role("heading", name="Time online")).to_be_visible()
    opened.value.close()
    expect(ana.button("End the private show")).to_be_visible()  # looking something up ends nothing

    cy.ends_private()
    cy.page = wallet
    wallet.bring_to_front()
    expect(running).to_contain_text("It has ended")
    session = books.only_session()
    receipt = books.settle_in_order(session.id)
    running.get_by_role("link", name="Receipt").click()
    assert cy.reads_receipt().total == receipt.total

    cy.opens("/wallet/")
    expect(cy.page.locator("[data-part=spent]")).to_contain_text(f"{receipt.total / 100:.2f}")
    for fold in cy.page.locator("details").all():
        fold.evaluate("(fold) => { fold.open = true; }")
    expect(cy.page.get_by_role("link", name=re.compile("^Give stars"))).to_have_count(1)
    inspector.looks_at(cy.page, "wallet with figures", cy.heading("What you spent"))
    cy.page.get_by_label("What", exact=True).select_option(label="Private")
    cy.page.get_by_label("When", exact=True).select_option(label="7 days")
    cy.presses("Show")
    expect(cy.page.locator("#history tbody tr")).to_have_count(1)

    ana.page = console
    ana.ends_the_show()
    ana.opens("/studio/?view=books")
    expect(ana.page.locator("[data-part=earned]")).to_contain_text(f"{books.earned('ana') / 100:.2f}")
    for fold in ana.page.locator("details").all():
        fold.evaluate("(fold) => { fold.open = true; }")
    inspector.looks_at(ana.page, "books of a performer", ana.heading("Time online"))
    assert inspector.found == []
