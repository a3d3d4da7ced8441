"""Private shows with audio only and with text only, in two browsers: no camera on either side, exact at their price."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from . import books
from .people import END_PRIVATE, Client, Performer

pytestmark = pytest.mark.money
GRACE_SECONDS = 10
SENT_KINDS = """() => [...document.querySelectorAll("video")].flatMap(
  (video) => video.srcObject ? video.srcObject.getVideoTracks().filter((track) => track.readyState === "live") : []
).length"""


def asks_for(client: Client, kind: str, price: str) -> None:
    client.show_button.click()
    dialog = client.ask_dialog
    dialog.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    expect(dialog.get_by_role("checkbox", name=re.compile("I agree to be charged"))).not_to_be_checked()
    dialog.get_by_role("checkbox", name=re.compile(rf"I agree to be charged {price}")).check()
    dialog.get_by_role("button", name=f"Ask for {price} / min").click()
    client.finds(client.heading(re.compile("^Waiting for")))


@pytest.mark.parametrize(("kind", "price"), [("Audio only", "0.30"), ("Text only", "0.20")])
def test_a_private_show_without_pictures(ana: Performer, cy: Client, kind: str, price: str) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    asks_for(cy, kind, price)
    expect(ana.request_of("cy")).to_contain_text(kind)
    ana.accepts("cy")
    cy.waits_for_meter(GRACE_SECONDS + 14, within_ms=60_000)
    for person in (ana, cy):
        expect(person.page.locator(".ppv-calm")).to_be_visible()
        assert person.page.evaluate(SENT_KINDS) == 0
    cy.says("Only you read this.")
    ana.reads("Only you read this.")
    cy.ends_private()
    ana.finds(ana.button("End the show"))
    receipt = books.settle_in_order(books.only_session().id)
    cpm = int(price.replace(".", ""))
    assert receipt.facts["media"] == kind.split()[0].lower()
    assert receipt.used_ms >= (GRACE_SECONDS + 4) * 1000  # sound is reported on every few seconds
    assert receipt.total == ((receipt.used_ms - GRACE_SECONDS * 1000) * cpm + 30_000) // 60_000
    seen = cy.opens_receipt()
    assert (seen.used_ms, seen.total) == (receipt.used_ms, receipt.total)
    expect(cy.page.get_by_text(f"Private · {kind}")).to_be_visible()


def test_a_balance_for_text_alone_is_enough_to_ask_and_every_price_is_named(ana: Performer, cy: Client) -> None:
    books.leave_with("cy", 100)  # five minutes of text
    cy.opens("/live/")
    tile = cy.page.get_by_role("article").filter(has_text="Spanish with Ana")
    expect(tile).to_contain_text("0.20")
    ana.goes_live("Free")
    expect(tile).to_contain_text(re.compile(r"Private:\s+from\s+0\.20"))
    cy.opens_room_of("ana")
    expect(cy.button("Private show – from 0.20 / min")).to_be_enabled()
    costs = cy.page.get_by_role("region", name="What it costs")
    for kind, price in (("Video", "2.00"), ("Audio only", "0.30"), ("Text only", "0.20")):
        expect(costs).to_contain_text(re.compile(rf"{kind}\s+{re.escape(price)} tokens\s+per minute"))
    cy.show_button.click()
    for kind in ("Video", "Audio only"):
        expect(cy.ask_dialog.get_by_role("radio", name=re.compile(f"^{kind}"))).to_be_disabled()
    expect(cy.ask_dialog.get_by_role("radio", name=re.compile("^Text only"))).to_be_checked()
    cy.ask_dialog.get_by_role("button", name="Not now").click()
    ana.page.get_by_role("checkbox", name="Audio only").uncheck()
    ana.page.get_by_role("checkbox", name="Text only").uncheck()
    told = "A private show is 2.00 / min and needs a balance of 10.00 tokens."
    expect(cy.page.get_by_role("region", name="Price and payment")).to_contain_text(told, use_inner_text=True)


def test_a_show_by_text_needs_no_devices(ana: Performer, cy: Client) -> None:
    ana.opens("/studio/")
    ana.page.get_by_role("radio", name=re.compile("^Text only")).check()
    expect(ana.button("Go live")).to_be_enabled()
    ana.presses("Go live")
    ana.finds(ana.button("End the show"))
    cy.opens_room_of("ana")
    cy.finds(cy.page.get_by_text("Text only: all of it is in the chat."))
    cy.says("Good evening!")
    ana.reads("Good evening!")
    expect(ana.button(END_PRIVATE)).to_be_hidden()
