"""Clients, payees and running sessions for the races, without rooms or sites; threads that report what they hit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from django.db import OperationalError, connection

from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.rules import Party, Split, Tariff
from ppv_plugin.metering.services import UsageReport

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def wallet(amount: int, owner: str | None = None) -> Account:
    made = ledger.account(kind="client", owner=owner or uuid4().hex)
    if amount:
        source = ledger.account(kind="provider", owner="test")
        move(source, made, amount)
    made.refresh_from_db()
    return made


def move(debit: Account, credit: Account, amount: int, *, key: str | None = None, seq: int = 0) -> None:
    draft = Draft(
        source="test",
        source_id=key or uuid4().hex,
        seq=seq,
        kind="tip",
        movements=(Movement(debit.id, credit.id, amount),),
    )
    ledger.post(drafts=[draft], now=NOW)


def session(payer: Account, payee: Account, *, cpm: int = 200, minutes: int = 1) -> MeteredSession:
    house = ledger.account(kind="house")
    tariff = Tariff(
        rule="per_second", cpm=cpm, split=Split(8000, (Party(payee.id),), house.id), minutes_to_start=minutes
    )
    subject = uuid4()
    hold = metering.reserve(account_id=payer.id, tariff=tariff, source="visit", source_id=str(subject), now=NOW)
    return metering.open_session(
        client_account_id=payer.id,
        hold_id=hold.id,
        subject="group",
        subject_id=subject,
        participant=f"v-{subject}",
        tariff=tariff,
        facts={"room_id": 1},
        now=NOW,
    )


def report(sessions: Sequence[MeteredSession], used_ms: int) -> None:
    metering.record_usage(reports=[UsageReport(s.participant, "boot", used_ms, "flowing") for s in sessions], now=NOW)


def race(*jobs: Callable[[], object], seconds: float = 60) -> list[BaseException]:
    """Run every job in a thread of its own with a connection of its own, let go at the same moment.

    Returns what they raised. A deadlock is an OperationalError among them.
    """
    gate, errors = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            gate.wait(seconds)
            job()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a job still waits: a lock is never given back"
    return errors


def deadlocks(errors: Sequence[BaseException]) -> list[BaseException]:
    return [e for e in errors if isinstance(e, OperationalError) and "deadlock" in str(e)]
