"""Posting, holding and the guards in the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from ppv_plugin.errors import Conflict, InsufficientFunds
from ppv_plugin.ledger import queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, Entry, Transfer
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.testing.cast import Cast


def draft(debit: Account, credit: Account, amount: int, *, key: str = "k", seq: int = 0) -> Draft:
    move = Movement(debit.id, credit.id, amount)
    return Draft(source="test", source_id=key, seq=seq, kind="tip", movements=(move,))


@pytest.fixture
def accounts(cast: Cast) -> tuple[Account, Account, Account]:
    cast.fund(cast.cy, 1000)
    wallet = Account.objects.get(kind="client")
    return wallet, ledger.account(kind="performer", owner="p"), ledger.account(kind="house")


def test_the_same_posting_again_changes_nothing(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, performer, _house = accounts
    first = ledger.post(drafts=[draft(wallet, performer, 100)], now=cast.now)
    again = ledger.post(drafts=[draft(wallet, performer, 100)], now=cast.now)
    assert (first[0].new, again[0].new, again[0].transfer_id) == (True, False, first[0].transfer_id)
    assert cast.balance(cast.cy) == 900


def test_the_same_key_with_other_content_is_a_conflict(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, performer, house = accounts
    ledger.post(drafts=[draft(wallet, performer, 100)], now=cast.now)
    for other in (draft(wallet, performer, 101), draft(wallet, house, 100)):
        with pytest.raises(Conflict):
            ledger.post(drafts=[other], now=cast.now)
    with pytest.raises(Conflict):
        ledger.post(drafts=[draft(wallet, performer, 1, key="x"), draft(wallet, house, 1, key="x")], now=cast.now)


def test_a_wallet_is_never_overdrawn_and_nothing_of_the_batch_stays(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, performer, house = accounts
    batch = [draft(wallet, performer, 900, key="a"), draft(wallet, house, 101, key="b")]
    with pytest.raises(InsufficientFunds):
        ledger.post(drafts=batch, now=cast.now)
    assert Transfer.objects.filter(source="test", source_id__in=["a", "b"]).count() == 0
    assert cast.balance(cast.cy) == 1000


def test_what_is_held_cannot_be_spent(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, performer, _house = accounts
    hold = ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=700, now=cast.now)
    with pytest.raises(InsufficientFunds, match=r"3\.01.*3\.00"):
        ledger.post(drafts=[draft(wallet, performer, 301)], now=cast.now)
    with pytest.raises(InsufficientFunds):
        ledger.place_hold(account_id=wallet.id, source="t", source_id="2", amount=301, now=cast.now)
    with pytest.raises(InsufficientFunds):
        ledger.resize_holds(amounts={hold.id: 1001}, now=cast.now)
    assert ledger.release_hold(hold_id=hold.id, now=cast.now) == 700
    assert ledger.release_hold(hold_id=hold.id, now=cast.now) == 0
    ledger.post(drafts=[draft(wallet, performer, 1000)], now=cast.now)


def test_a_hold_is_placed_once(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, *_rest = accounts
    first = ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=700, now=cast.now)
    assert ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=700, now=cast.now) == first
    with pytest.raises(Conflict):
        ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=1, now=cast.now)
    assert cast.available(cast.cy) == 300


@pytest.mark.parametrize("amount", [0, -5])
def test_amounts_are_above_zero(cast: Cast, accounts: tuple[Account, ...], amount: int) -> None:
    wallet, performer, _house = accounts
    with pytest.raises(ValueError):
        ledger.post(drafts=[draft(wallet, performer, amount)], now=cast.now)
    with pytest.raises(ValueError):
        ledger.place_hold(account_id=wallet.id, source="t", source_id="1", amount=-1, now=cast.now)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: Entry.objects.update(amount=1),
        lambda: Entry.objects.all().delete(),
        lambda: Transfer.objects.update(reason="nothing happened"),
        lambda: connection.cursor().execute("DELETE FROM ppv_plugin_entry"),
        lambda: connection.cursor().execute("UPDATE ppv_plugin_transfer SET posted_at = posted_at"),
        lambda: Account.objects.filter(kind="client").update(balance=-1),
        lambda: Account.objects.filter(kind="client").update(held=2000),
        lambda: Account.objects.filter(kind="client").update(held=-1),
    ],
)
def test_the_database_itself_refuses_to_tamper(
    cast: Cast, accounts: tuple[Account, ...], tamper: Callable[[], object]
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        tamper()


def test_a_statement_adds_up_page_by_page(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, performer, _house = accounts
    for number in range(5):
        ledger.post(drafts=[draft(wallet, performer, 10 + number, key=str(number))], now=cast.now)
    lines = queries.statement(account_id=wallet.id, limit=3) + queries.statement(
        account_id=wallet.id, limit=3, offset=3
    )
    assert [line.amount for line in lines] == [-14, -13, -12, -11, -10, 1000]
    assert [line.balance_after for line in lines] == [940, 954, 967, 979, 990, 1000]


def test_drift_is_named(cast: Cast, accounts: tuple[Account, ...]) -> None:
    wallet, *_rest = accounts
    Account.objects.filter(id=wallet.id).update(balance=1500)
    found = queries.violations()
    Account.objects.filter(id=wallet.id).update(balance=1000)
    assert any(f"account {wallet.id} has 1500" in line for line in found)
    assert any("sum to 500" in line for line in found)
