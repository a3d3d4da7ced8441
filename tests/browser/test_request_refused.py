"""A request that does not become a show: declined, not answered, declined by itself, not offered. It costs nothing."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from ppv_plugin.models import PrivateRequest

from . import books
from .people import Client, Performer


def test_requests_are_declined_expire_and_can_be_turned_off(ana: Performer, cy: Client) -> None:
    books.set_prices(request_seconds=15)
    ana.goes_live("Free")
    cy.opens_room_of("ana")

    cy.asks_for_private(camera=False)
    assert books.balance("cy").held == 10_00
    ana.declines("cy")
    cy.finds(cy.page.get_by_text("Ana cannot take a private show right now."))
    untouched("rejected")
    cy.presses("All right")

    cy.asks_for_private(camera=False)
    cy.presses("Take the request back")
    cy.finds(cy.page.get_by_text("You took your request back."))
    expect(ana.request_of("cy")).to_have_count(0)
    untouched("cancelled")
    cy.presses("All right")

    cy.asks_for_private(camera=False)
    expect(ana.request_of("cy")).to_be_visible()
    cy.finds(cy.page.get_by_text("Ana did not answer in time."), within_ms=25_000)
    expect(ana.request_of("cy")).to_have_count(0)
    untouched("expired")
    cy.presses("All right")

    ana.answers_requests("Decline all")
    cy.finds(cy.page.get_by_text("Ana takes no private requests right now."))
    expect(cy.show_button).to_be_hidden()
    ana.answers_requests("Hide button")
    expect(cy.page.get_by_text("Ana takes no private requests right now.")).to_be_hidden()
    expect(cy.show_button).to_be_hidden()
    ana.answers_requests("Open")
    expect(cy.show_button).to_be_visible()
    cy.sees_and_hears()


def test_who_cannot_pay_for_the_start_is_told_what_it_takes(ana: Performer, di: Client) -> None:
    books.leave_with("di", 99)  # a private show by text takes 1.00, by video 10.00
    ana.goes_live("Free")
    di.opens_room_of("ana")
    di.finds(di.page.get_by_text(re.compile(r"is from 0\.20 / min and needs a balance of 1\.00 tokens")))
    expect(di.show_button).to_be_hidden()
    room = di.page
    with di.context.expect_page() as opened:  # the room stays open beside it
        room.get_by_role("link", name=re.compile("^Top up")).first.click()
    di.page = opened.value
    di.page.get_by_label("Another amount").fill("1.00")
    di.presses("Add this amount")
    di.finds(di.page.get_by_text("Done: it is in your wallet."))
    assert books.balance("di").balance == 1_99
    di.page = room
    di.show_button.click()
    expect(di.ask_dialog).to_contain_text("You need 10.00 tokens.")
    expect(di.ask_dialog.get_by_role("radio", name=re.compile("^Video"))).to_be_disabled()
    expect(di.ask_dialog.get_by_role("radio", name=re.compile("^Audio"))).to_be_checked()


def untouched(state: str) -> None:
    """The last request ended so, and the wallet is whole again."""
    last = PrivateRequest.objects.latest("created_at")
    assert last.state == state
    assert (books.balance("cy").balance, books.balance("cy").held) == (100_00, 0)
    assert books.sessions() == []
