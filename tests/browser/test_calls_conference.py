"""Calls from a lobby; a call by link for one person; a conference in which everybody sees the cameras."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ppv_plugin.models import LockedCall
from ppv_plugin.shows import call_links

from . import books
from .people import Client, Performer
from .pictures import shows_moving_picture
from .witness import Witness

GRACE_SECONDS = 3


@pytest.mark.money
def test_a_call_from_the_lobby_is_charged_and_leads_back_to_it(ana: Performer, cy: Client) -> None:
    books.set_prices(private_cpm=2_00, grace_seconds=GRACE_SECONDS, minutes_to_start=1)
    ana.goes_live("Calls")
    ana.finds(ana.page.get_by_text("Nobody sees you until a call begins."))
    cy.opens("/live/")
    expect(cy.page.get_by_role("article").filter(has_text="Spanish with Ana")).to_contain_text("Takes calls")
    cy.opens_room_of("ana")
    cy.finds(cy.heading("Ana takes calls"))
    assert not cy.page.evaluate("() => document.querySelector('video[data-part=main]').srcObject")
    cy.asks_for_private()
    ana.accepts("cy")
    cy.sees_and_hears()
    ana.sees_and_hears()
    cy.waits_for_meter(GRACE_SECONDS + 5)
    cy.ends_private()
    receipt = books.settle_in_order(books.only_session(subject="private").id)
    assert (receipt.cpm, receipt.grace_seconds) == (2_00, GRACE_SECONDS)
    assert receipt.total > 0
    cy.presses("Back to the room")
    cy.finds(cy.heading("Ana takes calls"))
    ana.finds(ana.page.get_by_text("Nobody sees you until a call begins."))


@pytest.mark.money
def test_a_call_by_link_is_for_one_person_alone(ana: Performer, cy: Client, di: Client, witness: Witness) -> None:
    books.set_prices(private_cpm=2_00, grace_seconds=GRACE_SECONDS, minutes_to_start=1)
    cy.opens_room_of("ana")  # whoever was never here has no name yet
    ana.opens("/studio/")
    ana.page.get_by_label("For", exact=True).fill("cy")
    ana.page.get_by_label("Price per minute").fill("3.00")
    ana.presses("Make a link")
    link = ana.page.get_by_label("Link for cy").input_value()
    made = LockedCall.objects.get()
    assert link == call_links.link(made)
    path = "/ppv/" + link.split("/ppv/")[1]

    with witness.expecting("404"):
        answer = di.page.goto(di.server.url + path)
        assert answer is not None
        assert answer.status == 404
    cy.opens(path)
    card = cy.page.get_by_role("region", name="Your call with Ana")
    expect(card).to_contain_text(re.compile(r"3\.00 tokens\s+per minute"))
    expect(card).to_contain_text(f"{GRACE_SECONDS} seconds")
    card.get_by_role("checkbox").check()
    card.get_by_role("button", name="Join the call").click()
    expect(card).to_contain_text("The call begins when Ana is here.")
    assert books.sessions(subject="private") == []

    ana.goes_live("Locked calls")
    cy.sees_and_hears()
    ana.sees_and_hears()
    di.opens_room_of("ana")
    di.finds(di.heading("Ana is in private"))
    cy.waits_for_meter(GRACE_SECONDS + 5)
    cy.ends_private()
    receipt = books.settle_in_order(books.only_session(subject="private").id)
    assert (receipt.cpm, receipt.total > 0) == (3_00, True)
    made.refresh_from_db()
    assert made.state == LockedCall.State.DONE
    di.finds(di.page.get_by_text("Calls here are by link only"))
    expect(di.show_button).to_be_hidden()
    cy.opens(path)
    cy.finds(cy.page.get_by_text("This link works no more"))


def test_everybody_in_a_conference_sees_the_cameras(ana: Performer, cy: Client, di: Client, visitor: Client) -> None:
    ana.goes_live("Conference")
    for person in (cy, di):
        person.opens_room_of("ana")
        person.sees_and_hears()
        person.presses("Join with your camera – free")
        dialog = person.page.get_by_role("dialog", name="Send your camera to Ana")
        expect(dialog).to_contain_text("Everybody in here sees it with your name")
        dialog.get_by_role("checkbox").check()
        dialog.get_by_role("button", name="Send it").click()
        person.finds(person.button("Leave"))
    visitor.opens_room_of("ana")
    for person, names in ((visitor, ["cy", "di"]), (cy, ["di"]), (di, ["cy"])):
        tiles = person.page.get_by_role("group", name="Other cameras").get_by_role("article")
        expect(tiles).to_have_count(len(names))
        for name in names:
            shows_moving_picture(tiles.filter(has_text=name).locator("video"))
    card = ana.page.get_by_role("article").filter(has_text="cy")
    shows_moving_picture(card.locator("video"))
    visitor.page.set_viewport_size({"width": 320, "height": 720})
    assert visitor.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    card.get_by_role("button", name="Close").click()
    cy.finds(cy.heading("Thank you. It has ended."))
    expect(visitor.page.get_by_role("group", name="Other cameras").get_by_role("article")).to_have_count(1)
