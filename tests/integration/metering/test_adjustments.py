"""What the house gives and takes by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.errors import BadInput, Conflict, Gone, InsufficientFunds, NotFound, SecondPersonNeeded
from ppv_plugin.ledger import receivables
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Transfer
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import adjustments
from ppv_plugin.metering.models import Adjustment
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def wallet(cast: Cast) -> int:
    """Cy has 10.00, the house 100.00."""
    cast.fund(cast.cy, 1000)
    house, outside = ledger.account(kind="house"), ledger.account(kind="provider", owner="test")
    draft = Draft(source="t", source_id="seed", kind="capital", movements=(Movement(outside.id, house.id, 10_000),))
    ledger.post(drafts=[draft], now=cast.now)
    found = cast._wallet(cast.cy).account_id
    assert found is not None
    return found


def adjust(cast: Cast, account_id: int, amount: int, **values: Any) -> Adjustment:
    given: dict[str, Any] = {"reason": "Goodwill", "cid": uuid4().hex, "alone_max": 5000, "actor": "fin"}
    return adjustments.request_adjustment(account_id=account_id, amount=amount, now=cast.now, **{**given, **values})


def test_the_house_gives_and_takes(cast: Cast, wallet: int) -> None:
    adjust(cast, wallet, 250)
    done = adjust(cast, wallet, -1100)
    assert (cast.balance(cast.cy), cast.house()) == (150, 10_850)
    posted = Transfer.objects.get(source="adjustment", source_id=str(done.id))
    assert (posted.kind, posted.reason, posted.actor) == ("adjustment", "Goodwill", "fin")


def test_nobody_is_taken_more_from_than_there_is(cast: Cast, wallet: int) -> None:
    with pytest.raises(InsufficientFunds):
        adjust(cast, wallet, -1001)
    with pytest.raises(InsufficientFunds):
        adjust(cast, wallet, 10_001, alone_max=None)
    assert not Adjustment.objects.exists()


def test_held_money_is_not_taken(cast: Cast, wallet: int) -> None:
    ledger.place_hold(account_id=wallet, source="t", source_id="h", amount=900, now=cast.now)
    with pytest.raises(InsufficientFunds):
        adjust(cast, wallet, -101)


def test_the_same_key_counts_once(cast: Cast, wallet: int) -> None:
    assert adjust(cast, wallet, 250, cid="a") == adjust(cast, wallet, 250, cid="a")
    assert cast.balance(cast.cy) == 1250
    with pytest.raises(Conflict):
        adjust(cast, wallet, 251, cid="a")


def test_above_the_limit_a_second_person_decides(cast: Cast, wallet: int) -> None:
    asked = adjust(cast, wallet, 501, alone_max=500)
    assert (asked.state, cast.balance(cast.cy)) == ("pending", 1000)
    with pytest.raises(SecondPersonNeeded):
        adjustments.approve_adjustment(adjustment_id=asked.id, actor="fin", now=cast.now)
    for _twice in range(2):
        adjustments.approve_adjustment(adjustment_id=asked.id, actor="head", now=cast.now)
    assert cast.balance(cast.cy) == 1501
    for decide in (adjustments.approve_adjustment, adjustments.decline_adjustment):
        with pytest.raises(Gone):
            decide(adjustment_id=asked.id, actor="third", now=cast.now)


def test_small_steps_of_one_day_count_together(cast: Cast, wallet: int) -> None:
    states = [adjust(cast, wallet, amount, alone_max=500).state for amount in (300, -201)]
    assert states == ["posted", "pending"]
    assert adjust(cast, wallet, 300, alone_max=500, actor="other").state == "posted"
    cast.now += timedelta(days=1, seconds=1)
    assert adjust(cast, wallet, 300, alone_max=500).state == "posted"


def test_declined_it_moves_nothing(cast: Cast, wallet: int) -> None:
    asked = adjust(cast, wallet, 501, alone_max=500)
    for _twice in range(2):
        adjustments.decline_adjustment(adjustment_id=asked.id, actor="head", now=cast.now)
    with pytest.raises(Gone):
        adjustments.approve_adjustment(adjustment_id=asked.id, actor="head", now=cast.now)
    assert cast.balance(cast.cy) == 1000


def test_only_people_and_debts_are_adjusted(cast: Cast, wallet: int) -> None:
    for account_id in (ledger.account(kind="house").id, ledger.account(kind="provider", owner="test").id):
        with pytest.raises(BadInput):
            adjust(cast, account_id, 5)
    for values in ({"amount": 0}, {"amount": 5, "reason": " "}):
        with pytest.raises(BadInput):
            adjust(cast, wallet, **values)
    with pytest.raises(NotFound):
        adjust(cast, 0, 5)
    with pytest.raises(NotFound):
        adjustments.approve_adjustment(adjustment_id=uuid4(), actor="x", now=cast.now)


def test_a_debt_can_be_written_off_and_no_more(cast: Cast, wallet: int) -> None:
    ana = ledger.account(kind="performer", owner=str(cast.ana.ppv_performer.uuid)).id
    movements = receivables.take_back(parts={ana: 300}, credit_id=wallet)
    ledger.post(drafts=[Draft(source="t", source_id="debt", kind="refund", movements=movements)], now=cast.now)
    debt = ledger.account(kind="receivable", owner=str(ana)).id
    for amount in (301, -1):
        with pytest.raises(BadInput):
            adjust(cast, debt, amount)
    adjust(cast, debt, 300)
    assert receivables.owed_by(account_ids=[ana]) == {}
    assert cast.house() == 9700
