"""Panels of the first page: right numbers, each to those who may know them, a few questions to the database."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ppv_plugin.backoffice import audit, dashboard
from ppv_plugin.charts import HEIGHT, WIDTH, chart
from ppv_plugin.metering import refunds
from ppv_plugin.models import MeteredSession, Performer, Room
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def root(admin: Client) -> Any:
    return get_user_model().objects.get(is_superuser=True)


def facts(panel: type[dashboard.Panel], user: Any) -> dict[str, Any]:
    return panel(user).get_context_data()


def test_the_live_panel_counts_rooms_and_people(root: Any, worked: Cast) -> None:
    Room.objects.filter(pk=worked.ana_room.pk).update(viewers=7)
    found = facts(dashboard.LivePanel, root)
    assert (found["rooms"], found["viewers"]) == (1, 7)
    assert [room.title for room in found["fullest"]] == ["Ana's room"]


def test_nobody_live_is_said(admin: Client, worked: Cast) -> None:
    Room.objects.update(state="offline")
    assert "Nobody is live." in admin.get("/admin/").content.decode()


def test_the_liability_is_what_wallets_and_earnings_have(root: Any, worked: Cast) -> None:
    found = facts(dashboard.LiabilityPanel, root)
    assert found["total"] == worked.balance(worked.cy) + worked.earned(worked.ana) + worked.studio_earned()
    assert found["owed"][0][1] == worked.balance(worked.cy) == 9717


def test_the_revenue_panel_has_a_bar_for_each_day(root: Any, worked: Cast) -> None:
    assert len(facts(dashboard.RevenuePanel, root)["chart"].bars) == 30


def test_alerts_lead_to_what_waits(admin: Client, root: Any, worked: Cast) -> None:
    assert facts(dashboard.AlertsPanel, root)["alerts"] == []
    session = MeteredSession.objects.get()
    refunds.request_refund(
        session_id=session.id, amount=100, reason="Echo", cid="a", alone_max=0, actor="7", now=worked.now
    )
    Performer.objects.filter(pk=worked.bo.ppv_performer.pk).update(status="submitted")
    alerts = facts(dashboard.AlertsPanel, root)["alerts"]
    assert [text for text, _url in alerts] == ["1 refund waits for a second person.", "1 profile waits for approval."]
    for _text, url in alerts:
        page = admin.get(url)
        assert page.status_code == 200
        assert len(page.context["object_list"]) == 1


def test_books_that_do_not_balance_are_an_alert(root: Any, worked: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ppv_plugin_account SET balance = balance + 5 WHERE kind = 'house'")
    (text, _url), *_others = facts(dashboard.AlertsPanel, root)["alerts"]
    assert "sum to 5 hundredths" in text
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ppv_plugin_account SET balance = balance - 5 WHERE kind = 'house'")


def test_the_panels_ask_the_database_little_however_much_there_is(root: Any, worked: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            for panel in dashboard.PANELS:
                facts(panel, root)
        return len(queries)

    facts(dashboard.LivePanel, root)  # permissions are read once for a user
    before = asked()
    for number in range(20):
        Room.objects.create(
            site=worked.site, slug=f"r{number}", title=f"R{number}", performer=worked.bo.ppv_performer, state="free"
        )
    assert asked() == before <= 12


def test_the_page_needs_no_inline_style(admin: Client) -> None:
    page = admin.get("/admin/").content.decode()
    panels = page[page.index('id="ppv-live-section"') : page.index("</main>")]
    assert "style=" not in panels
    assert "ppv_plugin/css/backoffice" in page


def test_bars_stay_inside_the_picture() -> None:
    found = chart([("a", 0), ("b", 1), ("c", 10**12), ("d", -(10**9))])
    for bar in found.bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    assert [bar.height > 0 for bar in found.bars] == [False, True, True, True]


def test_only_losses_hang_from_the_top() -> None:
    found = chart([("a", -50), ("b", -100)])
    assert [(bar.y, bar.height) for bar in found.bars] == [(0, HEIGHT // 2), (0, HEIGHT)]


def test_nothing_at_all_is_a_flat_line() -> None:
    found = chart([("a", 0), ("b", 0)])
    assert (found.baseline, {bar.height for bar in found.bars}) == (HEIGHT, {0})


def test_the_first_page_says_when_the_whole_ledger_was_proven(admin: Client, worked: Cast) -> None:
    before = admin.get("/admin/").content.decode()
    assert "has not run here yet" in before
    call_command("ppv_reconcile", stdout=StringIO(), stderr=StringIO())
    after = admin.get("/admin/").content.decode()
    assert "was proven last on" in after
    assert "has not run here yet" not in after


def test_a_proof_that_found_drifts_is_an_alert(root: Any, worked: Cast) -> None:
    audit.proven(checks=16, drifts=2)
    alerts = facts(dashboard.AlertsPanel, root)["alerts"]
    assert [text for text, _url in alerts] == [
        "The last proof of the whole ledger found 2 drifts: run ppv_reconcile, which names them."
    ]
