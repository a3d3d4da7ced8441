"""Top-ups: what is taken, what is refused, and that nothing counts twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ppv_plugin.testing.cast import Cast

from .conftest import Browse

KEY = "0123456789abcdef"


def top_up(browser: Client, **values: str) -> Any:
    return browser.post("/ppv/wallet/top-up/", {"key": KEY, **values})


def test_an_offered_amount_is_added_once_however_often_it_is_sent(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    for _attempt in range(2):
        response = top_up(browser, amount="20")
        assert (response.status_code, response.headers["Location"]) == (302, "/wallet/?added=1")
    assert ppv_pages.balance(ppv_pages.cy) == 2000
    page = browser.get("/wallet/?added=1").content.decode()
    assert "it is in your wallet" in page
    assert "20.00&nbsp;tokens" in page
    assert "Top-up" in page


def test_an_own_amount_is_added(ppv_pages: Cast, browse: Browse) -> None:
    assert top_up(browse(ppv_pages.cy), own="7.50").status_code == 302
    assert ppv_pages.balance(ppv_pages.cy) == 750


@pytest.mark.parametrize(
    "values",
    [
        {"own": "-5"},
        {"own": "0"},
        {"own": "0.99"},
        {"own": "1000.01"},
        {"own": "1e12"},
        {"own": "NaN"},
        {"own": "Infinity"},
        {"own": "ten"},
        {"own": "10.005"},
        {"own": "9" * 400},
        {"own": "1\x00"},
        {"amount": "-10"},
        {"amount": "99999999"},
        {},
        {"amount": "10", "key": ""},
        {"amount": "10", "key": "x" * 41},
        {"amount": "10", "key": "../../etc"},
    ],
)
def test_a_forged_amount_is_refused_in_plain_words(ppv_pages: Cast, browse: Browse, values: dict[str, str]) -> None:
    response = top_up(browse(ppv_pages.cy), **values)
    assert response.status_code == 400
    assert response.context["refusal"]
    assert 'role="alert"' in response.content.decode()
    assert ppv_pages.balance(ppv_pages.cy) == 0


def test_a_refusal_names_the_bounds(ppv_pages: Cast, browse: Browse) -> None:
    page = top_up(browse(ppv_pages.cy), own="5000").content.decode()
    assert "1.00" in page
    assert "1,000.00" in page


def test_the_same_key_with_another_amount_is_refused(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    top_up(browser, amount="20")
    assert top_up(browser, amount="50").status_code == 400
    assert ppv_pages.balance(ppv_pages.cy) == 2000


def test_two_people_may_send_the_same_key(ppv_pages: Cast, browse: Browse) -> None:
    top_up(browse(ppv_pages.cy), amount="20")
    assert top_up(browse(ppv_pages.di), amount="50").status_code == 302
    assert (ppv_pages.balance(ppv_pages.cy), ppv_pages.balance(ppv_pages.di)) == (2000, 5000)


def test_visitors_are_asked_to_sign_in(browse: Browse) -> None:
    response = top_up(browse(None), amount="20")
    assert response.headers["Location"] == "/login/?next=%2Fwallet%2F"


def test_without_test_payments_there_is_no_such_address(ppv_pages: Cast, browse: Browse, settings: Any) -> None:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "TEST_PAYMENTS": False}
    browser = browse(ppv_pages.cy)
    assert top_up(browser, amount="20").status_code == 404
    assert "Add to your wallet" not in browser.get("/wallet/").content.decode()


def test_it_cannot_be_done_by_a_link_or_from_another_site(ppv_pages: Cast) -> None:
    assert Client().get("/ppv/wallet/top-up/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ppv_pages.cy)
    assert top_up(strict, amount="20").status_code == 403


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(ppv_pages: Cast, browse: Browse, target: str) -> None:
    browser = browse(ppv_pages.cy)
    assert top_up(browser, amount="20", next=target).headers["Location"] == "/wallet/?added=1"
    assert "elsewhere" not in browser.get("/wallet/", {"added": "1", "next": target}).content.decode()


def test_it_leads_back_to_the_room(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    response = top_up(browser, amount="20", next="/live/ana/")
    assert response.headers["Location"] == "/wallet/?added=1&next=%2Flive%2Fana%2F"
    assert 'href="/live/ana/"' in browser.get(response.headers["Location"]).content.decode()
