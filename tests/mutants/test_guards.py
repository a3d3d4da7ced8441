"""Guards that no other test leans on alone: each holds a transaction open and looks what another one does meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connection, transaction

from ppv_plugin.errors import Conflict
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Transfer
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.services import UsageReport
from tests.races.world import NOW, move, race, report, session, wallet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HEAD_START_SECONDS = 0.4  # for the other one to come as far as it can


@contextmanager
def meanwhile(command: Callable[[], object]) -> Iterator[list[object]]:
    """Everything inside is committed when `command`, in a connection of its own, has had time to run into it.

    Yields a list that has its answer, or what it raised, afterwards.
    """
    answers: list[object] = []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '10s'")
            answers.append(command())
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=run, daemon=True)
    with transaction.atomic():
        yield answers
        other.start()
        other.join(HEAD_START_SECONDS)
    other.join(15)
    assert not other.is_alive()


def test_one_key_for_two_wallets_is_posted_once() -> None:
    """They share no account, so no lock keeps them apart; the unique key does."""
    payers, payees = [wallet(500), wallet(500)], [wallet(0), wallet(0)]
    with meanwhile(lambda: move(payers[1], payees[1], 100, key="once")) as answers:
        move(payers[0], payees[0], 100, key="once")
    assert [type(answer) for answer in answers] == [Conflict]
    assert Transfer.objects.filter(source_id="once").count() == 1


def test_a_tick_passes_over_what_another_worker_holds() -> None:
    payee = ledger.account(kind="performer", owner="p")
    held, free = session(wallet(5000), payee), session(wallet(5000), payee)
    report([held, free], 50_000)
    with meanwhile(lambda: metering.tick(now=NOW).granted) as answers:
        type(held).objects.select_for_update(no_key=True).get(id=held.id)
    assert answers == [[free.id]]


def test_a_tick_waits_for_a_tip_under_way() -> None:
    """It reads the wallet after it has locked it: what the tip took is not held for time as well."""
    payer, payee = wallet(1000), ledger.account(kind="performer", owner="p")
    running = session(payer, payee)
    report([running], 50_000)
    failures: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = failures.append  # type: ignore[method-assign]
    log = logging.getLogger("ppv_plugin.metering")
    log.addHandler(handler)
    try:
        with meanwhile(lambda: metering.tick(now=NOW).exhausted):
            move(payer, payee, 800)
    finally:
        log.removeHandler(handler)
    assert failures == []
    payer.refresh_from_db()
    assert (payer.balance, payer.held) == (200, 200)


def test_eight_releases_give_back_once() -> None:
    payer, given = wallet(1000), list[int]()
    holds = [
        ledger.place_hold(account_id=payer.id, source="t", source_id=uuid4().hex, amount=100, now=NOW) for _ in range(4)
    ]

    def release() -> None:
        given.extend(ledger.release_hold(hold_id=hold.id, now=NOW) for hold in holds[1:])

    assert race(*[release] * 8) == []
    assert sorted(given) == [0] * 21 + [100] * 3


def test_reports_of_two_lives_of_the_engine_at_once_lose_neither() -> None:
    running = session(wallet(1000), ledger.account(kind="performer", owner="p"))

    def hear(boot: str, ms: int) -> None:
        metering.record_usage(reports=[UsageReport(running.participant, boot, ms, "flowing")], now=NOW)

    with meanwhile(lambda: hear("second", 30_000)):
        hear("first", 50_000)
    running.refresh_from_db()
    assert running.used_ms == 80_000
