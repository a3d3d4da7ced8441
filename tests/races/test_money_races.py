"""Races on a real PostgreSQL. The last test shows that plain code does lose in the same harness."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection, transaction

from ppv_plugin.errors import InsufficientFunds
from ppv_plugin.ledger import queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, Hold, Transfer
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession, SessionPayee

from .world import NOW, deadlocks, move, race, report, session, wallet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _the_ledger_agrees_with_itself() -> Iterator[None]:
    yield
    assert queries.violations() == []


def test_eight_spenders_of_one_wallet_never_overdraw_it() -> None:
    payer, payee = wallet(1000), ledger.account(kind="performer", owner="p")
    errors = race(*[partial(move, payer, payee, 300) for _ in range(8)])
    assert [type(e) for e in errors] == [InsufficientFunds] * 5
    payer.refresh_from_db()
    assert payer.balance == 100


def test_one_key_from_eight_threads_is_one_posting() -> None:
    payer, payee = wallet(1000), ledger.account(kind="performer", owner="p")
    assert race(*[partial(move, payer, payee, 300, key="once") for _ in range(8)]) == []
    assert Transfer.objects.filter(source_id="once").count() == 1
    payer.refresh_from_db()
    assert payer.balance == 700


def test_eight_holds_on_the_last_tokens() -> None:
    payer = wallet(1000)

    def hold(number: int) -> None:
        ledger.place_hold(account_id=payer.id, source="t", source_id=str(number), amount=400, now=NOW)

    errors = race(*[partial(hold, number) for number in range(8)])
    assert [type(e) for e in errors] == [InsufficientFunds] * 6
    payer.refresh_from_db()
    assert (payer.balance, payer.held) == (1000, 800)


def test_many_workers_settle_many_sessions_once_each() -> None:
    """Design errors 4 and 5: the hot house account, and the next number decided under the claim's lock."""
    payee = ledger.account(kind="performer", owner="p")
    sessions = [session(wallet(100_000), payee) for _ in range(24)]
    for minutes in (6, 12, 18):
        report(sessions, minutes * 60_000)
        assert race(*[partial(metering.tick, now=NOW) for _ in range(4)]) == []
        metering.tick(now=NOW)
    rows = MeteredSession.objects.filter(id__in=[s.id for s in sessions])
    assert {(row.settled, row.settle_seq) for row in rows} == {(3600, 3)}
    assert Transfer.objects.filter(source="session").count() == 24 * 3


def test_closers_ticks_tips_and_reports_at_once_lose_and_double_nothing() -> None:
    """Design error 2: everything locks accounts in one order, whatever order its movements name them in."""
    payee, house = ledger.account(kind="performer", owner="p"), ledger.account(kind="house")
    payers = [wallet(50_000) for _ in range(6)]
    sessions = [session(payer, payee) for payer in payers for _ in range(2)]
    move(ledger.account(kind="provider", owner="test"), house, 10_000)

    def tick_often() -> None:
        for _ in range(15):
            metering.tick(now=NOW)

    def report_often() -> None:
        for minute in range(1, 16):
            report(sessions, minute * 60_000)

    def tip_and_refund() -> None:
        chance = random.Random(7)
        for _ in range(30):
            payer = chance.choice(payers)
            move(payer, payee, 3)
            move(house, payer, 1)

    def close_some() -> None:
        for row in sessions[::3]:
            metering.close_session(session_id=row.id, reason="client", now=NOW)

    errors = race(tick_often, tick_often, report_often, tip_and_refund, tip_and_refund, close_some, close_some)
    assert deadlocks(errors) == []
    assert errors == []
    report(sessions, 15 * 60_000)
    for row in sessions:
        metering.close_session(session_id=row.id, reason="client", now=NOW)
    for row in MeteredSession.objects.filter(id__in=[s.id for s in sessions]):
        posted = queries.transfer_amounts(source="session", source_id=str(row.id))
        assert -posted.get(row.client_account_id, 0) == row.settled == row.used_ms * 200 // 60_000
    assert sum(h.amount for h in Hold.objects.all()) == 0


def test_a_tick_does_not_stop_those_who_only_refer_to_the_wallet() -> None:
    """Design error 3: FOR UPDATE would fight the key share that every insert with a foreign key takes."""
    payer, payee = wallet(1000), ledger.account(kind="performer", owner="p")
    running = session(payer, payee)

    def refer() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            SessionPayee.objects.create(session_id=running.id, account_id=payer.id)

    with transaction.atomic():
        ledger.lock_accounts([payer.id, payee.id])
        assert race(refer) == []


def test_eight_closers_close_once() -> None:
    payee = ledger.account(kind="performer", owner="p")
    running = session(wallet(5000), payee)
    report([running], 185_000)
    answers: list[bool] = []

    def close() -> None:
        answers.append(metering.close_session(session_id=running.id, reason="client", now=NOW))

    assert race(*[close for _ in range(8)]) == []
    assert sorted(answers) == [False] * 7 + [True]
    payee.refresh_from_db()
    assert payee.balance == 494  # of 6.17


def test_plain_code_does_lose_in_this_harness() -> None:
    """Read, subtract, write: what most plug-ins do. Without this test the ones above might not race at all."""
    victim = wallet(1000)
    thief = wallet(0)

    def plain(amount: int) -> None:
        for _ in range(20):
            row = Account.objects.get(id=victim.id)
            row.balance -= amount
            row.save(update_fields=["balance"])

    try:
        race(*[partial(plain, 1) for _ in range(8)])
        victim.refresh_from_db()
        assert victim.balance > 1000 - 8 * 20, "nothing was lost: the harness does not race"
    finally:
        Account.objects.filter(id=victim.id).update(balance=1000)
    assert thief.balance == 0
