"""The stage of the state machine: the real services under the reference's plain names, and what the database says."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from ppv_plugin.errors import PPVError
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.models import Account, Hold
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import proof, rules
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.charging import with_proven
from ppv_plugin.metering.models import MeteredSession

from .reference import Reference, Terms

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CLIENTS = ("cy", "di", "ed")
PERFORMERS = ("ana", "bo", "flo")
STUDIOS = ("eos", "hyg")
KINDS = {
    **dict.fromkeys(CLIENTS, "client"),
    **dict.fromkeys(PERFORMERS, "performer"),
    **dict.fromkeys(STUDIOS, "studio"),
    "house": "house",
    "outside": "provider",
}


class PowerCut(Exception):
    """The worker dies after its last statement and before its commit."""


class Logged(logging.Handler):
    """What the product mends by itself, it logs as an error; here nothing needs mending."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()}: {record.exc_info[1] if record.exc_info else None!r}")


class Books:
    """`doomed`: the next command dies once before its commit, and is given again."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.doomed = False
        self.crashes = 0
        self.logged = Logged(logging.ERROR)
        logging.getLogger("ppv_plugin").addHandler(self.logged)
        # session ids decide who is looked at first: the same in every run of the same example
        chance = Random(7)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(metering, "uuid4", lambda: UUID(int=chance.getrandbits(128)))
        self.ids = {name: self._account(name, kind) for name, kind in KINDS.items()}

    def leave(self) -> None:
        logging.getLogger("ppv_plugin").removeHandler(self.logged)
        self.patch.undo()

    @staticmethod
    def _account(name: str, kind: str) -> int:
        return ledger.account(kind=kind, owner="" if kind == "house" else name).id

    def do(self, expected: type[PPVError] | None, command: Callable[[], Any]) -> Any:
        """Give the command; it must be refused with `expected`, or not at all."""
        if self.doomed:
            self.doomed, self.crashes = False, self.crashes + 1
            with suppress(PowerCut), transaction.atomic():
                with suppress(PPVError):
                    command()
                raise PowerCut
        answer, refused = None, None
        try:
            answer = command()
        except PPVError as error:
            refused = error
        assert type(refused) is (expected or type(None)), f"{refused!r}, the reference says {expected}"
        return answer

    def draft(self, key: str, debit: str, parts: dict[str, int]) -> Draft:
        moves = tuple(Movement(self.ids[debit], self.ids[credit], part) for credit, part in parts.items())
        return Draft(source="test", source_id=key, kind="tip", movements=moves)

    def tariff(self, terms: Terms) -> rules.Tariff:
        parties = tuple(
            rules.Party(self.ids[who], weight, self.ids[studio] if studio else None, bp)
            for who, weight, studio, bp in terms.parties
        )
        return rules.Tariff(
            rule=terms.rule,
            cpm=terms.cpm,
            grace_ms=terms.grace,
            split=rules.Split(terms.performers_bp, parties, self.ids["house"]),
            minutes_to_start=terms.minutes_to_start,
            blocks_agreed=terms.blocks,
            reserve_minutes=terms.reserve_minutes,
        )

    def reserve(self, client: str, terms: Terms, number: int) -> Hold:
        hold = metering.reserve(
            account_id=self.ids[client],
            tariff=self.tariff(terms),
            source="visit",
            source_id=str(number),
            now=self.now,
        )
        assert isinstance(hold, Hold)
        return hold

    def open(self, client: str, hold: Hold, terms: Terms, number: int) -> MeteredSession:
        return metering.open_session(
            client_account_id=self.ids[client],
            hold_id=hold.id,
            subject="group",
            subject_id=UUID(int=number),
            participant=f"v-{number}",
            tariff=self.tariff(terms),
            facts={"room_id": 1},
            now=self.now,
        )

    def compare(self, model: Reference) -> None:
        """Every number of the database is the reference's, and the books agree with themselves."""
        names = {pk: name for name, pk in self.ids.items()}
        for row in Account.objects.all():
            name = f"owes {names[int(row.owner)]}" if row.kind == "receivable" else names[row.id]
            said = (model.balance[name], model.held(name))
            assert (row.balance, row.held) == said, f"{name} has, holds {(row.balance, row.held)}, should {said}"
        steady = {row.id: int(row.proven_ms) for row in with_proven()}  # type: ignore[attr-defined]
        rows = MeteredSession.objects.values_list(
            "id", "used_ms", "granted_ms", "settled", "settled_ms", "settle_seq", "hold__amount", "end_reason"
        )
        for pk, used_ms, *rest in rows:
            v, found = model.visits[pk], [steady.get(pk, used_ms), *rest]
            said_of = [model.used(v), v.granted, v.settled, v.settled_ms, v.postings, v.held, v.reason]
            assert found == said_of, f"session of {v.client}, {v.terms.rule}: {found}, should be {said_of}"
        assert len(rows) == len(model.visits)
        assert self.logged.lines == []
        assert ledger_queries.violations() == []
        assert proof.violations() == []
