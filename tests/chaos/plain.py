"""Meters as most plug-ins have them, in the same site, with the same journals and the same laws: they lose and double,
and the laws must notice. Barriers put the processes exactly where a busy server puts them now and then."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, Entry, Hold, Transfer
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import rules
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.rules import Party, Split, Tariff
from ppv_plugin.metering.services import UsageReport

from . import laws
from .journal import Intent, Journal
from .nursery import Life, Nursery, Place, forks
from .people import People
from .relay import Truth
from .site import Site
from .verbs import tip

GATE_SECONDS = 20
USED_MS = 185_000
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def examine(site: Site, kind: str) -> laws.Findings:
    """Two meters of this kind and one tip, all at the same moment; then the laws."""
    with site.copy(seed=0) as place:
        people = site.people
        session = _running_session(place.folder, people)
        nursery = Nursery(place, random.Random(0))
        gate = forks.Barrier(3)
        for name in ("meter-0", "meter-1"):
            nursery.add(name, "meter", METERS[kind], str(session), gate)
            nursery.start(nursery.roles[name])
        try:
            gate.wait(GATE_SECONDS)  # both have looked
            _tip(place, people)
            gate.wait(GATE_SECONDS)  # both go on
            for role in nursery.of("meter"):
                assert role.process is not None
                role.process.join(GATE_SECONDS)
        finally:
            nursery.end()
        metering.close_session(session_id=session, reason="client", now=NOW)
        return laws.examine(place.folder, people=people)


def _running_session(folder: Path, people: People) -> UUID:
    client, room = people.clients[0], people.rooms[0]
    tariff = Tariff(
        rule="per_second", cpm=200, split=Split(8000, (Party(room.earnings),), people.house), minutes_to_start=5
    )
    facts = {"room_id": room.id, "client_user": str(client.user), "performer_user": str(room.performer)}
    subject = uuid4()
    hold = metering.reserve(account_id=client.wallet, tariff=tariff, source="visit", source_id=str(subject), now=NOW)
    session = metering.open_session(
        client_account_id=client.wallet, hold_id=hold.id, subject="group", subject_id=subject,
        participant=f"v-{subject}", tariff=tariff, facts=facts, now=NOW,
    )  # fmt: skip
    Truth(folder / "truth").write("boot", {session.participant: USED_MS})
    report = UsageReport(session.participant, "boot", USED_MS, "flowing")
    metering.record_usage(reports=[report], now=NOW)
    return session.id


def _tip(place: Place, people: People) -> None:
    journal = Journal.named(place.folder, "teller")
    client, room = people.clients[0], people.rooms[0]
    args = {"wallet": client.wallet, "earnings": room.earnings, "house": people.house, "amount": 100}
    intent = Intent("teller-1", "tip", args)
    journal.intend(intent)
    journal.end(intent, "done", tip(key=intent.key, **args))


# --- the meters -------------------------------------------------------------------------------------------------------
def ours(life: Life, session: str, gate: Barrier) -> None:
    """The control: the product's own tick and close."""
    gate.wait(GATE_SECONDS)
    gate.wait(GATE_SECONDS)
    metering.tick(now=NOW)
    metering.close_session(session_id=UUID(session), reason="client", now=NOW)


def unlocked(life: Life, session: str, gate: Barrier) -> None:
    """Reads, computes, writes: without a lock, without a key."""
    row, wallet, amount = _looked_at(session)
    gate.wait(GATE_SECONDS)
    gate.wait(GATE_SECONDS)
    with transaction.atomic():
        wallet.balance -= amount
        wallet.save(update_fields=["balance"])
        _pay_and_write_down(row, amount)
        _end(row, amount)


def uncompared(life: Life, session: str, gate: Barrier) -> None:
    """Locks and posts under a key as it should, but charges what it worked out before it waited for the lock."""
    row, _wallet, amount = _looked_at(session)
    gate.wait(GATE_SECONDS)
    gate.wait(GATE_SECONDS)
    with transaction.atomic():
        locked = MeteredSession.objects.select_for_update(no_key=True).get(id=row.id)
        shares = rules.shares(rules.tariff_from(row.tariff).split, amount)
        moves = tuple(Movement(row.client_account_id, pk, part) for pk, part in shares.items() if part)
        number = locked.settle_seq + 1
        ledger.post(
            drafts=[Draft(source="session", source_id=session, seq=number, kind="group", movements=moves)], now=NOW
        )
        locked.settled, locked.settled_ms, locked.settle_seq = locked.settled + amount, locked.used_ms, number
        locked.save(update_fields=["settled", "settled_ms", "settle_seq"])


def untransacted(life: Life, session: str, gate: Barrier) -> None:
    """Takes from the client, and is killed before it wrote down that it did; another one does it again."""
    gate.wait(GATE_SECONDS)
    gate.wait(GATE_SECONDS)
    taken = life.place.folder / "taken"
    deadline = time.monotonic() + GATE_SECONDS
    while life.name != "meter-0" and not taken.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    row, wallet, amount = _looked_at(session)
    Account.objects.filter(id=wallet.id).update(balance=wallet.balance - amount)
    if life.name == "meter-0":
        taken.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    _pay_and_write_down(row, amount)
    _end(row, amount)


def _looked_at(session: str) -> tuple[MeteredSession, Account, int]:
    row = MeteredSession.objects.select_related("client_account").get(id=session)
    return row, row.client_account, rules.owed(rules.tariff_from(row.tariff), row.used_ms) - row.settled


def _pay_and_write_down(row: MeteredSession, amount: int) -> None:
    transfer = Transfer.objects.create(
        source="session", source_id=str(row.id), seq=uuid4().int % 10**6, digest="", kind="group", posted_at=NOW
    )
    shares = rules.shares(rules.tariff_from(row.tariff).split, amount)
    for leg, (pk, part) in enumerate(shares.items()):
        payee = Account.objects.get(id=pk)
        payee.balance += part
        payee.save(update_fields=["balance"])
        Entry.objects.create(transfer=transfer, leg=leg, debit_id=row.client_account_id, credit_id=pk, amount=part)


def _end(row: MeteredSession, amount: int) -> None:
    hold = Hold.objects.get(id=row.hold_id)
    Account.objects.filter(id=row.client_account_id).update(held=0)
    Hold.objects.filter(id=hold.id).update(amount=0, released_at=NOW)
    row.settled, row.settle_seq, row.state, row.closed_at = row.settled + amount, 1, "closed", NOW
    row.save(update_fields=["settled", "settle_seq", "state", "closed_at"])


METERS: dict[str, Any] = {
    "ours": ours, "unlocked": unlocked, "uncompared": uncompared, "untransacted": untransacted
}  # fmt: skip
