"""Refunds against each other, against closing and against the payee's own spending, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest

from ppv_plugin.errors import AlreadyRefunded, MoreThanCharged
from ppv_plugin.ledger import queries, receivables
from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import adjustments, refunds
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import Adjustment, MeteredSession, Refund

from .world import NOW, deadlocks, move, race, report, session, wallet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _the_ledger_agrees_with_itself() -> Iterator[None]:
    yield
    assert queries.violations() == []


def closed(minutes: int = 3) -> MeteredSession:
    running = session(wallet(10_000), ledger.account(kind="performer", owner="p"))
    report([running], minutes * 60_000)
    metering.close_session(session_id=running.id, reason="client", now=NOW)
    running.refresh_from_db()
    return running


def give(done: MeteredSession, amount: int | None, cid: str | None = None) -> None:
    refunds.request_refund(
        session_id=done.id, amount=amount, reason="r", cid=cid or uuid4().hex, alone_max=None, actor="a", now=NOW
    )


def test_eight_part_refunds_never_exceed_the_charge() -> None:
    done = closed()
    errors = race(*[partial(give, done, 170) for _ in range(8)])
    assert len(errors) == 5
    assert {type(error) for error in errors} <= {MoreThanCharged, AlreadyRefunded}
    done.client_account.refresh_from_db()
    assert done.client_account.balance == 10_000 - 600 + 3 * 170


def test_one_key_from_eight_threads_is_one_refund() -> None:
    done = closed()
    assert race(*[partial(give, done, 170, "once") for _ in range(8)]) == []
    assert Refund.objects.count() == 1
    done.client_account.refresh_from_db()
    assert done.client_account.balance == 9570


def test_many_who_approve_approve_once() -> None:
    done = closed()
    asked = refunds.request_refund(
        session_id=done.id, amount=None, reason="r", cid="c", alone_max=0, actor="a", now=NOW
    )
    race(*[partial(refunds.approve_refund, refund_id=asked.id, actor=f"b{n}", now=NOW) for n in range(8)])
    done.client_account.refresh_from_db()
    assert done.client_account.balance == 10_000


def test_the_payee_spends_while_it_is_taken_back() -> None:
    """What is there is taken, the rest is owed: whoever comes first, the client gets all of it."""
    payee, sink = ledger.account(kind="performer", owner="p"), ledger.account(kind="provider", owner="payout")
    sessions = [closed() for _ in range(4)]
    errors = race(*[partial(give, done, None) for done in sessions], *[partial(move, payee, sink, 480)] * 4)
    assert deadlocks(errors) == []
    for done in sessions:
        done.client_account.refresh_from_db()
        assert done.client_account.balance == 10_000
    payee.refresh_from_db()
    spent = queries.balances_of(account_ids=[sink.id])[sink.id].balance
    owed = receivables.owed_by(account_ids=[payee.id]).get(payee.id, 0)
    assert payee.balance - owed == -spent
    assert payee.balance >= 0


def test_refunds_closes_and_repayments_at_once() -> None:
    payee = ledger.account(kind="performer", owner="p")
    done = [closed() for _ in range(6)]
    move(payee, ledger.account(kind="provider", owner="payout"), 6 * 480)
    running = [session(wallet(10_000), payee) for _ in range(6)]
    report(running, 180_000)
    closing = [partial(metering.close_session, session_id=row.id, reason="client", now=NOW) for row in running]
    assert race(*[partial(give, row, None) for row in done], *closing) == []
    for row in done:
        row.client_account.refresh_from_db()
        assert row.client_account.balance == 10_000
    last = session(wallet(10_000), payee)
    report([last], 180_000)
    metering.close_session(session_id=last.id, reason="client", now=NOW)
    payee.refresh_from_db()
    assert payee.balance - receivables.owed_by(account_ids=[payee.id]).get(payee.id, 0) == 480


def test_closing_races_with_the_policy_and_with_staff() -> None:
    rows = [session(wallet(10_000), ledger.account(kind="performer", owner="p")) for _ in range(4)]
    report(rows, 45_000)

    def close(row: MeteredSession) -> None:
        metering.close_session(session_id=row.id, reason="media_lost", now=NOW)
        refunds.refund_fault(session_id=row.id, within_seconds=60, now=NOW)

    assert race(*[partial(close, row) for row in rows for _ in range(3)]) == []
    for row in rows:
        row.client_account.refresh_from_db()
        assert row.client_account.balance == 10_000
        assert row.refunds.count() == 1


def test_one_key_of_an_adjustment_counts_once() -> None:
    account = wallet(1000)
    move(ledger.account(kind="provider", owner="test"), ledger.account(kind="house"), 10_000)

    def adjust() -> None:
        adjustments.request_adjustment(
            account_id=account.id, amount=100, reason="r", cid="once", alone_max=None, actor="a", now=NOW
        )

    assert race(*[adjust for _ in range(8)]) == []
    account.refresh_from_db()
    assert (account.balance, Adjustment.objects.count()) == (1100, 1)
