"""The preview calculator in the admin: follows what is typed, by keyboard, and works without JavaScript."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from . import books
from .lantern import Server
from .people import Client
from .stage import Stage

PRICES = "/admin/settings/ppv_plugin/pricingsettings/1/"
FIRST = "Private show at the site's price"


def paid_after(page: Page, time: str) -> str:
    row = page.get_by_role("region", name=FIRST).get_by_role("row", name=re.compile(f"^{time} \\d"))
    return row.get_by_role("cell").first.inner_text()


def editor(stage: Stage) -> Client:
    person = stage.client("admin")
    person.opens(PRICES)
    return person


def test_the_table_follows_what_is_typed_and_nothing_is_saved(stage: Stage) -> None:
    page = editor(stage).page
    price = page.get_by_label("Private show, per minute")
    price.fill("3.00")
    page.get_by_label("Grace in private shows").fill("0")
    page.get_by_label("Billing rule").select_option("upfront_minutes")
    expect(page.get_by_role("region", name=FIRST)).to_contain_text("15.00")
    assert paid_after(page, "4 min") == "15.00"
    expect(page.get_by_text("each minute is charged when it begins").first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=FIRST)).to_contain_text("3.00")
    price.fill("9.00")
    expect(page.get_by_text("above the highest price a broadcaster may set, 5.00")).to_be_visible()
    assert books.prices().rule == "per_second"


def test_the_button_is_reached_and_pressed_by_keyboard(stage: Stage) -> None:
    page = editor(stage).page
    button = page.get_by_role("button", name="Calculate")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=FIRST)).not_to_be_empty()
    assert page.url.endswith(PRICES)


def test_without_javascript_the_button_opens_a_page_of_its_own(stage: Stage, chromium: Browser, server: Server) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto(server.url + PRICES)
    page.get_by_label("Private show, per minute").fill("4.00")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Calculate").click()
    shown = opened.value
    expect(shown.get_by_role("region", name=FIRST)).to_contain_text("12.")
    assert books.prices().private_cpm != 400
    context.close()
