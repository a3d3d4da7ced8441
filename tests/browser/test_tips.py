"""A tip: chosen by name, given once however often the button is pressed, seen by both, exact in the books."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from ppv_plugin.metering import proof
from ppv_plugin.models import Studio
from ppv_plugin.shows.tip_models import Goal, Tip, TipOption, TipSettings

from . import books
from .people import Client, Performer, hundredths

pytestmark = pytest.mark.money


def opens_tips(cy: Client) -> Locator:
    cy.presses(re.compile("^Give a tip"))
    dialog = cy.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_a_tip_is_given_once_shown_to_both_and_fills_the_goal(ana: Performer, cy: Client) -> None:
    Goal.objects.all().delete()
    ana.opens("/studio/")
    ana.page.get_by_role("heading", name="Tips and goals").click()
    for title, amount in (("A song", "5"), ("Two songs", "20")):
        ana.page.get_by_label("New goal").fill(title)
        ana.page.get_by_label("In tokens").fill(amount)
        ana.presses("Add")
        ana.finds(ana.page.get_by_role("progressbar", name=title, exact=True))
    Goal.objects.filter(title="A song").update(filled=300)
    ana.goes_live()
    cy.enters_room_of("ana")
    expect(cy.page.get_by_role("progressbar", name="A song", exact=True)).to_have_attribute("value", "300")

    dialog = opens_tips(cy)
    dialog.get_by_role("radio", name=re.compile("^Rose")).check(force=True)
    dialog.get_by_role("button", name=re.compile(r"Give 5\.00")).dblclick()
    expect(dialog).to_be_hidden()
    for person in (ana, cy):
        person.reads("cy gives Rose: 5.00 tokens")
        person.reads("The goal A song of 5.00 tokens is reached.")
    expect(cy.page.get_by_role("listitem").filter(has_text="Two songs")).to_contain_text("3.00 of 20.00")
    expect(cy.page.get_by_role("listitem").filter(has_text="A song")).to_contain_text("reached")
    ana.page.get_by_role("heading", name="Tips and goals").click()
    expect(ana.page.locator("[data-part=show-tips]")).to_have_text("5.00")
    expect(ana.page.locator("[data-part=earned-today]")).to_have_text("4.50")
    expect(cy.page.locator("[data-part=balance]").first).to_have_text("95.00")

    tip = Tip.objects.get()
    assert (books.balance("cy").available, books.earned("ana"), books.house()) == (95_00, 4_50, 50)
    books.settle_in_order(tip.session_id)
    assert proof.violations() == []

    wait = cy.button(re.compile(r"^Give a tip \d+ s"))
    expect(wait).to_have_attribute("aria-disabled", "true")
    expect(forged(cy, amount="5.00")).to_contain_text(re.compile(r"next tip can be given in \d+ seconds"))
    assert Tip.objects.count() == 1


def test_forged_frames_post_nothing_and_a_free_amount_keeps_to_its_bounds(ana: Performer, cy: Client) -> None:
    TipSettings.objects.update(cool_down_seconds=0)
    ana.goes_live()
    cy.enters_room_of("ana")
    cy.finds(cy.button(re.compile("^Give a tip")))
    for amount, more in (("0.00", {}), ("-5.00", {}), ("4.99", {}), ("5.00", {"ratio": 1}), ("1e3", {})):
        expect(forged(cy, amount=amount, **more)).to_contain_text("not something we can accept")
    assert Tip.objects.count() == 0
    assert (books.balance("cy").available, books.earned("ana")) == (100_00, 0)

    dialog = opens_tips(cy)
    dialog.get_by_role("radio", name=re.compile("^Gift")).check(force=True)
    dialog.get_by_label("How many tokens?").fill("3.33")
    dialog.get_by_role("button", name=re.compile(r"Give 3\.33")).click()
    cy.reads("cy gives Gift: 3.33 tokens")
    assert (books.balance("cy").available, books.earned("ana"), books.house()) == (96_67, 3_00, 33)
    cy.opens("/wallet/")
    cy.page.locator("#history").get_by_role("link", name=re.compile("^Receipt")).first.click()
    expect(cy.page.get_by_role("main")).to_contain_text("Tip · Gift")
    assert hundredths(cy.page.locator("[data-part=total]").inner_text()) == 3_33


def forged(cy: Client, **fields: object) -> Locator:
    """What the server answers to a frame that no page of ours sends; it is shown in the element this returns."""
    option = TipOption.objects.get(key="rose").pk
    frame = {"t": "tip.give", "cid": "forged", "option": option, **fields}
    cy.page.evaluate(
        """(frame) => new Promise((done) => {
          const room = document.querySelector("ppv-room");
          const scheme = location.protocol === "https:" ? "wss:" : "ws:";
          const socket = new WebSocket(`${scheme}//${location.host}${room.dataset.socket}`, "ppv.v1");
          socket.onopen = () => socket.send(JSON.stringify({ t: "hello" }));
          socket.onmessage = ({ data }) => {
            const message = JSON.parse(data);
            if (message.t === "welcome") socket.send(frame);
            if (message.cid !== "forged") return;
            let place = document.getElementById("answer");
            if (!place) document.body.append(Object.assign(place = document.createElement("p"), { id: "answer" }));
            place.textContent = message.text ?? message.t;
            socket.close();
            done();
          };
        })""",
        json.dumps(frame),
    )
    return cy.page.locator("#answer")


def test_a_second_performer_checks_in_and_shares_the_next_tip(ana: Performer, bo: Performer, cy: Client) -> None:
    Studio.objects.update(share_bp=0)
    TipSettings.objects.update(cool_down_seconds=0)
    bo.opens("/studio/")
    ana.goes_live()
    cy.enters_room_of("ana")
    ana.page.get_by_label("Ask a broadcaster in").select_option(label="Bo")
    ana.presses("Ask")
    bo.finds(bo.page.locator('[data-part="waits"]').get_by_text("Ana asks you into “Spanish with Ana”"))
    bo.presses("Come in")
    bo.finds(bo.page.get_by_text("You are checked in with Ana"))
    cy.finds(cy.page.get_by_text("with Bo", exact=True))
    dialog = opens_tips(cy)
    dialog.get_by_role("radio", name=re.compile("^Rose")).check(force=True)
    dialog.get_by_role("button", name=re.compile(r"Give 5\.00")).click()
    cy.reads("cy gives Rose: 5.00 tokens")
    assert (books.earned("ana"), books.earned("bo"), books.house()) == (2_25, 2_25, 50)
    bo.presses("Leave")
    expect(cy.page.get_by_text("with Bo", exact=True)).to_be_hidden()
    expect(ana.page.locator("[data-part=guest-list] li")).to_have_count(0)
    assert proof.violations() == []
