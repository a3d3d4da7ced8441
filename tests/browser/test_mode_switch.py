"""Free, then paid, then free again while people watch: a question, two answers, and receipts of what was agreed to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from . import books
from .people import Client, Performer
from .pictures import received
from .test_keyboard import press, tab_to

pytestmark = pytest.mark.money
GRACE_SECONDS = 4
PRICE = 6_00  # per minute: a hundredth every tenth of a second, so that a second too many would show
OPEN_CONNECTIONS = 'window.seenConnections.filter((one) => one.connectionState !== "closed").length'


def question(person: Client) -> Locator:
    return person.page.get_by_role("dialog", name=re.compile(r"goes on at"))


def changes_mode(performer: Performer, name: str) -> None:
    performer.page.get_by_label("Mode", exact=True).select_option(label=option(performer.page, name))
    performer.presses("Change the mode")


def option(page: Page, name: str) -> str:
    return page.get_by_label("Mode", exact=True).get_by_role("option", name=re.compile(f"^{name}")).inner_text()


def clings(person: Client) -> None:
    """Its page never lets go of a connection by itself: what still comes, the server sends."""
    person.page.evaluate("() => { RTCPeerConnection.prototype.close = () => {}; }")


def gets_nothing(person: Client, *, seconds: float) -> dict[str, Any]:
    """Not one frame or sample arrives meanwhile, once what was on its way has come."""
    person.page.wait_for_timeout(1500)
    before = received(person.page)
    person.page.wait_for_timeout(seconds * 1000)
    assert received(person.page) == before
    return before


def test_free_to_paid_asks_both_and_only_the_one_who_agrees_sees_and_pays(
    bo: Performer, cy: Client, di: Client, visitor: Client
) -> None:
    books.set_prices(minutes_to_start=1)
    books.set_mode("group-paid", grace_seconds=GRACE_SECONDS, group_cpm=PRICE)
    bo.goes_live("Free")
    for person in (cy, di, visitor):
        person.opens_room_of("bo")
        person.sees_and_hears()

    clings(di)
    assert received(di.page)["frames"] > 0
    changes_mode(bo, "Group paid")
    for person in (cy, di):
        dialog = question(person)
        person.finds(dialog)
        expect(dialog).to_contain_text("Bo has changed the mode. It is now Group paid.")
        expect(dialog).to_contain_text(re.compile(r"6\.00 tokens\s+per minute"))
        expect(dialog).to_contain_text(f"{GRACE_SECONDS} seconds")
        expect(dialog).to_contain_text("charged by the second")
        expect(dialog).to_contain_text(re.compile(r"As a viewer, I agree to be charged 6\.00 tokens per minute"))
    expect(question(visitor).get_by_role("link", name="Sign in to enter")).to_be_visible()
    gets_nothing(di, seconds=6)
    cy.page.wait_for_function(f"{OPEN_CONNECTIONS} === 0")
    assert books.sessions() == []

    cy.page.keyboard.type(" ")
    cy.page.keyboard.press("Enter")  # whoever was typing when the question came has agreed to nothing
    expect(question(cy).get_by_role("checkbox")).not_to_be_checked()
    press(cy, question(cy).get_by_role("checkbox"), "Space")
    press(cy, question(cy).get_by_role("button", name=re.compile("^Go on for")), "Enter")
    expect(question(cy)).to_be_hidden()
    cy.sees_and_hears()
    di.page.keyboard.press("Escape")
    expect(question(di)).to_be_hidden()
    di.finds(di.button("Enter for 6.00 / min"))
    cy.waits_for_meter(GRACE_SECONDS + 6)
    nothing = gets_nothing(di, seconds=1)
    assert [row.facts["client"] for row in books.sessions()] == ["cy"]

    changes_mode(bo, "Free")
    cy.finds(cy.page.get_by_text("Watching is free now."))
    cy.sees_and_hears()
    di.sees_and_hears()
    assert received(di.page)["frames"] > nothing["frames"]

    books.wait_for(lambda: books.sessions(state="closed"), cy.page, seconds=20)
    first = books.settle_in_order(books.only_session().id)
    assert (first.reason, first.facts["mode"], first.cpm, first.grace_seconds) == (
        "mode_changed", "Group paid", PRICE, GRACE_SECONDS,
    )  # fmt: skip
    assert first.used_ms >= (GRACE_SECONDS + 5) * 1000
    assert first.total > 0
    assert (books.balance("cy").available, books.balance("di").available) == (100_00 - first.total, 20_00)
    assert books.earned("bo") == sum(share.amount for share in first.shares if share.kind == "performer") > 0
    cy.page.wait_for_timeout(2000)
    assert books.only_session().used_ms == first.used_ms

    seen_by_cy = cy.opens_receipt()
    assert (seen_by_cy.used_ms, seen_by_cy.total) == (first.used_ms, first.total)
    assert "the room’s mode changed" in seen_by_cy.timeline[-1]
    bo.opens(f"/ppv/receipts/{first.id}/")
    seen_by_bo = bo.reads_receipt()
    assert (seen_by_bo.total, seen_by_bo.own_part) == (first.total, books.earned("bo"))
    assert seen_by_bo.timeline == seen_by_cy.timeline


def test_another_price_is_another_visit_with_a_grace_and_a_receipt_of_its_own(bo: Performer, cy: Client) -> None:
    books.set_prices(minutes_to_start=1)
    books.set_mode("group-paid", grace_seconds=GRACE_SECONDS, group_cpm=PRICE)
    books.add_mode("masterclass", name="Masterclass", group_cpm=2 * PRICE, grace_seconds=6, rule="started_minutes")
    bo.goes_live("Group paid")
    cy.opens_room_of("bo")
    cy.enters_paid_show()
    cy.sees_and_hears()
    cy.waits_for_meter(GRACE_SECONDS + 3)

    changes_mode(bo, "Masterclass")
    dialog = question(cy)
    cy.finds(dialog)
    expect(dialog).to_contain_text(re.compile(r"12\.00 tokens\s+per minute"))
    expect(dialog).to_contain_text("every started minute is charged")
    books.wait_for(lambda: books.sessions(state="closed"), cy.page, seconds=20)  # a moment after the mode
    first = books.settle_in_order(books.only_session().id)
    expect(dialog).to_contain_text(f"What you agreed to before has ended at {books.in_tokens(first.total)} tokens")
    cy.page.wait_for_function(f"{OPEN_CONNECTIONS} === 0")
    cy.page.wait_for_timeout(5000)
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Go on for 12.00 / min").click()
    cy.sees_and_hears()
    cy.waits_for_meter(8)
    cy.presses("Leave, stop paying")
    cy.finds(cy.heading("Thank you. It has ended."))

    old, new = (books.settle_in_order(row.id) for row in books.sessions())
    assert (old.id, old.reason, old.cpm, old.rule, old.total) == (
        first.id, "mode_changed", PRICE, "per_second", first.total,
    )  # fmt: skip
    assert (new.reason, new.cpm, new.rule, new.grace_seconds) == ("client", 2 * PRICE, "started_minutes", 6)
    assert new.total == 2 * PRICE  # one started minute
    gap = (new.opened_at - old.closed_at).total_seconds() if old.closed_at else 0
    assert gap >= 4
    assert books.balance("cy").available == 100_00 - old.total - new.total
    for receipt, words in ((old, "the room’s mode changed"), (new, "ended by the viewer")):
        cy.opens("/wallet/")
        cy.page.locator(f'#history a[href$="/ppv/receipts/{receipt.id}/"]').click()
        seen = cy.reads_receipt()
        assert (seen.used_ms, seen.total) == (receipt.used_ms, receipt.total)
        assert words in seen.timeline[-1]


def test_the_mode_is_changed_and_the_question_answered_without_a_mouse(bo: Performer, cy: Client) -> None:
    books.set_prices(minutes_to_start=1)
    bo.goes_live("Free")
    cy.opens_room_of("bo")
    cy.sees_and_hears()
    tab_to(bo, bo.page.get_by_label("Mode", exact=True))
    bo.page.keyboard.type("Group")
    press(bo, bo.button("Change the mode"), "Enter")
    cy.finds(question(cy))
    expect(question(cy).get_by_role("heading")).to_be_focused()
    press(cy, question(cy).get_by_role("button", name="Stay outside, pay nothing"), "Enter")
    expect(question(cy)).to_be_hidden()
    expect(cy.button(re.compile("^Enter for"))).to_be_focused()
    assert books.sessions() == []
