"""A paid group show: the price at every door, a meter per person and not per tab, an end when the funds are used."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ppv_plugin.metering.rules import affordable_ms, tariff_from

from . import books
from .people import ROOMS, Client, Performer

pytestmark = pytest.mark.money
GRACE_SECONDS = 3
PRICE = 1_20  # per minute; the least that lets anybody in, so it lasts for 63 s


def test_a_paid_room_puts_out_who_runs_out_and_keeps_the_other_on_one_meter(
    bo: Performer, cy: Client, di: Client, visitor: Client
) -> None:
    books.set_prices(minutes_to_start=1)
    books.set_mode("group-paid", grace_seconds=GRACE_SECONDS, group_cpm=PRICE)
    books.leave_with("di", PRICE)
    bo.goes_live("Group paid")

    visitor.opens("/live/")
    tile = visitor.page.get_by_role("article").filter(has_text=ROOMS["bo"])
    expect(tile).to_contain_text("Live, paid")
    expect(tile).to_contain_text(re.compile(r"1\.20.tokens\s*/min"))
    visitor.enters_room_of("bo")
    visitor.finds(visitor.page.get_by_role("link", name="Sign in to enter"))

    for person in (di, cy):
        person.enters_room_of("bo")
        person.finds(person.heading("This show is paid by the minute"))
        expect(person.page.get_by_role("main")).to_contain_text(re.compile(r"1\.20 tokens\s+per minute"))
        expect(person.page.get_by_role("main")).to_contain_text(f"{GRACE_SECONDS} seconds")
    assert books.sessions() == []
    for person in (di, cy):
        person.enters_paid_show()
        person.sees_and_hears()
    di.finds(di.page.get_by_text("Then it ends by itself"))

    first_tab = cy.page
    second_tab = cy.opens_tab("/live/bo/")
    cy.finds(cy.heading("This runs in another tab"))
    assert len(books.sessions(facts__client="cy")) == 1
    cy.presses("Bring it here")
    cy.sees_and_hears()
    expect(first_tab.get_by_role("heading", name="This runs in another tab")).to_be_visible()
    assert len(books.sessions(facts__client="cy")) == 1
    second_tab.close()
    cy.page = first_tab
    cy.presses("Bring it here")
    cy.sees_and_hears()

    di.waits_for_meter(30)
    di.finds(di.heading("Thank you. It has ended."), within_ms=60_000)
    expect(di.page.get_by_role("main")).to_contain_text("1.20 tokens")
    cy.sees_and_hears()
    goes_on_from = cy.meter_seconds()

    dis = books.settle_in_order(books.only_session(facts__client="di").id)
    tariff = tariff_from(books.only_session(facts__client="di").tariff)
    assert (dis.reason, dis.total) == ("funds", PRICE)
    assert dis.used_ms == affordable_ms(tariff, PRICE)
    assert (books.balance("di").balance, books.balance("di").held) == (0, 0)
    seen = di.opens_receipt()
    assert (seen.used_ms, seen.total) == (dis.used_ms, PRICE)

    cy.waits_for_meter(goes_on_from + 2)
    cy.presses("Leave, stop paying")
    cy.finds(cy.heading("Thank you. It has ended."))
    cys = books.settle_in_order(books.only_session(facts__client="cy").id)
    assert cys.reason == "client"
    assert cys.used_ms >= (goes_on_from + 1) * 1000
    assert cys.total > 0
    assert books.balance("cy").available == 100_00 - cys.total
    parts = [share for receipt in (dis, cys) for share in receipt.shares]
    assert books.earned("bo") == sum(share.amount for share in parts if share.kind == "performer")
    assert books.house() == sum(share.amount for share in parts if share.kind == "house")
