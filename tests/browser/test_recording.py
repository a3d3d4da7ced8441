"""A recorded show: known and agreed to on both sides, and afterwards its owner plays it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

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
