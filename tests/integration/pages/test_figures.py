"""The dashboards' figures: they say what the statements say, of one's own only, in a flat number of queries."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import refunds
from ppv_plugin.metering.once import charge_once
from ppv_plugin.metering.rules import Split
from ppv_plugin.people import services as people
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

HOUSE_PART = 8000  # basis points that a performer keeps


@pytest.fixture
def past(ppv_pages: Cast) -> Cast:
    """It is today on the cast's clock, at a whole second: a day's time online is whole milliseconds of that day."""
    ppv_pages.now = timezone.now().replace(microsecond=0)
    ppv_pages.fund(ppv_pages.cy, 100_000)
    return ppv_pages


@pytest.fixture
def paid(past: Cast) -> Callable[..., Any]:
    """Cy paid so much for something, so many days ago, to Ana, who keeps four fifths."""

    def charge(kind: str, amount: int, *, days: int = 0, **facts: Any) -> Any:
        client = people.ensure_client(user=past.cy)
        performer = past.ana.ppv_performer
        from ppv_plugin.shows.services.common import facts_of, party_of, wallet_of

        split = Split(HOUSE_PART, (party_of(performer, past.site),), ledger.account(kind="house").id)
        return charge_once(
            account_id=wallet_of(client).id,
            split=split,
            amount=amount,
            subject=kind,
            subject_id=uuid4(),
            facts={**facts_of(room=past.ana_room, client=client, mode="Free", media=""), **facts},
            now=past.now - timedelta(days=days),
        )

    return charge


def earned(browse: Browse, cast: Cast, **asked: str) -> Any:
    return browse(cast.ana).get("/studio/", {"view": "books", **asked})


def spent(browse: Browse, cast: Cast, **asked: str) -> Any:
    return browse(cast.cy).get("/wallet/", asked)


def rows(money: Any) -> dict[str, tuple[int, int]]:
    return {row.kind: (row.amount, row.sessions) for row in money.rows}


def test_both_sides_are_told_by_kind_what_their_statements_say(past: Cast, paid: Any, browse: Browse) -> None:
    for kind, amount, days in (("tip", 500, 1), ("tip", 1000, 2), ("private", 2000, 3), ("group", 700, 29)):
        paid(kind, amount, days=days)
    mine, theirs = earned(browse, past).context["earned"], spent(browse, past).context["spent"]
    assert rows(theirs) == {"private": (2000, 1), "group": (700, 1), "tip": (1500, 2)}
    assert rows(mine) == {"private": (1600, 1), "group": (560, 1), "tip": (1200, 2)}
    assert (theirs.amount, mine.amount) == (4200, past.earned(past.ana))
    assert sum(column.total for column in mine.plot.columns) == mine.amount


def test_what_was_before_is_told_apart(past: Cast, paid: Any, browse: Browse) -> None:
    paid("tip", 500, days=6)
    paid("tip", 900, days=7)
    paid("tip", 4000, days=14)
    week = spent(browse, past, period="7").context["spent"]
    assert (week.amount, week.before) == (500, 900)
    assert spent(browse, past, period="90").context["spent"].amount == 5400
    month = past.now - timedelta(days=14)
    of_month = spent(browse, past, period=f"{timezone.localtime(month):%Y-%m}").context["spent"]
    assert of_month.amount >= 4000


def test_a_refund_is_taken_off_its_kind_on_its_day_and_debts_count(past: Cast, paid: Any, browse: Browse) -> None:
    session = paid("private", 2000, days=3)
    account = ledger.account(kind="performer", owner=str(past.ana.ppv_performer.uuid))
    house = ledger.account(kind="house")
    taken = ledger.Movement(account.id, house.id, 1500)  # only 1.00 is left to take back from
    ledger.post(drafts=[ledger.Draft(source="payout", source_id="1", kind="payout", movements=(taken,))], now=past.now)
    refunds.request_refund(
        session_id=session.id, amount=1000, reason="Sorry", cid="1", alone_max=None, actor="1", now=past.now
    )
    mine, theirs = earned(browse, past).context["earned"], spent(browse, past).context["spent"]
    assert (rows(mine), rows(theirs)) == ({"private": (800, 1)}, {"private": (1000, 1)})
    assert [column.total for column in mine.plot.columns if column.total] == [1600, -800]
    assert "-8.00" in earned(browse, past).content.decode()


def test_a_kind_nobody_thought_of_has_its_name_colour_and_filter(past: Cast, paid: Any, browse: Browse) -> None:
    paid("tea_ceremony", 300)
    page = earned(browse, past)
    assert rows(page.context["earned"]) == {"tea_ceremony": (240, 1)}
    assert 'value="tea_ceremony"' in page.content.decode()
    assert page.content.decode().count("Tea ceremony") >= 4
    assert "Tea ceremony" in spent(browse, past, kind="tea_ceremony").content.decode()


def test_time_online_and_what_an_hour_brings(past: Cast, paid: Any, browse: Browse) -> None:
    past.now -= timedelta(hours=2)
    past.live(past.ana, past.free)
    past.now += timedelta(hours=2)
    shows.leave(user=past.ana, room_id=past.ana_room.pk, now=past.now)
    paid("tip", 1000)
    page = earned(browse, past)
    assert page.context["online"].ms == 2 * 3_600_000
    assert page.context["per_hour"] == 400
    assert re.search(r'data-part="online">2:00<', page.content.decode())


def test_the_history_is_narrowed_by_kind_and_time(past: Cast, paid: Any, browse: Browse) -> None:
    for kind, days in (("tip", 1), ("tip", 40), ("private", 2)):
        paid(kind, 500, days=days)
    found = {
        (kind, when): [row.kind for row in spent(browse, past, kind=kind, when=when).context["history"]]
        for kind in ("", "tip", "group")
        for when in ("", "30")
    }
    assert found == {
        ("", ""): ["tip", "private", "tip"],
        ("", "30"): ["tip", "private"],
        ("tip", ""): ["tip", "tip"],
        ("tip", "30"): ["tip"],
        ("group", ""): [],
        ("group", "30"): [],
    }
    assert "Show everything" in spent(browse, past, kind="group").content.decode()


@pytest.mark.parametrize(
    "asked",
    [{"period": "x"}, {"when": "2026-99"}, {"kind": "'; DROP"}, {"kind": "x" * 500}, {"from": "-1"}, {"view": "?"}],
)
def test_what_cannot_be_is_as_if_not_asked_for(past: Cast, paid: Any, browse: Browse, asked: dict[str, str]) -> None:
    paid("tip", 500)
    assert len(spent(browse, past, **asked).context["history"]) == 1
    assert browse(past.ana).get("/studio/", asked).status_code == 200


def test_pages_of_a_history_keep_what_it_was_narrowed_to(past: Cast, paid: Any, browse: Browse) -> None:
    for number in range(15):
        paid("tip", 100 + number)
    page = spent(browse, past, kind="tip", period="7")
    assert page.context["older_url"] == "?period=7&kind=tip&from=10"
    second = browse(past.cy).get(f"/wallet/{page.context['older_url']}")
    assert [len(one.context["history"]) for one in (page, second)] == [10, 5]
    assert second.context["newer_url"] == "?period=7&kind=tip&from=0"


def test_the_file_has_every_session_and_no_formula(past: Cast, paid: Any, browse: Browse) -> None:
    Room.objects.filter(pk=past.ana_room.pk).update(title="=HYPERLINK(1)")
    past.ana_room.refresh_from_db()
    for number in range(23):
        paid("tip", 100 + number)
    paid("private", 700, days=50)
    answer = browse(past.cy).get("/ppv/history/paid.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert (len(found), found[-1]["kind"], found[-1]["amount"]) == (24, "private", "-7.00")
    assert {row["room"] for row in found} == {"'=HYPERLINK(1)"}
    narrowed = b"".join(browse(past.ana).get("/ppv/history/earned.csv?when=30").streaming_content)
    assert narrowed.decode().count("\r\n") == 24


def test_files_are_of_whoever_is_signed_in(past: Cast, paid: Any, browse: Browse) -> None:
    paid("tip", 500)
    assert browse(None).get("/ppv/history/paid.csv").headers["Location"].startswith("/login/")
    assert browse(past.cy).get("/ppv/history/earned.csv").status_code == 404
    assert browse(past.cy).get("/ppv/history/other.csv").status_code == 404
    assert b"".join(browse(past.bo).get("/ppv/history/earned.csv").streaming_content).count(b"\r\n") == 1
    assert browse(past.bo).get("/studio/", {"view": "books"}).context["earned"].is_empty


def test_rooms_that_were_paid_for_wait_for_stars_until_they_have_them(past: Cast, paid: Any, browse: Browse) -> None:
    session = paid("private", 500)
    assert f"/ppv/receipts/{session.id}/#rating" in spent(browse, past).content.decode()
    shows.rate_room(user=past.cy, session_id=session.id, stars=4, now=past.now)
    assert spent(browse, past).context["to_rate"] == []


def test_what_runs_is_told_with_its_cost_and_only_to_who_pays(past: Cast, browse: Browse) -> None:
    past.live(past.ana, past.free)
    past.private(past.cy)
    past.pass_time(100)
    shows.report_usage(now=past.now, room_id=past.ana_room.pk)
    told = browse(past.cy).get("/ppv/wallet/running.json").json()["meters"]
    assert [(one["cost"], one["used_ms"], one["flow"]) for one in told] == [("3.00", 100_000, "flowing")]
    page = spent(browse, past).content.decode()
    assert re.search(r'data-part="cost">3\.00<', page)
    assert 'href="/live/ana/" data-part="go-there"' in page
    for other in (past.di, past.ana, None):
        assert browse(other).get("/ppv/wallet/running.json").json() == {"meters": []}


def test_what_was_bought_is_listed(past: Cast, browse: Browse) -> None:
    page = spent(browse, past)
    assert [one.amount for one in page.context["bought"]] == [100_000]
    assert spent(browse, past).context["spent"].is_empty


@pytest.mark.parametrize("path", ["/wallet/", "/studio/", "/studio/?view=books"])
def test_a_long_past_takes_as_many_queries_as_a_short_one(past: Cast, paid: Any, browse: Browse, path: str) -> None:
    browser = browse(past.cy if path == "/wallet/" else past.ana)
    for kind in ("tip", "private", "group"):
        paid(kind, 200, days=2)
    browser.get(path)
    with CaptureQueriesContext(connection) as few:
        browser.get(path)
    for number in range(40):
        paid(("tip", "private", "group")[number % 3], 200 + number, days=number)
    with CaptureQueriesContext(connection) as many:
        browser.get(path)
    assert len(many) == len(few)


def test_who_may_not_go_live_reads_the_books_all_the_same(past: Cast, paid: Any, browse: Browse) -> None:
    paid("tip", 500)
    type(past.ana.ppv_performer).objects.update(status="suspended")
    page = browse(past.ana).get("/studio/")
    assert "<ppv-console" not in page.content.decode()
    assert "view=books" in page.content.decode()
    assert earned(browse, past).context["earned"].amount == 400
