"""The server's process is killed in the middle of a private show and comes back: nothing doubled, nothing lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ppv_plugin.metering.models import MeteredSession

from . import books
from .lantern import STOP_SECONDS, Server
from .people import END_PRIVATE, Client, Performer
from .witness import Witness

pytestmark = pytest.mark.money
OUTAGE = (
    r"WebSocket connection to .* failed",
    r"ERR_CONNECTION_REFUSED",
    r"ERR_CONNECTION_RESET",
    r"request failed: GET \S+/ppv/snapshot/",
)


def test_a_private_show_survives_the_death_of_the_server(
    ana: Performer, cy: Client, server: Server, witness: Witness
) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private()
    ana.accepts("cy")
    cy.waits_for_meter(14)

    with witness.expecting(*OUTAGE):
        server.kill()
        before = books.only_session()
        cy.finds(cy.page.get_by_text("Reconnecting…"))
        server.start()
        cy.finds(cy.button(END_PRIVATE), within_ms=30_000)
        ana.finds(ana.button(END_PRIVATE), within_ms=30_000)
        cy.sees_and_hears()
        ana.sees_and_hears()

    going_on = books.only_session()
    assert (going_on.id, going_on.state) == (before.id, MeteredSession.State.OPEN)
    assert going_on.used_ms >= before.used_ms
    cy.waits_for_meter(before.used_ms // 1000 + 8, within_ms=40_000)
    cy.ends_private()
    ana.finds(ana.button("End the show"))

    receipt = books.settle_in_order(before.id)
    assert len(books.only_session().usage) == 2  # both lives of the relay counted, each by its own clock
    wall_ms = (receipt.closed_at - receipt.started_at).total_seconds() * 1000
    assert before.used_ms < receipt.used_ms < wall_ms - 1000, "the outage itself is not charged"
    assert "paused" in [entry.kind for entry in receipt.timeline]
    assert books.balance("cy").available == 100_00 - receipt.total
    seen = cy.opens_receipt()
    assert (seen.used_ms, seen.total) == (receipt.used_ms, receipt.total)


def test_a_show_whose_client_does_not_come_back_is_closed_after_the_restart(
    ana: Performer, cy: Client, server: Server, witness: Witness
) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private(camera=False)
    ana.accepts("cy")
    cy.waits_for_meter(13)
    with witness.expecting(*OUTAGE):
        server.kill()
        before = books.only_session()
        cy.context.close()
        server.start()
        closed = books.wait_for(lambda: books.sessions(state=MeteredSession.State.CLOSED), ana.page, seconds=60)
        ana.finds(ana.button("End the show"), within_ms=30_000)
    receipt = books.settle_in_order(closed[0].id)
    assert receipt.used_ms == before.used_ms
    assert books.balance("cy").available == 100_00 - receipt.total


def test_a_polite_end_is_quick_with_people_in_the_room_and_they_are_back_after_it(
    ana: Performer, cy: Client, server: Server, witness: Witness
) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.sees_and_hears()
    with witness.expecting(*OUTAGE):
        assert server.stop() < STOP_SECONDS
        assert "Traceback" not in server.log, server.log
        cy.finds(cy.page.get_by_text("Reconnecting…"))
        server.start()
        expect(cy.page.get_by_text("Reconnecting…")).to_be_hidden(timeout=30_000)
        cy.says("Still here?")
        ana.reads("Still here?")
        cy.sees_and_hears()
