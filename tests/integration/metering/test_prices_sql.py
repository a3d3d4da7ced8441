"""PostgreSQL prices a session as `metering.rules` does: the same formula twice, held together here."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.metering import prices_sql, rules
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.rules import Party, Split, Tariff
from tests.races.world import NOW, session, wallet

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]  # SQLite prices in Python

SPLIT = Split(8000, (Party(1),), 2)
TARIFFS = st.builds(
    Tariff,
    rule=st.sampled_from(rules.RULES),
    cpm=st.integers(1, 100_000),
    split=st.just(SPLIT),
    grace_ms=st.integers(0, 120_000),
    threshold_ms=st.integers(0, 60_000),
    step_ms=st.integers(1, 60_000),
    minimum_ms=st.integers(0, 600_000),
    block_ms=st.integers(1, 20).map(lambda minutes: minutes * 60_000),
    blocks_agreed=st.integers(1, 5),
)
CASES = st.lists(
    st.tuples(TARIFFS, st.integers(0, 10**8), st.one_of(st.integers(-1000, 10**6), st.integers(0, 10**15))),
    min_size=50,
    max_size=50,
)


def in_sql(cases: list[tuple[Tariff, int, int]]) -> list[tuple[int, int]]:
    columns = ["cpm", "free_ms", "shift_ms", "unit_ms", "minimum_ms", "limit_ms", "ms", "funds"]
    rows = [(*msgspec.structs.astuple(rules.price_of(t)), ms, funds) for t, ms, funds in cases]
    arrays = ", ".join(["%s::bigint[]"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {prices_sql.owed('ms')}, {prices_sql.affordable_ms('funds')} "
            f"FROM unnest({arrays}) WITH ORDINALITY AS v({', '.join(columns)}, n) ORDER BY n",
            [list(column) for column in zip(*rows, strict=True)],
        )
        return cursor.fetchall()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES)
def test_what_is_owed_and_how_far_a_sum_reaches_are_the_same(cases: list[tuple[Tariff, int, int]]) -> None:
    expected = [(rules.owed(t, ms), rules.affordable_ms(t, funds)) for t, ms, funds in cases]
    assert in_sql(cases) == expected


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(funds=st.integers(0, 5000), cpm=st.integers(1, 900), used=st.lists(st.integers(0, 400_000), max_size=4))
def test_a_hold_is_extended_to_the_same_hundredth(funds: int, cpm: int, used: list[int]) -> None:
    payer = wallet(funds + cpm)
    row = session(payer, wallet(0), cpm=cpm)
    tariff = rules.tariff_from(row.tariff)
    for ms in sorted(used):
        held = ledger_queries.hold_amounts(hold_ids=[row.hold_id])[row.hold_id]
        available = ledger_queries.balances_of(account_ids=[payer.id])[payer.id].available
        MeteredSession.objects.filter(id=row.id).update(used_ms=ms)
        expected = rules.grant(tariff, used_ms=ms, settled=0, held=held, available=available, ahead_ms=60_000)
        (extended,) = prices_sql.extend(session_ids=[row.id], ahead_ms=60_000)
        before_ms = row.granted_ms
        row.refresh_from_db()
        held = ledger_queries.hold_amounts(hold_ids=[row.hold_id])[row.hold_id]
        assert (held, row.granted_ms, row.final) == (expected.hold, expected.granted_ms, expected.final)
        assert extended == (row.id, expected.granted_ms != before_ms, expected.final and ms >= expected.granted_ms)
    assert ledger_queries.violations() == []


def test_sessions_of_one_client_take_turns_in_one_batch() -> None:
    payer, payee = wallet(1000), wallet(0)
    rows = sorted((session(payer, payee, cpm=200) for _ in range(3)), key=lambda row: row.id)
    alone = session(wallet(1000), payee, cpm=200)
    MeteredSession.objects.filter(id__in=[row.id for row in rows]).update(used_ms=60_000)
    MeteredSession.objects.filter(id=alone.id).update(used_ms=60_000)
    done = metering.tick(now=NOW + timedelta(minutes=1))
    granted = [MeteredSession.objects.get(id=row.id).granted_ms for row in rows]
    assert granted == [120_000, 120_000, 60_000]
    assert MeteredSession.objects.get(id=alone.id).granted_ms == 120_000
    assert done.exhausted == [rows[2].id]
    assert ledger_queries.violations() == []
