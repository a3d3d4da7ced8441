"""The same sessions charged by the usual ways: a plain plug-in's loop, and django-hordak's transfers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from django.conf import settings
from django.db import transaction

from ppv_plugin.ledger.rules import split_by_weight

from .crowd import Crowd, Gate
from .figures import percentile
from .plain.charging import MINUTE_MS, charge
from .plain.models import Session, Wallet
from .server import Footprint, Server, copy, settle_down
from .server import world as fresh_world
from .world import FUNDS, PRICES, People

SHARES_OF_3 = (5950, 1050, 3000)  # performer, studio, house: what `world.tariff_of` comes to
SHARES_OF_4 = (3306, 3111, 583, 3000)
PLAIN_TABLES = ("plain_posting", "plain_entry")
HORDAK_TABLES = ("hordak_transaction", "hordak_leg")


def shares_of(people: People, number: int) -> list[tuple[int, int]]:
    """(account, basis points) of everybody who earns from a session."""
    performer, second, studio = people.payees(number)
    if second is None:
        return list(zip((performer, studio, 1), SHARES_OF_3, strict=True))
    return list(zip((performer, second, studio, 1), SHARES_OF_4, strict=True))


def load_plain(link: psycopg.Connection[Any], sessions: int) -> None:
    people = People(sessions)
    rows = ((pk, kind, FUNDS if kind == "client" else 0) for pk, kind in people.kinds())
    copy(link, Wallet._meta.db_table, ("id", "kind", "balance"), rows)
    live = ((n + 1, people.client(n), PRICES[n % len(PRICES)], 0, 0, 1) for n in range(sessions))
    copy(link, Session._meta.db_table, ("id", "client_id", "cpm", "charged_no", "due_ms", "state"), live)
    shares = ((n + 1, account, bp) for n in range(sessions) for account, bp in shares_of(people, n))
    copy(link, "plain_share", ("session_id", "wallet_id", "bp"), shares)
    settle_down(link)


def load_hordak(link: psycopg.Connection[Any], sessions: int) -> None:
    """The plain sessions, whose wallets have hordak's accounts beside them under the same numbers."""
    load_plain(link, sessions)
    rows = (
        (pk, f"00000000-0000-4000-8000-{pk:012d}", f"{kind} {pk}", "LI", False, '["EUR"]', 1, 2, pk, 0)
        for pk, kind in People(sessions).kinds()
    )
    named = ("id", "uuid", "name", "type", "is_bank_account", "currencies", "lft", "rght", "tree_id", "level")
    link.execute("SET session_replication_role = replica")  # its triggers work out codes, of which these have none
    copy(link, "hordak_account", named, rows)
    link.execute("RESET session_replication_role")
    settle_down(link)


def charge_by_transfers(session_id: int, now_ms: int) -> bool:
    """`Account.transfer_to` for everybody who earns. Hordak has neither balances nor floors, so none is looked at."""
    from hordak.models import Account
    from moneyed import Money

    with transaction.atomic():
        session, amounts = _due(session_id, now_ms)
        if session is None:
            return False
        accounts = Account.objects.in_bulk([session.client_id, *(pk for pk, _amount in amounts)])
        client = accounts[session.client_id]
        for pk, amount in amounts:
            client.transfer_to(accounts[pk], Money(amount, "EUR"), description=f"session {session.pk}")
        _charged(session)
    return True


def charge_by_legs(session_id: int, now_ms: int) -> bool:
    """One transaction of hordak with a leg for everybody: fewer rows than its transfers need."""
    from hordak.models import Leg, Transaction
    from moneyed import Money

    with transaction.atomic():
        session, amounts = _due(session_id, now_ms)
        if session is None:
            return False
        made = Transaction.objects.create(description=f"session {session.pk}")
        total = sum((amount for _pk, amount in amounts), Decimal(0))
        Leg.objects.create(transaction=made, account_id=session.client_id, debit=Money(total, "EUR"))
        for pk, amount in amounts:
            Leg.objects.create(transaction=made, account_id=pk, credit=Money(amount, "EUR"))
        _charged(session)
    return True


def _due(session_id: int, now_ms: int) -> tuple[Any, list[tuple[int, Decimal]]]:
    session = Session.objects.select_for_update().get(pk=session_id)
    if session.state != 1 or session.due_ms > now_ms:
        return None, []
    shares = list(session.shares.all())
    parts = split_by_weight(session.cpm, [share.bp for share in shares])
    return session, [(s.wallet_id, Decimal(part) / 100) for s, part in zip(shares, parts, strict=True) if part]


def _charged(session: Any) -> None:
    session.charged_no, session.due_ms = session.charged_no + 1, session.due_ms + MINUTE_MS
    session.save(update_fields=["charged_no", "due_ms"])


def loop_worker(
    gate: Gate, *, how: str, number: int, workers: int, sessions: int, seconds: float
) -> tuple[list[float], float]:
    """Charge this worker's sessions one after the other, minute after minute, until the time is up."""
    one = WAYS[how]
    took: list[float] = []
    began = last = gate.meet()
    for session_id, now_ms in _turns(number, workers, sessions):
        if not one(session_id, now_ms):
            raise RuntimeError(f"session {session_id} was not charged")
        now = time.perf_counter()
        took.append(now - last)
        last = now
        if now - began > seconds:
            break
    return took, last - began


def _turns(number: int, workers: int, sessions: int) -> Iterator[tuple[int, int]]:
    now_ms = 0
    while True:
        yield from ((session_id, now_ms) for session_id in range(number + 1, sessions + 1, workers))
        now_ms += MINUTE_MS


WAYS: dict[str, Callable[[int, int], bool]] = {
    "plain": charge,
    "hordak": charge_by_transfers,
    "hordak_legs": charge_by_legs,
}


def looped(
    server: Server, crowd: Crowd, *, sessions: int, workers: Sequence[int], seconds: float
) -> Iterator[dict[str, Any]]:
    """Every way with every number of workers, one after the other in one world."""
    with fresh_world(server, "rivals") as database, server.connect(database) as link:
        (load_hordak if settings.HORDAK else load_plain)(link, sessions)
        for how in WAYS if settings.HORDAK else ("plain",):
            for count in workers:
                yield _measure(link, crowd, server.url_of(database), how, sessions, count, seconds)


def _measure(
    link: psycopg.Connection[Any], crowd: Crowd, url: str, how: str, sessions: int, workers: int, seconds: float
) -> dict[str, Any]:
    tables = PLAIN_TABLES if how == "plain" else HORDAK_TABLES
    words = {"how": how, "workers": workers, "sessions": sessions}

    def turn(time_seconds: float) -> list[tuple[list[float], float]]:
        link.execute("UPDATE plain_session SET due_ms = 0")
        settle_down(link)
        jobs = [(loop_worker, {**words, "number": n, "seconds": time_seconds}) for n in range(workers)]
        return crowd.together(url, jobs)

    turn(0.2)  # connections and caches
    posted, before = _posted(link, how), Footprint.now(link, tables)
    done = turn(seconds)
    grown, minutes = Footprint.now(link, tables).since(before), sum(len(took) for took, _seconds in done)
    if _posted(link, how) - posted != minutes:
        raise RuntimeError(f"{how}: {minutes} minutes were charged, {_posted(link, how) - posted} were posted")
    every = [lap for took, _seconds in done for lap in took]
    return {
        "how": how, "sessions": sessions, "workers": workers, "minutes": minutes,
        "per_second": minutes / max(passed for _took, passed in done),
        "p50_ms": percentile(every, 50) * 1000, "p99_ms": percentile(every, 99) * 1000,
        "ledger_bytes": grown.tables / minutes, "log_bytes": grown.log / minutes,
    }  # fmt: skip


_BOOKS = {
    "plain": ("SELECT count(*) FROM plain_posting", "SELECT coalesce(sum(amount), 0) FROM plain_entry"),
    "hordak": (
        "SELECT coalesce(sum(charged_no), 0) FROM plain_session",
        "SELECT coalesce(sum(coalesce(credit, 0) - coalesce(debit, 0)), 0) FROM hordak_leg",
    ),
}


def _posted(link: psycopg.Connection[Any], how: str) -> int:
    """Minutes that this way has posted, in books that sum to zero: rivals are held to that too."""
    minutes, total = (link.execute(ask).fetchone() for ask in _BOOKS[how.removesuffix("_legs")])
    assert minutes is not None
    assert total is not None
    if total[0]:
        raise RuntimeError(f"{how}: its books sum to {total[0]}")
    return int(minutes[0])


def hordak_missing() -> str:
    """Why hordak cannot be measured here; empty when it can."""
    return "" if settings.HORDAK else "django-hordak is not installed"
