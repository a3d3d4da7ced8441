"""A deadlock that the fault test found once in three minutes, here without luck."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.usage import LEASE_MS, Heartbeat, UsageReport
from tests.races.world import NOW, session, wallet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WAIT_SECONDS = 10.0


def hear(rows: list[MeteredSession], mono_ms: int, holder: str) -> None:
    reports = [UsageReport(row.participant, "boot", mono_ms, "flowing") for row in rows]
    metering.record_usage(reports=reports, now=NOW, heartbeat=Heartbeat("boot", mono_ms, holder))


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody waits: the other one did not get as far as it should")


def test_a_meter_that_takes_over_locks_sessions_in_one_order() -> None:
    """Somebody leaves a room: the counters of its sessions are taken over, in the order of their ids. Meanwhile another
    meter begins to speak for the engine."""
    payee = ledger.account(kind="performer", owner="p")
    first, second = sorted((session(wallet(10_000), payee) for _ in range(2)), key=lambda row: row.id)
    hear([second], 100_000, "meter")
    raised: list[BaseException] = []

    def take_over() -> None:
        try:
            hear([first, second], 100_000 + LEASE_MS, "another meter")
        except OperationalError as error:
            raised.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=take_over)
    lock = partial(MeteredSession.objects.select_for_update(no_key=True).get)
    try:
        with transaction.atomic():
            lock(id=first.id)
            other.start()
            wait_until_somebody_waits_for_a_lock()
            lock(id=second.id)
    finally:
        other.join(WAIT_SECONDS)
    if raised:
        raise raised[0]
