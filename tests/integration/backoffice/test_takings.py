"""Reports: what they say is what the ledger has, to the hundredth, whichever way it is cut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import refunds, reports
from ppv_plugin.metering.reports import Takings
from ppv_plugin.models import MeteredSession
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .test_exports import csv_rows

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = {"start": datetime(2026, 2, 1, tzinfo=UTC), "end": datetime(2026, 5, 1, tzinfo=UTC), "zone": BERLIN}
PERIOD = {"period_from": "2026-02-01", "period_to": "2026-04-30"}


@pytest.fixture
def busy(worked: Cast) -> Cast:
    """Ana in private twice, a minute of it in the night; Bo's group show with two visitors; one refund in part."""
    meter = Meter()
    worked.now = datetime(2026, 3, 1, 22, 59, 30, tzinfo=UTC)  # half a minute before midnight in Berlin
    private = worked.private(worked.cy)
    worked.pass_time(73, meter=meter)
    shows.end_private(user=worked.cy, private_id=private.id, now=worked.now)
    worked.fund(worked.di, 5_000)
    worked.live(worked.bo, worked.group)
    worked.visit(worked.di)
    worked.visit(worked.cy)
    worked.pass_time(131, meter=meter)
    shows.leave(user=worked.bo, room_id=worked.bo_room.pk, now=worked.now)
    first = MeteredSession.objects.order_by("opened_at").first()
    assert first is not None
    refunds.request_refund(
        session_id=first.id, amount=99, reason="Echo", cid="a", alone_max=None, actor="policy", now=worked.now
    )
    return worked


def whole(by: reports.By) -> Takings:
    return reports.total(reports.takings(by=by, **SPRING))


def posted(source: str, kind: str) -> int:
    """What accounts of this kind were given, less what they gave, straight from the entries."""
    entries = apps.get_model("ppv_plugin", "Entry").objects.filter(transfer__source=source)
    came = entries.filter(credit__kind=kind).aggregate(s=Sum("amount"))["s"] or 0
    went = entries.filter(debit__kind=kind).aggregate(s=Sum("amount"))["s"] or 0
    return int(came - went)


@pytest.mark.parametrize("by", reports.WAYS)
def test_the_lines_add_up_to_what_the_ledger_has(busy: Cast, by: reports.By) -> None:
    found = whole(by)
    assert (found.paid, found.refunded) == (-posted("session", "client"), 99)
    for kind, amount in (("performer", found.performers), ("studio", found.studios), ("house", found.house)):
        assert amount == posted("session", kind) + posted("refund", kind)


@pytest.mark.parametrize("by", reports.WAYS)
def test_every_line_is_shared_out_completely(busy: Cast, by: reports.By) -> None:
    lines = reports.takings(by=by, **SPRING)
    assert lines
    for line in lines:
        assert line.takings.net == line.takings.performers + line.takings.studios + line.takings.house


def test_a_day_begins_at_midnight_of_the_reader(busy: Cast) -> None:
    days = [line.key for line in reports.takings(by="day", **SPRING)]
    assert days == [date(2026, 3, 1), date(2026, 3, 2)]
    in_utc = reports.takings(by="day", **{**SPRING, "zone": ZoneInfo("Pacific/Kiritimati")})
    assert [line.key for line in in_utc] == [date(2026, 3, 2)]


def test_the_end_of_a_period_is_not_part_of_it(busy: Cast) -> None:
    moment = apps.get_model("ppv_plugin", "Transfer").objects.filter(source="refund").get().posted_at
    before = reports.total(reports.takings(by="day", start=SPRING["start"], end=moment, zone=BERLIN))
    after = reports.total(reports.takings(by="day", start=moment, end=moment + timedelta(seconds=1), zone=BERLIN))
    assert (before.refunded, after.refunded) == (0, 99)


def test_modes_and_kinds_of_shows_are_told_apart(busy: Cast) -> None:
    assert [line.key for line in reports.takings(by="mode", **SPRING)] == [("group", "Group"), ("private", "Free")]


def test_what_has_no_studio_is_a_line_too(busy: Cast) -> None:
    lines = {line.key: line.takings for line in reports.takings(by="studio", **SPRING)}
    eos = ledger_queries.account_ids_of(kind="studio", owners=[str(busy.eos.uuid)])[str(busy.eos.uuid)]
    assert set(lines) == {None, eos}
    assert lines[None].studios == 0 < lines[eos].studios


def test_a_refund_that_the_payee_owes_is_taken_off_its_part(busy: Cast) -> None:
    """Ana has spent what she earned, so the refund stands in her debt; the report is the same as if she had paid."""
    before = whole("performer")
    earned = ledger.account(kind="performer", owner=str(busy.ana.ppv_performer.uuid))
    spend = Movement(earned.id, ledger.account(kind="provider", owner="test").id, busy.earned(busy.ana))
    ledger.post(drafts=[Draft(source="payout", source_id="1", kind="payout", movements=(spend,))], now=busy.now)
    session = MeteredSession.objects.filter(facts__performer="Ana").order_by("-opened_at").first()
    assert session is not None
    refunds.request_refund(
        session_id=session.id, amount=100, reason="Echo", cid="b", alone_max=None, actor="policy", now=busy.now
    )
    after = whole("performer")
    assert (before.performers - after.performers, before.house - after.house) == (80, 20)


@pytest.mark.parametrize("by", reports.WAYS)
def test_a_report_is_one_statement(busy: Cast, by: reports.By) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reports.takings(by=by, **SPRING)
    assert len(queries) == 1


@pytest.mark.parametrize("by", reports.WAYS)
def test_the_page_and_the_spreadsheet_say_the_same(admin: Client, busy: Cast, by: str) -> None:
    url = f"/admin/ppv/takings/{by}/"
    page = admin.get(url, PERIOD)
    assert page.status_code == 200
    said = dict(page.context["sums"])
    rows = csv_rows(admin, url, **PERIOD)
    exported = sum(round(float(row["Paid"]) * 100) for row in rows)
    assert exported == whole(by).paid == next(iter(said.values()))  # type: ignore[arg-type]


def test_days_without_takings_are_shown_as_nothing(admin: Client, busy: Cast) -> None:
    rows = csv_rows(admin, "/admin/ppv/takings/day/", period_from="2026-02-27", period_to="2026-03-03")
    assert [row["Day"] for row in rows] == [f"2026-02-{day}" for day in (27, 28)] + [
        f"2026-03-0{day}" for day in (1, 2, 3)
    ]
    assert [row["Paid"] for row in rows][:2] == ["0.00", "0.00"]


def test_the_chart_is_named_described_and_drawn_without_style(admin: Client, busy: Cast) -> None:
    page = admin.get("/admin/ppv/takings/day/", PERIOD).content.decode()
    chart = page[page.index("<figure") : page.index("</figure>")]
    assert 'role="img"' in chart
    assert "<title id=" in chart
    assert "The highest bar is" in chart
    assert "style=" not in chart


def test_performers_are_named_and_the_best_comes_first(admin: Client, busy: Cast) -> None:
    rows = csv_rows(admin, "/admin/ppv/takings/performer/", **PERIOD)
    assert [row["Broadcaster"] for row in rows] == ["Bo", "Ana"]


@pytest.mark.parametrize("query", [{"period_from": "soon"}, {"period_from": "2026-04-30", "period_to": "2026-01-01"}])
def test_a_period_that_cannot_be_meant_breaks_nothing(admin: Client, query: dict[str, Any]) -> None:
    assert admin.get("/admin/ppv/takings/day/", query).status_code == 200


def test_there_is_no_report_by_anything_else(admin: Client) -> None:
    assert admin.get("/admin/ppv/takings/planet/").status_code == 404
