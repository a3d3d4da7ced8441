"""Recorded shows, public and private: known and agreed to on both sides, and afterwards their owner plays them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ppv_plugin.ledger.rules import split_by_bp
from ppv_plugin.models import Recording, RecordingConsent

from . import books
from .people import Client, Performer
from .pictures import shows_moving_picture

PLAYS = """async (video) => {
  video.muted = true;
  await video.play();
  return true;
}"""
MOVES = """(video) => new Promise((resolve) => {
  const canvas = new OffscreenCanvas(32, 18);
  const pen = canvas.getContext("2d");
  const seen = new Set();
  const look = () => {
    pen.drawImage(video, 0, 0, 32, 18);
    seen.add(pen.getImageData(0, 0, 32, 18).data.join());
    seen.size < 5 && !video.ended ? video.requestVideoFrameCallback(look) : resolve(seen.size);
  };
  video.requestVideoFrameCallback(look);
  setTimeout(() => resolve(seen.size), 15000);
})"""


def test_a_recorded_show_is_agreed_to_and_played_by_its_owner_alone(bo: Performer, cy: Client, di: Client) -> None:
    books.record_shows("group-paid")
    bo.opens("/studio/")
    bo.page.get_by_role("radio", name=re.compile("^Group paid")).check()
    told = bo.page.get_by_role("checkbox", name=re.compile("^This is recorded: your picture and sound"))
    expect(told).not_to_be_checked()
    expect(bo.button("Go live")).to_be_disabled()
    told.check()
    expect(bo.button("Go live")).to_be_enabled()
    bo.presses("Go live")
    bo.finds(bo.button("End the show"))
    bo.finds(bo.page.get_by_text("This is being recorded"))

    cy.enters_room_of("bo")
    cy.finds(cy.page.get_by_role("main").get_by_text("This is recorded. The file holds").first)
    expect(cy.page.get_by_text("This is being recorded")).to_be_hidden()
    assert not RecordingConsent.objects.filter(role="client").exists()
    cy.enters_paid_show()
    cy.sees_and_hears()
    cy.finds(cy.page.get_by_text("This is being recorded"))
    consent = RecordingConsent.objects.get(role="client")
    assert (str(consent.user), consent.agreed) == ("cy", True)
    cy.waits_for_meter(4)
    cy.presses("Leave, stop paying")
    bo.ends_the_show()
    finished = Recording.objects.filter(state=Recording.State.READY)
    ready = books.wait_for(finished.all().first, bo.page, seconds=60)

    bo.opens("/studio/")
    bo.page.get_by_role("link", name="Play, download, delete").click()
    film = bo.page.get_by_label(re.compile("^Recording of"))
    film.evaluate(PLAYS)
    shows_moving_picture(film, frames=2)
    film.evaluate("(video) => { video.currentTime = 0; }")
    assert film.evaluate(MOVES) == 5, "the picture does not move"
    assert film.evaluate("(video) => video.duration") > 3
    assert (film.evaluate("(video) => video.videoWidth")) > 0

    address = f"/ppv/recordings/{ready.pk}.webm"
    for other in (cy, di):
        assert other.context.request.get(other.server.url + address).status == 404
    bo.page.get_by_text("Delete…").click()
    bo.presses("Delete it now")
    bo.finds(bo.page.get_by_text("The recording is deleted."))
    bo.finds(bo.page.get_by_text("No recordings yet."))
    assert bo.context.request.get(bo.server.url + address).status == 404


@pytest.mark.money
def test_a_private_show_is_recorded_where_both_want_it_and_at_the_same_price(ana: Performer, cy: Client) -> None:
    books.set_prices(grace_seconds=0)
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.show_button.click()
    wish = cy.ask_dialog.get_by_role("checkbox", name=re.compile("^It may be recorded, if Ana agrees too"))
    cy.finds(cy.ask_dialog.get_by_role("checkbox", name=re.compile("I agree to be charged")))
    expect(wish).to_be_hidden()

    books.record_private_shows()
    cy.opens_room_of("ana")
    cy.asks_for_private(camera=False)
    expect(ana.request_of("cy").get_by_role("checkbox", name=re.compile("^Record it"))).to_be_hidden()
    ana.accepts("cy")
    cy.waits_for_meter(1)
    expect(cy.page.get_by_text("This is being recorded")).to_be_hidden()
    cy.ends_private()
    ana.finds(ana.button("End the show"))
    assert not Recording.objects.exists()

    cy.presses("Back to the room")
    cy.show_button.click()
    expect(wish).not_to_be_checked()
    wish.check()
    cy.ask_dialog.get_by_role("checkbox", name=re.compile("I agree to be charged")).check()
    cy.ask_dialog.get_by_role("button", name=re.compile("^Ask for")).click()
    ana.request_of("cy").get_by_role("checkbox", name=re.compile("^Record it: my picture and sound")).check()
    ana.accepts("cy")
    cy.sees_and_hears()
    for person in (ana, cy):
        person.finds(person.page.get_by_text("This is being recorded"))
    cy.waits_for_meter(4)
    cy.ends_private()
    ana.finds(ana.button("End the show"))
    expect(ana.page.get_by_text("This is being recorded")).to_be_hidden()

    said = RecordingConsent.objects.order_by("id").values_list("role", "agreed")
    assert list(said) == [("client", False), ("client", True), ("performer", True)]
    receipts = [books.settle_in_order(session.id) for session in books.sessions()]
    assert receipts[1].used_ms >= 3000
    total = sum(receipt.total for receipt in receipts)
    assert books.earned("ana") == sum(split_by_bp(receipt.total, 8000)[0] for receipt in receipts) > 0
    assert books.balance("cy").balance == 100_00 - total
    finished = Recording.objects.filter(state=Recording.State.READY)
    ready = books.wait_for(finished.all().first, ana.page, seconds=60)
    assert (ready.kind, Recording.objects.count()) == ("private", 1)
    ana.opens("/ppv/recordings/")
    film = ana.page.get_by_label(re.compile("^Recording of"))
    film.evaluate(PLAYS)
    shows_moving_picture(film, frames=2)
    assert film.evaluate("(video) => video.duration") > 3
    assert cy.context.request.get(f"{cy.server.url}/ppv/recordings/{ready.pk}.webm").status == 404
