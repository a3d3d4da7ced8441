"""Two performers, each with a camera of the own, and somebody who pays to see both."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from ppv_plugin.models import CheckIn
from ppv_plugin.models import Performer as PerformerRow

from . import books
from .people import Client, Performer, Person
from .pictures import shows_moving_picture

pytestmark = pytest.mark.money
GRACE_SECONDS = 3
NOTHING_YET = "You are not in here any more"


def tile(person: Person, name: str) -> Locator:
    return person.page.get_by_role("group", name="Other cameras").get_by_label(name, exact=True)


def invites(host: Performer, name: str) -> None:
    host.page.get_by_label(re.compile("^Ask a ")).select_option(label=name)
    host.presses("Ask")
    expect(host.page.get_by_text("was asked")).to_be_visible()


def joins(guest: Performer) -> None:
    """From the own console into the show, and before the own camera."""
    guest.opens("/studio/")
    guest.presses("Come in")
    guest.page.get_by_role("link", name="Join with your camera").click()
    expect(guest.button("Join with your camera")).to_be_enabled()
    shows_moving_picture(guest.page.get_by_label("How you look").first, frames=2)
    guest.presses("Join with your camera")
    guest.finds(guest.button(re.compile("^Leave the ")))
    guest.sees_and_hears()


def test_a_guest_with_a_camera_is_seen_by_all_leaves_and_the_time_is_split_by_presence(
    ana: Performer, bo: Performer, cy: Client
) -> None:
    books.set_prices(minutes_to_start=1, check_in_split="presence")
    books.set_mode("group-paid", group_cpm=60_00, grace_seconds=GRACE_SECONDS)
    PerformerRow.objects.filter(user__username="bo").update(studio=None)
    bo.goes_live("Group paid")
    invites(bo, "Ana")
    joins(ana)
    shows_moving_picture(tile(bo, "Ana"))

    cy.opens_room_of("bo")
    cy.enters_paid_show()
    cy.sees_and_hears()
    shows_moving_picture(tile(cy, "Ana"))
    assert cy.page.locator("video:visible").count() == 2
    expect(cy.page.get_by_text("with Ana")).to_be_visible()
    cy.waits_for_meter(GRACE_SECONDS + 6)

    ana.presses(re.compile("^Leave the "))
    ana.finds(ana.heading(NOTHING_YET))
    for person in (cy, bo):
        expect(tile(person, "Ana")).to_have_count(0)
    shared_ms = cy.meter_seconds()
    cy.waits_for_meter(shared_ms + 4)
    cy.presses("Leave, stop paying")
    cy.finds(cy.heading("Thank you. It has ended."))

    session = books.only_session(subject="group")
    receipt = books.settle_shared(session.id)
    parts = {share.name: share.amount for share in receipt.shares if share.kind == "performer"}
    stretch = session.tariff["later"][0]["after"]
    assert 0 < stretch < receipt.total
    assert 0 < parts["Ana"] < stretch
    assert (books.earned("ana"), books.earned("bo")) == (parts["Ana"], parts["Bo"])
    seen = cy.opens_receipt()
    assert seen.total == receipt.total
    table = cy.page.get_by_role("table").filter(has_text="Who")
    for name in ("Ana", "Bo"):
        row = table.get_by_role("row").filter(has_text=name)
        expect(row).to_contain_text(books.in_tokens(parts[name]))
        expect(row).to_contain_text(re.compile(r"\d+ seconds? on stage"))
    assert any("From here it is shared by seconds on stage" in line for line in seen.timeline) is False
    assert any("From here it is for Bo alone" in line for line in seen.timeline)


def test_a_guest_who_joins_late_gets_a_part_of_what_follows_by_seconds_on_stage(
    ana: Performer, bo: Performer, cy: Client
) -> None:
    books.set_prices(minutes_to_start=1, check_in_split="presence")
    books.set_mode("group-paid", group_cpm=60_00, grace_seconds=GRACE_SECONDS)
    PerformerRow.objects.filter(user__username__in=["ana", "bo"]).update(studio=None)
    bo.goes_live("Group paid")
    cy.opens_room_of("bo")
    cy.enters_paid_show()
    cy.waits_for_meter(GRACE_SECONDS + 5)
    invites(bo, "Ana")
    joins(ana)
    shows_moving_picture(tile(cy, "Ana"))
    cy.waits_for_meter(cy.meter_seconds() + 6)
    cy.presses("Leave, stop paying")
    cy.finds(cy.heading("Thank you. It has ended."))

    session = books.only_session(subject="group")
    receipt = books.settle_shared(session.id)
    later = session.tariff["later"]
    bounds = [*(stretch["after"] for stretch in later), receipt.total]
    assert 0 < bounds[0] < receipt.total
    found = {share.name: share for share in receipt.shares if share.kind == "performer"}
    assert 0 < found["Ana"].seconds < found["Bo"].seconds  # type: ignore[operator]
    assert found["Ana"].amount + found["Bo"].amount + books.house() == receipt.total
    part = 0.0
    for stretch, begin, end in zip(later, bounds[:-1], bounds[1:], strict=True):
        seconds = {party["account"]: party["weight"] for party in stretch["split"]["parties"]}
        pool = (end - begin) * stretch["split"]["performer_bp"] / 10_000
        part += pool * seconds[found["Ana"].account_id] / sum(seconds.values())
    assert found["Ana"].amount == pytest.approx(part, abs=1.5 * len(later))  # whole hundredths in each stretch
    assert (books.earned("ana"), books.earned("bo")) == (found["Ana"].amount, found["Bo"].amount)
    seen = cy.opens_receipt()
    assert seen.total == receipt.total
    assert any("From here it is shared by seconds on stage, by Bo, Ana" in line for line in seen.timeline)
    for name, share in found.items():
        row = cy.page.get_by_role("table").filter(has_text="Who").get_by_role("row").filter(has_text=name)
        expect(row).to_contain_text(re.compile(rf"{share.seconds} seconds? on stage"))


def test_a_guest_who_is_sent_away_or_waits_while_the_host_is_in_private_is_not_seen(
    ana: Performer, bo: Performer, cy: Client, di: Client
) -> None:
    bo.goes_live("Free")
    invites(bo, "Ana")
    joins(ana)
    di.opens_room_of("bo")
    di.sees_and_hears()
    shows_moving_picture(tile(di, "Ana"))

    cy.opens_room_of("bo")
    cy.asks_for_private()
    bo.accepts("cy")
    ana.finds(ana.heading(re.compile("is in private$")))
    for person in (cy, di, bo):
        expect(tile(person, "Ana")).to_have_count(0)
    cy.sees_and_hears()
    cy.ends_private()
    ana.finds(ana.button("Mute"))
    shows_moving_picture(tile(di, "Ana"))

    check_in = CheckIn.objects.get(state="in")
    bo.page.get_by_role("listitem").filter(has_text="Ana").get_by_role("button", name="End Ana").click()
    ana.finds(ana.heading(NOTHING_YET))
    expect(tile(di, "Ana")).to_have_count(0)
    refused = ana.page.evaluate(
        """async () => {
          const pc = new RTCPeerConnection();
          const { session } = document.querySelector("ppv-guest");
          const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
          for (const track of stream.getTracks()) pc.addTransceiver(track, { direction: "sendonly" });
          await pc.setLocalDescription(await pc.createOffer());
          const offer = { t: "media.offer", direction: "publish", sdp: pc.localDescription.sdp, take_over: false };
          try { return (await session.do(offer)).t; } catch (why) { return why.code; } finally { pc.close(); }
        }"""
    )
    assert refused == "not_allowed"
    assert CheckIn.objects.get(pk=check_in.pk).state == "left"
    expect(tile(di, "Ana")).to_have_count(0)
    bo.ends_the_show()
