"""The page of a client's own limits: what it shows, what it takes, and that nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ppv_plugin.ledger import limit_queries
from ppv_plugin.people.services import ensure_client
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

PAGE = "/ppv/wallet/limits/"


def text_of(response: Any) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode().replace("&nbsp;", " ")))


def save(browser: Client, **amounts: str) -> Any:
    return browser.post(PAGE, {"form": "limits", "session": "", "day": "", "week": "", "month": "", **amounts})


def limits(cast: Cast) -> dict[str, limit_queries.LimitNow]:
    account_id = cast._wallet(cast.cy).account_id
    return {row.kind: row for row in limit_queries.limits_of(account_id=account_id, now=timezone.now()).kinds}


def test_a_visitor_signs_in_and_comes_back(browse: Browse) -> None:
    response = browse(None).get(PAGE)
    assert response.status_code == 302
    assert response["Location"].endswith("?next=%2Fppv%2Fwallet%2Flimits%2F")


def test_somebody_without_a_wallet_may_set_limits_before_anything_else(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    assert "Each day no limit" in text_of(browser.get(PAGE))
    response = save(browser, day="20", session="5.50")
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?done=saved")
    assert [limits(ppv_pages)[kind].amount for kind in ("session", "day", "week")] == [550, 2000, None]


def test_looking_writes_nothing(ppv_pages: Cast, browse: Browse) -> None:
    browse(ppv_pages.di).get(PAGE)
    assert not hasattr(type(ppv_pages.di).objects.get(pk=ppv_pages.di.pk), "ppv_client")


def test_what_is_spent_and_left_is_said_and_drawn(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.now = timezone.now()
    ppv_pages.fund(ppv_pages.cy, 5000)
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    browser = browse(ppv_pages.cy)
    save(browser, day="40")
    ppv_pages.private(ppv_pages.cy)
    page = browser.get(PAGE)
    assert "0.00 tokens spent, 10.00 tokens held for what runs now, 30.00 tokens left" in text_of(page)
    assert 'class="ppv-limit__held" x="0.0" width="25.0"' in page.content.decode()
    assert "10.00 tokens held for what runs now" in text_of(browser.get("/wallet/"))


def test_a_higher_limit_says_when_it_comes_and_can_be_taken_back(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    save(browser, day="20")
    save(browser, day="50")
    assert limits(ppv_pages)["day"].amount == 2000
    page = browser.get(PAGE)
    assert re.search(r"From .+: at most 50\.00 tokens", text_of(page))
    assert browser.post(PAGE, {"take_back": "day"})["Location"] == f"{PAGE}?done=taken_back"
    assert (limits(ppv_pages)["day"].amount, limits(ppv_pages)["day"].changes_at) == (2000, None)


def test_saving_what_is_shown_changes_nothing(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    save(browser, day="20")
    save(browser, day="50")
    save(browser, day="50.00")
    assert len(limit_queries.history(account_id=ppv_pages._wallet(ppv_pages.cy).account_id or 0)) == 2


@pytest.mark.parametrize("bad", ["-1", "abc", "1.234", "1e9", "9999999999999", "NaN"])
def test_a_bad_amount_is_named_and_what_was_typed_stays(ppv_pages: Cast, browse: Browse, bad: str) -> None:
    browser = browse(ppv_pages.cy)
    response = save(browser, day=bad, week="30")
    page = response.content.decode()
    assert response.status_code == 400
    assert 'id="id_day_error"' in page
    assert f'value="{bad}"' in page
    assert 'value="30"' in page
    assert limits(ppv_pages)["week"].amount is None


def rest(browser: Client, last_day: str, **more: str) -> Any:
    return browser.post(PAGE, {"form": "break", "last_day": last_day, "sure": "on", **more})


def day(days: int) -> str:
    return (timezone.localdate(timezone=timezone.get_default_timezone()) + timedelta(days=days)).isoformat()


def test_a_break_ends_with_its_last_day(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    assert rest(browser, day(7))["Location"] == f"{PAGE}?done=on_break"
    account_id = ppv_pages._wallet(ppv_pages.cy).account_id
    until = limit_queries.limits_of(account_id=account_id, now=timezone.now()).break_until
    assert until is not None
    assert until.astimezone(timezone.get_default_timezone()).date() == date.fromisoformat(day(8))
    for page in (PAGE, "/wallet/"):
        assert "You take a break until" in text_of(browser.get(page))


@pytest.mark.parametrize("last_day", ["", "tomorrow", "2020-01-01", "9999-12-31", "2026-02-30"])
def test_a_break_that_cannot_be_is_refused(ppv_pages: Cast, browse: Browse, last_day: str) -> None:
    response = rest(browse(ppv_pages.cy), last_day)
    assert response.status_code == 400
    assert 'id="id_last_day_error"' in response.content.decode()


def test_a_break_is_not_made_shorter(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.cy)
    rest(browser, day(7))
    response = rest(browser, day(6))
    assert response.status_code == 400
    assert "It can be made longer, not shorter." in text_of(response)


def test_a_break_needs_the_word_that_it_is_meant(ppv_pages: Cast, browse: Browse) -> None:
    response = browse(ppv_pages.cy).post(PAGE, {"form": "break", "last_day": day(7)})
    assert response.status_code == 400
    assert 'id="id_sure_error"' in response.content.decode()


@pytest.mark.parametrize("sent", [{}, {"form": "other"}, {"take_back": "year"}])
def test_a_forged_form_does_nothing(ppv_pages: Cast, browse: Browse, sent: dict[str, str]) -> None:
    assert browse(ppv_pages.cy).post(PAGE, sent).status_code == 400


def test_one_client_never_touches_the_limits_of_another(ppv_pages: Cast, browse: Browse) -> None:
    save(browse(ppv_pages.di), day="1")
    ensure_client(user=ppv_pages.cy)
    assert limits(ppv_pages)["day"].amount is None
