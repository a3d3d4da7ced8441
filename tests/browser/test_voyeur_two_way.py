"""Inside in another way: unseen by everybody, at a price of its own; with a camera that the performer alone sees."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from ppv_plugin.models import Visit

from . import books
from .people import Client, Performer
from .pictures import shows_moving_picture

pytestmark = pytest.mark.money
GRACE_SECONDS = 3
TERMS = {
    "group_cpm": 1_50,
    "grace_seconds": GRACE_SECONDS,
    "voyeur_enabled": True,
    "voyeur_cpm": 1_75,
    "two_way_slots": 1,
    "two_way_cpm": 2_00,
    "snapshots_enabled": False,  # a new picture is a message to everybody, at its own pace
}


def agrees(person: Client, dialog: Locator, button: str) -> None:
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name=button).click()
    person.finds(person.button("Leave, stop paying"))


def watching(person: Performer | Client) -> Locator:
    return person.page.locator("[data-text=viewers]:visible").first


def test_somebody_watches_unseen_pays_the_price_of_that_and_leaves_no_trace(
    bo: Performer, cy: Client, di: Client
) -> None:
    books.set_prices(minutes_to_start=1)
    books.set_mode("group-paid", **TERMS)
    bo.goes_live("Group paid")
    di.opens_room_of("bo")
    di.enters_paid_show()
    expect(watching(bo)).to_have_text("1")
    bo_hears, di_hears = hears(bo), hears(di)

    cy.opens_room_of("bo")
    expect(watching(bo)).to_have_text("2")  # somebody looks at the page
    cy.presses("Watch unseen – 1.75 / min")
    dialog = cy.page.get_by_role("dialog", name="Watch unseen")
    expect(dialog).to_contain_text(re.compile(r"1\.75 tokens\s+per minute"))
    expect(dialog).to_contain_text(f"{GRACE_SECONDS} seconds")
    expect(dialog).to_contain_text("1.75 tokens (1 minutes)")
    assert books.sessions(subject="voyeur") == []
    agrees(cy, dialog, "Watch unseen for 1.75 / min")
    cy.sees_and_hears()
    expect(cy.page.get_by_label("Your message")).to_be_hidden()
    expect(watching(bo)).to_have_text("1")  # and has left, as far as anybody can tell
    expect(watching(di)).to_have_text("1")
    before = told(bo, bo_hears), told(di, di_hears)
    cy.waits_for_meter(GRACE_SECONDS + 12)
    assert (told(bo, bo_hears), told(di, di_hears)) == before
    assert "cy" not in "".join(told(bo, bo_hears) + told(di, di_hears))

    cy.presses("Leave, stop paying")
    cy.finds(cy.heading("Thank you. It has ended."))
    session = books.only_session(subject="voyeur")
    receipt = books.settle_in_order(session.id)
    assert (receipt.cpm, receipt.grace_seconds) == (1_75, GRACE_SECONDS)
    assert receipt.total > 0
    assert books.earned("bo") == sum(  # what Di paid so far, nothing of Cy
        share.amount
        for row in books.sessions(subject="group")
        for share in books.metering.receipt(session_id=row.id).shares
        if share.kind == "performer"
    )
    seen = cy.opens_receipt()
    assert (seen.total, seen.used_ms) == (receipt.total, receipt.used_ms)
    expect(cy.page.get_by_role("main")).to_contain_text("Unseen viewing")

    bo.ends_the_show()
    bo.opens("/studio/")
    row = bo.page.get_by_role("row").filter(has_text="Unseen viewing ·")
    expect(row).to_contain_text("Unseen")
    row.get_by_role("link", name=re.compile("^Receipt")).click()
    assert bo.reads_receipt().total == receipt.total
    expect(bo.page.get_by_role("main")).not_to_contain_text(re.compile(r"\bcy\b", re.IGNORECASE))


def hears(person: Performer | Client) -> str:
    """From now on every message that its socket brings is kept, the meter's own apart."""
    person.page.evaluate(
        """() => {
          window.heard = [];
          const element = document.querySelector("ppv-room, ppv-console");
          const take = element.session.store.take.bind(element.session.store);
          element.session.store.take = (message) => {
            if (!["meter", "pong", "wallet.state"].includes(message.t)) window.heard.push(JSON.stringify(message));
            take(message);
          };
        }"""
    )
    return "window.heard"


def told(person: Performer | Client, where: str) -> list[str]:
    found: list[str] = person.page.evaluate(f"() => {where}")
    return found


def test_one_camera_reaches_the_performer_alone_and_its_place_is_free_again(
    bo: Performer, cy: Client, di: Client
) -> None:
    books.set_prices(minutes_to_start=1)
    books.set_mode("group-paid", **TERMS)
    bo.goes_live("Group paid")
    for person in (cy, di):
        person.opens_room_of("bo")
        person.enters_paid_show()
        person.sees_and_hears()

    cy.presses("Send your camera – 2.00 / min")
    dialog = cy.page.get_by_role("dialog", name="Send your camera to Bo")
    expect(dialog).to_contain_text(re.compile(r"2\.00 tokens\s+per minute"))
    expect(dialog).to_contain_text("Bo alone sees it")
    agrees(cy, dialog, "Send it for 2.00 / min")
    cy.sees_and_hears()
    shows_moving_picture(cy.page.get_by_label("How you look").first, frames=2)
    card = bo.page.get_by_role("article").filter(has_text="cy")
    bo.finds(card)
    shows_moving_picture(card.locator("video"))
    expect(di.page.get_by_text("All places for cameras are taken (1).")).to_be_visible()
    assert di.page.locator("video:visible").count() == 1
    cy.waits_for_meter(GRACE_SECONDS + 5)

    card.get_by_role("button", name="Close").click()
    cy.finds(cy.heading("Thank you. It has ended."))
    expect(card).to_be_hidden()
    expect(di.button("Send your camera – 2.00 / min")).to_be_visible()
    receipt = books.settle_in_order(books.only_session(subject="two_way").id)
    assert (receipt.cpm, receipt.reason) == (2_00, "performer")
    assert receipt.total > 0

    di.presses("Send your camera – 2.00 / min")
    agrees(di, di.page.get_by_role("dialog", name="Send your camera to Bo"), "Send it for 2.00 / min")
    di_card = bo.page.get_by_role("article").filter(has_text="di")
    bo.finds(di_card)
    shows_moving_picture(di_card.locator("video"))
    di.page.close()
    visit = Visit.objects.get(client__user__username="di", manner="two_way")
    books.wait_for(lambda: Visit.objects.get(pk=visit.pk).state == "ended", bo.page, seconds=90)
    expect(di_card).to_be_hidden()
