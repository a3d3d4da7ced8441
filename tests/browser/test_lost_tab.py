"""A client's tab dies in the middle: no word is said, and nothing is charged beyond what was proven."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error

from ppv_plugin.metering.models import MeteredSession

from . import books
from .people import Client, Performer

pytestmark = pytest.mark.money


def test_a_crashed_tab_is_paid_up_to_the_last_proven_second(ana: Performer, cy: Client) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private()
    ana.accepts("cy")
    cy.waits_for_meter(14)
    shown = cy.meter_seconds()

    crashes(cy)
    closed = books.wait_for(lambda: books.sessions(state=MeteredSession.State.CLOSED), ana.page, seconds=60)
    ana.finds(ana.button("End the show"))
    ana.finds(ana.page.get_by_text("You earned"))

    receipt = books.settle_in_order(closed[0].id)
    assert receipt.reason == "client_lost"
    # RTCP reports come about once a second: what was shown was proven, and little more can have been.
    assert (shown - 1) * 1000 <= receipt.used_ms <= (shown + 4) * 1000
    assert receipt.total > 0
    assert books.balance("cy").available == 100_00 - receipt.total
    ana.page.wait_for_timeout(2_000)
    assert books.balance("cy").balance == 100_00 - receipt.total


def crashes(person: Client) -> None:
    """The renderer's process ends: no pagehide, no goodbye on the socket or the peer connections."""
    with person.page.expect_event("crash"), suppress(Error):
        person.page.goto("chrome://crash", timeout=5_000)
