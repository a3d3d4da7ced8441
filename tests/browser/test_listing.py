"""A listing that stays open while somebody goes live and leaves, and stars given after a show."""

from __future__ import annotations

from playwright.sync_api import expect

from . import books
from .people import Client, Performer


def test_an_open_listing_follows_a_show_from_its_beginning_to_its_end(visitor: Client, ana: Performer) -> None:
    visitor.opens("/live/?sort=name")
    tile = visitor.page.locator('[data-room="ana"]')
    expect(tile).to_have_attribute("data-status", "offline")
    expect(tile.get_by_text("Last online")).to_be_hidden()
    elsewhere = visitor.opens_tab("/live/?category=music")  # where Ana is not

    ana.goes_live("Free")
    visitor.finds(tile.get_by_text("Live", exact=True))
    expect(tile.locator('[data-part="mode"]')).to_have_text("Free")
    expect(elsewhere.get_by_text("Newly live: 1")).to_be_visible()
    expect(tile.locator('[data-part="picture"]')).to_be_visible(timeout=30_000)

    ana.ends_the_show()
    visitor.finds(tile.get_by_text("Last online just now"))
    expect(tile).to_have_attribute("data-status", "offline")
    expect(tile.locator('[data-part="picture"]')).to_be_hidden()
    expect(elsewhere.get_by_text("Newly live:")).to_be_hidden()


def test_several_lists_on_a_page_follow_by_one_socket(visitor: Client, ana: Performer) -> None:
    sockets: list[str] = []
    visitor.page.on("websocket", lambda socket: sockets.append(socket.url))
    visitor.opens("/")
    lists = visitor.page.locator("ppv-listing")
    assert lists.count() > 1
    tiles = lists.locator('[data-room="ana"]')
    assert tiles.count() > 0
    ana.goes_live("Free")
    expect(lists.locator('[data-room="ana"][data-status="free"]')).to_have_count(tiles.count())
    assert len(sockets) == 1


def test_filters_and_pages_work_without_javascript(visitor: Client) -> None:
    context = visitor.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    page = context.new_page()
    visitor.opens("/live/")
    page.goto(visitor.page.url)
    every_room = page.locator("[data-room]").count()
    page.get_by_role("search").get_by_label("Language").select_option("es")
    page.get_by_label("Sort by").select_option("rating")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-room]")).to_have_count(1)
    expect(page.get_by_role("link", name="Spanish with Ana")).to_be_visible()
    page.get_by_label("Search").fill("zzz")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.locator("[data-room]")).to_have_count(every_room)
    context.close()


def test_a_client_is_led_from_the_end_of_a_show_to_its_stars(ana: Performer, cy: Client) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private()
    ana.accepts("cy")
    cy.waits_for_meter(13)
    cy.ends_private()
    cy.page.get_by_role("link", name="Rate", exact=True).click()
    cy.page.get_by_role("radio", name="4 of 5").check()
    cy.button("Rate").click()
    cy.finds(cy.page.get_by_text("Your rating counts"))
    expect(cy.page.get_by_role("radio", name="4 of 5")).to_be_checked()
    assert (books.room("ana").rating_sum, books.room("ana").rating_count) == (4, 1)
