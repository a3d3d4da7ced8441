"""N live sessions, each of its own client, about N/2 performers, N/50 studios and ONE house account.

Half the sessions are split three ways (performer, studio, house), half four ways (a second performer), so a posting has
3.5 entries on average. Written by COPY, in the state in which the services would have left it: every wallet has its
top-up in the ledger, every session its hold, and media flows since the engine's clock said so.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import models

from ppv_plugin.ledger.models import Account, Entry, Hold, Transfer
from ppv_plugin.metering import rules
from ppv_plugin.metering.models import EngineClock, MeteredSession
from ppv_plugin.metering.rules import Party, Split, Tariff

from .server import copy, settle_down

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOOT, HOLDER = "bench-engine", "bench-meter"
BEGIN_MS = 10**9  # what the engine's clock says when a world begins
FUNDS = 10**9
PRICES = (200, 300, 301, 499, 600)  # hundredths a minute
PAYEES_EACH = 3.5
HOUSE, PROVIDER, FIRST_STUDIO = 1, 2, 3
_TOP_UPS_EACH = 1000  # entries of one transfer


@dataclass(frozen=True, slots=True)
class Start:
    """Where a session stands when the world begins: time that is proven, and how much further its hold reaches."""

    proven_ms: int
    ahead_ms: int


Starting = Callable[[random.Random], Start]


def all_at_once(_random: random.Random) -> Start:
    """A herd: everybody began in the same second and needs the next minute together."""
    return Start(0, 60_000)


def paid_for(_random: random.Random) -> Start:
    """Holds that reach so far that only settlements are due."""
    return Start(0, 6 * 3_600_000)


def spread(dice: random.Random) -> Start:
    """Any second of the five minutes between two settlements, any of the minute between two grants."""
    return Start(dice.randrange(300_000), 60_000 + dice.randrange(60_000))


@dataclass(frozen=True, slots=True)
class People:
    """Which account is whose, by number alone."""

    sessions: int

    @property
    def studios(self) -> int:
        return max(2, self.sessions // 50)

    @property
    def performers(self) -> int:
        return max(4, self.sessions // 2)

    @property
    def first_performer(self) -> int:
        return FIRST_STUDIO + self.studios

    @property
    def first_client(self) -> int:
        return self.first_performer + self.performers

    def client(self, number: int) -> int:
        return self.first_client + number

    def payees(self, number: int) -> tuple[int, int | None, int]:
        """Performer, second performer or None, studio of a session."""
        room = (number // 2) % self.performers
        second = self.first_performer + (room + 1) % self.performers if (number // 2) % 2 else None
        studio = FIRST_STUDIO + room * self.studios // self.performers
        return self.first_performer + room, second, studio

    def kinds(self) -> Iterator[tuple[int, str]]:
        yield HOUSE, "house"
        yield PROVIDER, "provider"
        yield from ((pk, "studio") for pk in range(FIRST_STUDIO, self.first_performer))
        yield from ((pk, "performer") for pk in range(self.first_performer, self.first_client))
        yield from ((pk, "client") for pk in range(self.first_client, self.first_client + self.sessions))


def tariff_of(people: People, number: int, cpm: int) -> Tariff:
    performer, second, studio = people.payees(number)
    parties = [Party(performer, weight=5, studio_account=studio, studio_bp=1500)]
    if second is not None:
        parties.append(Party(second, weight=4))
    return Tariff(rule="per_second", cpm=cpm, split=Split(7000, tuple(parties), HOUSE))


def load(link: psycopg.Connection[Any], sessions: int, starting: Starting, seed: int = 1) -> People:
    """Fill an empty database; ready to be measured when it returns."""
    people, dice = People(sessions), random.Random(seed)
    starts = [(dice.choice(PRICES), starting(dice)) for _ in range(sessions)]
    held = [rules.owed(_plain(cpm), start.proven_ms + start.ahead_ms) for cpm, start in starts]
    _accounts(link, people, held)
    _top_ups(link, people)
    columns = ("id", "account_id", "source", "source_id", "amount", "created_at")
    rows = ((n + 1, people.client(n), "visit", f"bench-{n}", amount, NOW) for n, amount in enumerate(held))
    _copy(link, Hold, columns, rows)
    _sessions(link, people, starts, dice)
    _copy(link, EngineClock, ("boot_id", "mono_ms", "holder", "heard_at"), [(BOOT, BEGIN_MS, HOLDER, NOW)])
    for model in (Account, Transfer, Entry, Hold):
        table = model._meta.db_table
        link.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    settle_down(link)
    return people


def _plain(cpm: int) -> Tariff:
    return Tariff(rule="per_second", cpm=cpm, split=Split(7000, (), HOUSE))


def _accounts(link: psycopg.Connection[Any], people: People, held: Sequence[int]) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        for pk, kind in people.kinds():
            if kind == "client":
                yield pk, kind, str(pk), 0, FUNDS, held[pk - people.first_client]
            elif kind == "provider":
                yield pk, kind, "", None, -FUNDS * people.sessions, 0
            else:
                yield pk, kind, "" if kind == "house" else str(pk), 0, 0, 0

    named = ("id", "kind", "owner", "floor", "balance", "held", "created_at")
    _copy(link, Account, named, ((*row, NOW) for row in rows()))


def _top_ups(link: psycopg.Connection[Any], people: People) -> None:
    batches = range(-(-people.sessions // _TOP_UPS_EACH))
    named = ("id", "source", "source_id", "digest", "kind", "posted_at")
    _copy(link, Transfer, named, ((n + 1, "bench", str(n), "top-up", "top_up", NOW) for n in batches))
    moves = (
        (n // _TOP_UPS_EACH + 1, n % _TOP_UPS_EACH, PROVIDER, people.client(n), FUNDS) for n in range(people.sessions)
    )
    _copy(link, Entry, ("transfer_id", "leg", "debit_id", "credit_id", "amount"), moves)


def _sessions(
    link: psycopg.Connection[Any], people: People, starts: Sequence[tuple[int, Start]], dice: random.Random
) -> None:
    price_names = rules.Price.__struct_fields__
    named = (
        "id", "client_account_id", "hold_id", "subject", "subject_id", "participant", "tariff", "phase", "flow",
        "usage", "used_ms", "boot", "anchor_ms", "granted_ms", "opened_at", "started_at", "heard_at", *price_names,
    )  # fmt: skip

    def rows() -> Iterator[tuple[Any, ...]]:
        for n, (cpm, start) in enumerate(starts):
            pk, tariff = UUID(int=dice.getrandbits(128), version=4), tariff_of(people, n, cpm)
            price = rules.price_of(tariff)
            yield (
                pk, people.client(n), n + 1, "group", pk, participant(n), msgspec.json.encode(tariff).decode(),
                pk.int % 60, "flowing", json.dumps({BOOT: start.proven_ms}), start.proven_ms, BOOT,
                BEGIN_MS - rules.STEADY_LAG_MS - start.proven_ms, start.proven_ms + start.ahead_ms, NOW, NOW, NOW,
                *(getattr(price, name) for name in price_names),
            )  # fmt: skip

    _copy(link, MeteredSession, named, rows())


def participant(number: int) -> str:
    return f"v-{number}"


def _copy(
    link: psycopg.Connection[Any], model: type[models.Model], named: Sequence[str], rows: Iterator[Any] | Sequence[Any]
) -> None:
    """COPY with the model's own defaults for every column that is not named."""
    fields = [f for f in model._meta.concrete_fields if f.column not in named and not f.primary_key]
    rest = [(f.column, _default(f)) for f in fields]
    fixed = tuple(value for _column, value in rest)
    copy(link, model._meta.db_table, (*named, *(c for c, _value in rest)), ((*row, *fixed) for row in rows))


def _default(field: Any) -> Any:
    if field.db_default is not models.NOT_PROVIDED:
        return field.db_default
    value = field.get_default()
    return json.dumps(value) if isinstance(value, dict | list) else value
