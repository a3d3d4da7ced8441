"""A site may keep the last minutes of a wallet out of reach (spec B-5). CPM 2.00, grace 10 s, two minutes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppv_plugin.errors import InsufficientFunds
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import charging, prices_sql
from ppv_plugin.metering import queries as metering
from ppv_plugin.metering import services as metering_services
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.receipts.document import document_of, receipt_from
from ppv_plugin.metering.rules import Party, Split, Tariff
from ppv_plugin.models import PricingSettings
from ppv_plugin.shows.queries import room_view
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast
from tests.races.world import NOW, move, wallet


@pytest.fixture
def live(cast: Cast) -> Cast:
    PricingSettings.objects.update(grace_window_minutes=0, reserve_minutes=2)
    cast.live(cast.ana, cast.free)
    return cast


def cutoff_ms(cast: Cast) -> int | None:
    (line,) = metering.meter_lines(now=cast.now)
    return line.cutoff_ms


def spend(cast: Cast, amount: int) -> None:
    account = cast._wallet(cast.cy).account_id
    assert account is not None
    draft = Draft(
        source="tip", source_id="1", kind="tip", movements=(Movement(account, ledger.account(kind="house").id, amount),)
    )
    ledger.post(drafts=[draft], now=cast.now)


@pytest.mark.parametrize(("funds", "end_ms"), [(2000, 490_000), (1001, 190_300), (1000, 190_000)])
def test_a_session_ends_when_the_reserve_is_left(live: Cast, funds: int, end_ms: int) -> None:
    live.fund(live.cy, funds)
    private = live.private(live.cy)
    assert cutoff_ms(live) == end_ms
    assert MeteredSession.objects.get().granted_ms <= end_ms
    live.pass_time(600, meter=Meter())
    receipt = live.receipt(private.session_id)
    assert (receipt.used_ms, receipt.reason) == (end_ms, "reserve")
    assert live.available(live.cy) == live.balance(live.cy) == 400


def test_a_top_up_moves_the_end(live: Cast) -> None:
    live.fund(live.cy, 1000)
    live.private(live.cy)
    live.pass_time(30, meter=Meter())
    live.fund(live.cy, 200)
    assert cutoff_ms(live) == 250_000


def test_a_wallet_emptied_beside_the_session_ends_it_at_what_was_used(live: Cast) -> None:
    live.fund(live.cy, 2000)
    private = live.private(live.cy)
    meter = Meter()
    live.pass_time(300, meter=meter)
    spend(live, live.available(live.cy))
    live.pass_time(5, meter=meter)
    receipt = live.receipt(private.session_id)
    assert (receipt.reason, receipt.total) == ("reserve", 983)  # 295 billed seconds
    assert live.available(live.cy) == live.balance(live.cy)


def test_who_has_less_than_the_minimum_does_not_start(live: Cast) -> None:
    live.fund(live.cy, 999)
    with pytest.raises(InsufficientFunds):
        live.private(live.cy)


def test_the_room_and_the_receipt_say_so(live: Cast) -> None:
    live.fund(live.cy, 1000)
    private = live.private(live.cy)
    said = "charged by the second; the price of the last 2 minutes stays in the wallet"
    assert room_view(room_id=live.ana_room.pk, now=live.now).private.price.rule_text == said
    receipt = live.receipt(private.session_id)
    assert receipt.rule_text == said
    document = document_of(receipt)
    assert document["rule"]["reserve_minutes"] == 2
    assert receipt_from(document).rule_text == said


def test_the_reserve_is_frozen_with_the_price(live: Cast) -> None:
    live.fund(live.cy, 1000)
    live.private(live.cy)
    PricingSettings.objects.update(reserve_minutes=0)
    assert cutoff_ms(live) == 190_000


@pytest.mark.parametrize(("start", "reserve", "fine"), [(5, 4, True), (5, 5, False), (0, 0, True), (0, 1, False)])
def test_a_reserve_that_takes_all_is_refused_with_the_bound(cast: Cast, start: int, reserve: int, fine: bool) -> None:
    prices = PricingSettings.for_site(cast.site)
    prices.minutes_to_start, prices.reserve_minutes = start, reserve
    if fine:
        prices.clean()
        return
    with pytest.raises(ValidationError, match=f"minutes needed to start, {start}") as refused:
        prices.clean()
    assert set(refused.value.message_dict) == {"reserve_minutes"}


def _session(payer: Any, payee: Any, number: int, **numbers: Any) -> MeteredSession:
    tariff = Tariff(split=Split(8000, (Party(payee.id),), ledger.account(kind="house").id), **numbers)
    hold = metering_services.reserve(
        account_id=payer.id, tariff=tariff, source="visit", source_id=f"{payer.id}-{number}", now=NOW
    )
    return metering_services.open_session(
        client_account_id=payer.id, hold_id=hold.id, subject="group", subject_id=UUID(int=hold.id), now=NOW,
        participant=f"v-{hold.id}", tariff=tariff, facts={"room_id": 1},
    )  # fmt: skip


@pytest.mark.postgres
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    funds=st.integers(0, 4000),
    rule=st.sampled_from(("per_second", "started_minutes", "upfront_minutes", "minimum", "steps")),
    cpm=st.integers(1, 900),
    minutes=st.integers(0, 4),
    story=st.lists(st.tuples(st.integers(0, 120_000), st.integers(0, 900)), max_size=5),
)
def test_one_statement_keeps_the_same_reserve_as_the_lines_of_python(
    funds: int, rule: str, cpm: int, minutes: int, story: list[tuple[int, int]]
) -> None:
    payee, numbers = wallet(0), {"rule": rule, "cpm": cpm, "reserve_minutes": minutes, "grace_ms": 10_000}
    payers = [wallet(funds + 20 * cpm) for _ in range(2)]
    in_sql, in_python = (_session(payer, payee, 1, minutes_to_start=1, **numbers) for payer in payers)
    used_ms = 0
    for more_ms, spent in story:
        used_ms += more_ms
        for payer in payers:
            payer.refresh_from_db()
            if payer.available >= spent > 0:
                move(payer, payee, spent)
        MeteredSession.objects.filter(id__in=[in_sql.id, in_python.id]).update(used_ms=used_ms)
        (said,) = prices_sql.extend(session_ids=[in_sql.id], ahead_ms=60_000)
        done = charging._extend_in_turn([in_python.id], 60_000, NOW)
        assert said.exhausted == (done.exhausted == [in_python.id])
        assert said.granted == (done.granted == [in_python.id])
        rows = MeteredSession.objects.in_bulk([in_sql.id, in_python.id])
        holds = ledger_queries.hold_amounts(hold_ids=[row.hold_id for row in rows.values()])
        facts = [(row.granted_ms, row.final, row.used_ms, holds[row.hold_id]) for row in rows.values()]
        assert facts[0] == facts[1]
        if said.exhausted:
            break
    assert ledger_queries.violations() == []
