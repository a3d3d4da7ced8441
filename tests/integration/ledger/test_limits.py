"""A client's own limits: what counts, what takes effect when, and that no posting or hold goes round them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ppv_plugin.errors import BadInput, BreakStands, InsufficientFunds, LimitReached, OnBreak
from ppv_plugin.ledger import limit_queries, limiting, limits
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, SpendLimit
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.testing.cast import Cast

COOL_OFF = timedelta(hours=24)


@pytest.fixture
def wallet(cast: Cast) -> Account:
    cast.fund(cast.cy, 10_000)
    return Account.objects.get(kind="client")


def limit(cast: Cast, wallet: Account, kind: str, amount: int | None) -> SpendLimit | None:
    return limiting.set_limit(account_id=wallet.id, kind=kind, amount=amount, actor="cy", now=cast.now)


def pay(
    cast: Cast, wallet: Account, amount: int, key: str = "k", *, to: str = "performer", source: str = "tip"
) -> Draft:
    payee = ledger.account(kind=to, owner="" if to == "house" else "p")
    move = Movement(wallet.id, payee.id, amount)
    draft = Draft(source=source, source_id=key, kind="tip", movements=(move,))
    ledger.post(drafts=[draft], now=cast.now)
    return draft


def left(cast: Cast, wallet: Account) -> int | None:
    return limits.allowances(account_ids=[wallet.id], now=cast.now)[wallet.id].left


def test_what_was_spent_and_what_is_held_count(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 2000)
    pay(cast, wallet, 500)
    ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=300, now=cast.now)
    assert left(cast, wallet) == 1200


@pytest.mark.parametrize("payee", ["performer", "studio", "house"])
def test_a_purchase_above_the_limit_is_refused_whoever_earns(cast: Cast, wallet: Account, payee: str) -> None:
    limit(cast, wallet, "day", 500)
    pay(cast, wallet, 500, "a", to=payee)
    with pytest.raises(LimitReached, match=r"5\.00 a day.*0\.00.*March 2, 2026"):
        pay(cast, wallet, 1, "b", to=payee)
    assert cast.balance(cast.cy) == 9500


def test_a_hold_above_the_limit_is_neither_placed_nor_extended(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "week", 500)
    hold = ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=400, now=cast.now)
    with pytest.raises(LimitReached, match=r"5\.00 a week.*1\.00"):
        ledger.place_hold(account_id=wallet.id, source="t", source_id="2", amount=101, now=cast.now)
    with pytest.raises(LimitReached):
        ledger.resize_holds(amounts={hold.id: 501}, now=cast.now)
    ledger.resize_holds(amounts={hold.id: 500}, now=cast.now)
    assert left(cast, wallet) == 0


def test_what_is_paid_from_a_hold_is_not_counted_twice(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    hold = ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=500, now=cast.now)
    performer = ledger.account(kind="performer", owner="p")
    draft = Draft(
        source="session",
        source_id="s",
        kind="group",
        movements=(Movement(wallet.id, performer.id, 450),),
        hold_id=hold.id,
        hold_use=450,
    )
    ledger.post(drafts=[draft], now=cast.now)
    assert left(cast, wallet) == 0
    ledger.release_hold(hold_id=hold.id, now=cast.now)
    assert left(cast, wallet) == 50


def test_missing_funds_are_named_before_a_limit(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 1)
    with pytest.raises(InsufficientFunds):
        ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=10_001, now=cast.now)


def test_corrections_of_the_site_are_no_spending(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 100)
    pay(cast, wallet, 900, to="house", source="adjustment")
    assert left(cast, wallet) == 100


def test_top_ups_do_not_stretch_a_limit(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 100)
    pay(cast, wallet, 100)
    cast.fund(cast.cy, 5000)
    assert left(cast, wallet) == 0


def test_a_refund_counts_at_the_time_of_what_it_gives_back(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 1000)
    pay(cast, wallet, 600, "yesterday")
    refund(cast, wallet, 100, of="yesterday")
    assert left(cast, wallet) == 500
    cast.now += timedelta(days=1)
    pay(cast, wallet, 700, "today")
    refund(cast, wallet, 500, of="yesterday")
    assert left(cast, wallet) == 300


def refund(cast: Cast, wallet: Account, amount: int, *, of: str) -> None:
    from ppv_plugin.ledger.models import Transfer

    performer = ledger.account(kind="performer", owner="p")
    reverses = Transfer.objects.get(source="tip", source_id=of)
    draft = Draft(
        source="refund",
        source_id=f"{of}-{amount}",
        kind="refund",
        movements=(Movement(performer.id, wallet.id, amount),),
        reverses_id=reverses.id,
    )
    ledger.post(drafts=[draft], now=cast.now)


def test_the_narrowest_of_several_limits_decides(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 300)
    limit(cast, wallet, "week", 1000)
    limit(cast, wallet, "month", 400)
    pay(cast, wallet, 250)
    cast.now += timedelta(days=1)  # a Monday: a new day and a new week, the same month
    assert left(cast, wallet) == 150
    assert limits.allowances(account_ids=[wallet.id], now=cast.now)[wallet.id].kind == "month"


def test_windows_are_those_of_the_sites_time_zone(cast: Cast, wallet: Account, settings: object) -> None:
    settings.TIME_ZONE = "America/New_York"  # type: ignore[attr-defined]
    cast.now = datetime(2026, 3, 8, 4, 59, tzinfo=UTC)  # 23:59 on the 7th there
    limit(cast, wallet, "day", 500)
    pay(cast, wallet, 500)
    cast.now += timedelta(minutes=2)
    assert left(cast, wallet) == 500
    start, end = limits.site_window("day", cast.now)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)  # clocks go forward on that day


# --- changes ----------------------------------------------------------------------------------------------------------
def in_force(cast: Cast, wallet: Account, kind: str = "day") -> tuple[int | None, int | None]:
    """What is in force, and what is coming (-1 = nothing)."""
    rows = limit_queries.limits_of(account_id=wallet.id, now=cast.now).kinds
    now = next(row for row in rows if row.kind == kind)
    return now.amount, now.changes_to if now.changes_at else -1


def test_lower_at_once_higher_after_the_cool_off(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    assert in_force(cast, wallet) == (500, -1)
    limit(cast, wallet, "day", 300)
    assert in_force(cast, wallet) == (300, -1)
    limit(cast, wallet, "day", 800)
    assert in_force(cast, wallet) == (300, 800)
    cast.now += COOL_OFF - timedelta(seconds=1)
    assert in_force(cast, wallet) == (300, 800)
    cast.now += timedelta(seconds=1)
    assert in_force(cast, wallet) == (800, -1)


def test_taking_a_limit_away_waits_too(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    limit(cast, wallet, "day", None)
    assert in_force(cast, wallet) == (500, None)
    cast.now += COOL_OFF
    assert in_force(cast, wallet) == (None, -1)
    assert limits.allowances(account_ids=[wallet.id], now=cast.now)[wallet.id].more() is None


def test_a_newer_word_replaces_the_pending_one_for_good(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    limit(cast, wallet, "day", 5000)
    cast.now += timedelta(hours=12)
    limit(cast, wallet, "day", 800)
    cast.now += timedelta(hours=13)
    assert in_force(cast, wallet) == (500, 800)
    cast.now += timedelta(hours=12)
    assert in_force(cast, wallet) == (800, -1)


def test_the_same_word_again_leaves_its_time_as_it_was(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    first = limit(cast, wallet, "day", 800)
    cast.now += timedelta(hours=12)
    assert limit(cast, wallet, "day", 800) == first


def test_a_pending_change_is_taken_back_by_the_limit_in_force(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    limit(cast, wallet, "day", 800)
    limit(cast, wallet, "day", 500)
    cast.now += COOL_OFF
    assert in_force(cast, wallet) == (500, -1)


def test_lowering_ends_a_pending_raise(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "day", 500)
    limit(cast, wallet, "day", 800)
    limit(cast, wallet, "day", 400)
    cast.now += COOL_OFF
    assert in_force(cast, wallet) == (400, -1)


def test_everything_that_was_said_is_kept(cast: Cast, wallet: Account) -> None:
    for amount in (500, 800, None):
        limit(cast, wallet, "day", amount)
    assert [row.amount for row in limit_queries.history(account_id=wallet.id)] == [None, 500, 800, 500]
    for change in ({"amount": 1}, {"takes_effect_at": cast.now}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SpendLimit.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        SpendLimit.objects.all().delete()


@pytest.mark.parametrize(("kind", "amount"), [("day", -1), ("year", 5), ("break", 5)])
def test_what_is_no_limit_is_refused(cast: Cast, wallet: Account, kind: str, amount: int) -> None:
    with pytest.raises(BadInput):
        limit(cast, wallet, kind, amount)


def test_only_wallets_have_limits(cast: Cast, wallet: Account) -> None:
    with pytest.raises(BadInput):
        limit(cast, ledger.account(kind="house"), "day", 5)


# --- a break ----------------------------------------------------------------------------------------------------------
def pause(cast: Cast, wallet: Account, until: datetime) -> None:
    limiting.take_break(account_id=wallet.id, until=until, actor="cy", now=cast.now)


def test_nothing_is_spent_in_a_break_and_everything_after_it(cast: Cast, wallet: Account) -> None:
    until = cast.now + timedelta(days=7)
    pause(cast, wallet, until)
    with pytest.raises(OnBreak, match="March 8, 2026"):
        pay(cast, wallet, 1)
    cast.now = until
    pay(cast, wallet, 1)


def test_a_break_is_made_longer_never_shorter(cast: Cast, wallet: Account) -> None:
    pause(cast, wallet, cast.now + timedelta(days=7))
    with pytest.raises(BreakStands):
        pause(cast, wallet, cast.now + timedelta(days=6))
    pause(cast, wallet, cast.now + timedelta(days=8))
    assert limit_queries.limits_of(account_id=wallet.id, now=cast.now).break_until == cast.now + timedelta(days=8)


def test_what_is_held_when_a_break_begins_may_not_be_spent(cast: Cast, wallet: Account) -> None:
    ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=400, now=cast.now)
    pause(cast, wallet, cast.now + timedelta(days=1))
    assert left(cast, wallet) is not None
    assert limits.allowances(account_ids=[wallet.id], now=cast.now + timedelta(hours=1))[wallet.id].left == -400


@pytest.mark.parametrize("days", [-1, 0, 366 * 5 + 1])
def test_a_break_ends_in_the_future_but_not_in_another_life(cast: Cast, wallet: Account, days: int) -> None:
    with pytest.raises(BadInput):
        pause(cast, wallet, cast.now + timedelta(days=days))


# --- each session -----------------------------------------------------------------------------------------------------
def test_the_limit_for_each_session_counts_that_session_only(cast: Cast, wallet: Account) -> None:
    limit(cast, wallet, "session", 500)
    limit(cast, wallet, "day", 2000)
    pay(cast, wallet, 1900)
    allowed = limits.allowances(account_ids=[wallet.id], now=cast.now)[wallet.id]
    assert (allowed.left, allowed.more(), allowed.more(settled=450, held=20)) == (100, 100, 30)
    assert allowed.more(settled=450, held=60) == -10


# --- cost -------------------------------------------------------------------------------------------------------------
def test_wallets_without_limits_cost_no_query(cast: Cast, wallet: Account) -> None:
    pay(cast, wallet, 1, "the accounts are made")
    with CaptureQueriesContext(connection) as free:
        pay(cast, wallet, 1, "a")
    limit(cast, wallet, "day", 5000)
    with CaptureQueriesContext(connection) as bound:
        pay(cast, wallet, 1, "b")
    assert not [q for q in free.captured_queries if "spendlimit" in q["sql"]]
    assert len(bound) - len(free) == 2  # the limits, what was spent
