"""Statements of a period: page and file, for those whose account it is and for finance staff."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission
from django.test import AsyncClient, Client

from ppv_plugin.ledger import periods
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import adjustments, refunds
from ppv_plugin.pages import statement_views
from ppv_plugin.pages.statement_views import safe_cell
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

MARCH = {"first": "2026-03-01", "last": "2026-03-31"}
APRIL = {"first": "2026-04-01", "last": "2026-04-30"}


@pytest.fixture
def book(ppv_pages: Cast) -> Cast:
    """March: 100.00 in, 5.83 spent. April: 2.92 refunded, 0.07 taken."""
    cast = ppv_pages
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    show = cast.private(cast.cy)
    cast.pass_time(185, meter=Meter(), every=5)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    later = cast.now + timedelta(days=40)
    given: dict[str, Any] = {"alone_max": None, "actor": "a", "now": later}
    refunds.request_refund(session_id=show.session_id, amount=292, reason="=HYPERLINK(1)", cid="1", **given)
    adjustments.request_adjustment(account_id=wallet(cast), amount=-7, reason="Typo", cid="1", **given)
    cast.session_id = show.session_id  # type: ignore[attr-defined]
    return cast


def wallet(cast: Cast) -> int:
    found = cast._wallet(cast.cy).account_id
    assert found is not None
    return found


def sums(browser: Client, account_id: int, days: dict[str, str]) -> dict[str, str]:
    page = browser.get(f"/ppv/statements/{account_id}/", days).content.decode()
    found = re.findall(r'data-part="(\w+)"><span class="ppv-money">(?:<bdi dir="ltr">)?([\d.-]+)(?:</bdi>)?&', page)
    return dict(found)


def rows(browser: Client, account_id: int, days: dict[str, str]) -> list[dict[str, str]]:
    response = browser.get(f"/ppv/statements/{account_id}.csv", days)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response).decode()  # type: ignore[arg-type]
    return list(csv.DictReader(StringIO(text)))


def test_one_period_begins_where_the_other_ends(book: Cast, browse: Browse) -> None:
    browser = browse(book.cy)
    march, april = sums(browser, wallet(book), MARCH), sums(browser, wallet(book), APRIL)
    assert march == {"opening": "0.00", "came": "100.00", "went": "5.83", "closing": "94.17"}
    assert april == {"opening": "94.17", "came": "2.92", "went": "0.07", "closing": "97.02"}
    assert book.balance(book.cy) == 9702


def test_the_file_has_every_movement_and_both_balances(book: Cast, browse: Browse) -> None:
    found = rows(browse(book.cy), wallet(book), {"first": "2026-03-01", "last": "2026-04-30"})
    assert [(row["what"], row["amount"], row["balance"]) for row in found] == [
        ("opening balance", "", "0.00"),
        ("Top-up", "100.00", "100.00"),
        ("Private", "-5.83", "94.17"),
        ("Refund: =HYPERLINK(1)", "2.92", "97.09"),
        ("Adjustment by the site: Typo", "-0.07", "97.02"),
        ("closing balance", "", "97.02"),
    ]
    assert found[2]["reference"] == f"session/{book.session_id}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"Refund: {text}") == f"Refund: {text}"


def test_the_performer_reads_its_own_earnings(book: Cast, browse: Browse) -> None:
    ana = ledger.account(kind="performer", owner=str(book.ana.ppv_performer.uuid)).id
    assert sums(browse(book.ana), ana, APRIL)["closing"] == "2.33"
    page = browse(book.ana).get("/studio/").content.decode()
    assert f"/ppv/statements/{ana}/" in page
    assert browse(book.ana).get(f"/ppv/statements/{wallet(book)}/").status_code == 404


def test_for_others_there_is_no_such_statement(book: Cast, browse: Browse) -> None:
    house = ledger.account(kind="house").id
    for account_id in (wallet(book), house, 999_999, 10**30):
        for ending in ("/", ".csv"):
            address = f"/ppv/statements/{account_id}{ending}"
            assert browse(book.di).get(address).status_code == 404
            assert browse(None).get(address).headers["Location"].startswith("/login/")


def test_finance_reads_every_account(book: Cast, browse: Browse) -> None:
    book.di.user_permissions.add(Permission.objects.get(codename="view_entry"))
    page = browse(book.di).get(f"/ppv/statements/{wallet(book)}/", MARCH).content.decode()
    assert "Wallet, cy" in page
    assert sums(browse(book.di), ledger.account(kind="house").id, APRIL)["closing"] == "0.65"


def test_a_studio_reads_its_own(book: Cast, browse: Browse) -> None:
    studio = ledger.account(kind="studio", owner=str(book.eos.uuid)).id
    assert browse(book.eos.owner).get(f"/ppv/statements/{studio}/").status_code == 200
    assert browse(book.ana).get(f"/ppv/statements/{studio}/").status_code == 404


@pytest.mark.parametrize(
    "days",
    [
        {"first": "2026-03-31", "last": "2026-03-01"},
        {"first": "yesterday", "last": "2026-03-01"},
        {"first": "2026-03-01"},
        {"first": "2026-03-01", "last": "9999-12-31"},
    ],
)
def test_a_period_that_cannot_be_is_said_so(book: Cast, browse: Browse, days: dict[str, str]) -> None:
    browser = browse(book.cy)
    page = browser.get(f"/ppv/statements/{wallet(book)}/", days)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert browser.get(f"/ppv/statements/{wallet(book)}.csv", days).status_code == 400


def test_a_long_one_is_cut_on_the_page_and_whole_in_the_file(
    book: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_views, "SHOWN", 2)
    monkeypatch.setattr(periods.chunk, "__kwdefaults__", {"after": None, "limit": 3})
    source = ledger.account(kind="provider", owner="test")
    drafts = [
        Draft(source="t", source_id=uuid4().hex, kind="top_up", movements=(Movement(source.id, wallet(book), 1),))
        for _n in range(10)
    ]
    ledger.post(drafts=drafts, now=datetime(2026, 3, 20, tzinfo=UTC))
    days = {"first": "2026-03-01", "last": "2026-04-30"}
    page = browse(book.cy).get(f"/ppv/statements/{wallet(book)}/", days).content.decode()
    assert "first 2 movements" in page
    found = rows(browse(book.cy), wallet(book), days)
    assert len(found) == 14 + 2
    assert found[-1]["balance"] == "97.12"
    balances = [round(float(row["balance"]) * 100) for row in found]
    steps = [round(float(row["amount"] or 0) * 100) for row in found]
    assert all(b == a + step for a, b, step in zip(balances, balances[1:], steps[1:], strict=False))


def test_it_is_streamed_under_asgi_too(book: Cast) -> None:
    async def read() -> str:
        client = AsyncClient()
        await client.aforce_login(book.cy)
        response = await client.get(f"/ppv/statements/{wallet_id}.csv", MARCH)
        return b"".join([part async for part in response]).decode()

    wallet_id = wallet(book)
    assert async_to_sync(read)().endswith("closing balance,,,94.17\r\n")


def test_history_and_short_statement_tell_of_the_refund(book: Cast, browse: Browse) -> None:
    page = browse(book.cy).get("/wallet/").content.decode()
    assert f"/ppv/statements/{wallet(book)}/" in page
    assert "Refund: =HYPERLINK(1)" in page
    assert page.count(f"/ppv/receipts/{book.session_id}/") >= 3  # type: ignore[attr-defined]
    assert re.search(r'Refund \+<span class="ppv-money">2\.92', page)
    studio = browse(book.ana).get("/studio/").content.decode()
    assert re.search(r'Refund <span class="ppv-money"><bdi dir="ltr">-2\.33', studio)


def test_the_receipt_shows_who_gave_what_back(book: Cast, browse: Browse) -> None:
    for reader in (book.cy, book.ana):
        page = browse(reader).get(f"/ppv/receipts/{book.session_id}/").content.decode()  # type: ignore[attr-defined]
        shown = re.findall(r'data-part="refund-(\w+)">(\+?)<span class="ppv-money">(?:<bdi dir="ltr">)?([\d.-]+)', page)
        assert shown == [("client", "+", "2.92"), ("performer", "", "-2.33"), ("house", "", "-0.59")]
        assert "=HYPERLINK(1)" in page
