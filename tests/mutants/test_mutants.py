"""Each guard of the billing core is taken away in turn, and some test has to notice.

The faults stand in `table.py`. One that nobody notices fails the suite by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import Phase

from ppv_plugin.ledger import queries
from tests.integration.metering.machine import run
from tests.races import test_money_races as money
from tests.races import test_refund_races as refunds

from . import test_guards as guards
from .table import CONCURRENCY, LOGIC, SQL

ON_POSTGRES = connection.vendor == "postgresql"
FOR_MACHINE = SQL if ON_POSTGRES else LOGIC
RACES: dict[str, Callable[[], None]] = {
    "eight_spenders": money.test_eight_spenders_of_one_wallet_never_overdraw_it,
    "everything_at_once": money.test_closers_ticks_tips_and_reports_at_once_lose_and_double_nothing,
    "referring": money.test_a_tick_does_not_stop_those_who_only_refer_to_the_wallet,
    "many_workers": money.test_many_workers_settle_many_sessions_once_each,
    "eight_closers": money.test_eight_closers_close_once,
    "eight_refunds": refunds.test_eight_part_refunds_never_exceed_the_charge,
    "one_adjustment": refunds.test_one_key_of_an_adjustment_counts_once,
    "tip_under_way": guards.test_a_tick_waits_for_a_tip_under_way,
    "claimed_elsewhere": guards.test_a_tick_passes_over_what_another_worker_holds,
    "eight_releases": guards.test_eight_releases_give_back_once,
    "one_key_two_wallets": guards.test_one_key_for_two_wallets_is_posted_once,
    "two_lives": guards.test_reports_of_two_lives_of_the_engine_at_once_lose_neither,
}
EXAMPLES = 150
TRIES = 4  # a race may go well by chance


def drive(examples: int) -> None:
    """The same examples each time, and no search for a smaller one: that something fails is all that is asked."""
    run(examples, 30, phases=(Phase.generate,), derandomize=True, report_multiple_bugs=False)


def race(name: str) -> None:
    RACES[name]()
    assert queries.violations() == []


def notices(test: Callable[..., None], *words: Any) -> bool:
    try:
        test(*words)
    except Exception:
        return True
    return False


def by_name(fault: Any) -> str:
    return str(fault.name)


def test_without_a_fault_the_machine_is_content(db: None) -> None:
    drive(4)


@pytest.mark.parametrize("fault", FOR_MACHINE, ids=by_name)
def test_the_machine_notices(db: None, fault: Any) -> None:
    with fault.made():
        noticed = notices(drive, EXAMPLES)
    assert noticed, f"nobody notices that {fault.name}"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", CONCURRENCY, ids=by_name)
def test_a_race_notices(fault: Any) -> None:
    with fault.made():
        noticed = any(notices(race, fault.noticed_by) for _try in range(TRIES))
    assert noticed, f"nobody notices that {fault.name}"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", RACES)
def test_without_a_fault_the_race_is_won(name: str) -> None:
    race(name)
