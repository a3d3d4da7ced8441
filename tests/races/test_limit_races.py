"""A client's own limit on a real PostgreSQL: many who spend at once, also while the limit itself is being changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import pytest

from ppv_plugin.errors import LimitReached
from ppv_plugin.ledger import limiting, limits, queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, SpendLimit
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession

from .world import NOW, move, race, report, session, wallet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _the_ledger_agrees_with_itself() -> Iterator[None]:
    yield
    assert queries.violations() == []


@pytest.fixture
def payee() -> Account:
    return ledger.account(kind="performer", owner="p")


def set_limit(payer: Account, amount: int | None) -> None:
    limiting.set_limit(account_id=payer.id, kind="day", amount=amount, actor="cy", now=NOW)


def outlay(payer: Account) -> int:
    payer.refresh_from_db()
    return limits.spent(account_ids=[payer.id], kinds=["day"], now=NOW).get(payer.id, {}).get("day", 0) + payer.held


def test_eight_spenders_stay_within_a_limit_together(payee: Account) -> None:
    payer = wallet(10_000)
    set_limit(payer, 1000)
    errors = race(*[partial(move, payer, payee, 300) for _ in range(8)])
    assert [type(e) for e in errors] == [LimitReached] * 5
    assert outlay(payer) == 900


def test_purchases_and_holds_share_the_limit(payee: Account) -> None:
    payer = wallet(10_000)
    set_limit(payer, 1000)

    def hold(number: int) -> None:
        ledger.place_hold(account_id=payer.id, source="t", source_id=str(number), amount=300, now=NOW)

    errors = race(*[partial(hold, n) for n in range(4)], *[partial(move, payer, payee, 300) for _ in range(4)])
    assert [type(e) for e in errors] == [LimitReached] * 5
    assert outlay(payer) == 900


def test_a_limit_set_between_purchases_holds_from_then_on(payee: Account) -> None:
    payer = wallet(10_000)
    errors = race(*[partial(move, payer, payee, 100) for _ in range(8)], partial(set_limit, payer, 300))
    assert {type(e) for e in errors} <= {LimitReached}
    with pytest.raises(LimitReached):
        move(payer, payee, 301)
    if errors:
        assert outlay(payer) >= 300


def test_eight_tabs_that_lower_and_raise_leave_one_story() -> None:
    payer = wallet(10_000)
    set_limit(payer, 1000)
    assert race(*[partial(set_limit, payer, amount) for amount in (900, 2000, 800, None, 700, 3000, 600, 500)]) == []
    amounts = [row.amount for row in SpendLimit.objects.filter(takes_effect_at__lte=NOW).order_by("id")]
    assert all(a is not None and b is not None and b <= a for a, b in pairwise(amounts))
    assert limits.limits_in_force(account_ids=[payer.id], now=NOW)[payer.id]["day"].amount == 500


def test_sessions_of_one_client_under_several_meters_end_within_the_limit(payee: Account) -> None:
    payer = wallet(100_000)
    set_limit(payer, 1000)
    sessions = [session(payer, payee) for _ in range(3)]
    for seconds in range(30, 301, 30):
        report(sessions, seconds * 1000)
        assert race(*[partial(metering.tick, now=NOW) for _ in range(4)]) == []
        assert outlay(payer) <= 1000
    for row in MeteredSession.objects.all():
        metering.close_session(session_id=row.id, reason="limit", now=NOW)
    assert outlay(payer) == 1000
