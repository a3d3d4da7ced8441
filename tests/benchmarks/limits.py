"""What the server itself can do: the rows of a charge by COPY and by INSERT .. SELECT, the rows it changes by one
UPDATE each, and PostgreSQL's own benchmark."""

from __future__ import annotations

import re
import subprocess
import time
from typing import Any

import psycopg

from . import world
from .ours import LEDGER_TABLES
from .server import Server, copy
from .server import world as fresh_world

_ROUNDS = 3
_TRANSFER = ("id", "source", "source_id", "seq", "digest", "kind", "reason", "actor", "posted_at")
_ENTRY = ("transfer_id", "leg", "debit_id", "credit_id", "amount")
PGBENCH_SCALES = (1, 50)


def same_rows(server: Server, *, sessions: int) -> dict[str, Any]:
    """Charges a second if nothing but these rows were written, into the same tables with the same keys and indexes.

    `posting`: the transfer and the 3.5 entries of a settlement. `update`: one wallet, one hold, one session.
    """
    with fresh_world(server, "limits") as database, server.connect(database) as link:
        people = world.load(link, sessions, world.paid_for)
        source_ids = [row[0] for row in link.execute("SELECT id::text FROM ppv_plugin_meteredsession ORDER BY hold_id")]
        copied = min(_copied(link, people, source_ids, n) for n in range(_ROUNDS))
        inserted = min(_inserted(link, sessions, n) for n in range(_ROUNDS))
        updated = min(_updated(link) for _ in range(_ROUNDS))
    return {
        "sessions": sessions, "posting_copy": sessions / copied, "posting_insert": sessions / inserted,
        "update": sessions / updated,
    }  # fmt: skip


def limit_of(rows: dict[str, Any], settlements: float) -> float:
    """Charged minutes a second when a minute changes its rows once and every so many of them are posted."""
    posting = max(rows["posting_copy"], rows["posting_insert"])
    return 1 / (1 / rows["update"] + settlements / posting)


def _copied(link: psycopg.Connection[Any], people: world.People, source_ids: list[str], number: int) -> float:
    first = _next_id(link)
    transfers = [
        (first + n, "limit", source_id, number, "0" * 64, "group", "", "", world.NOW)
        for n, source_id in enumerate(source_ids)
    ]
    entries = []
    for n in range(people.sessions):
        performer, second, studio = people.payees(n)
        payees = [performer, studio, world.HOUSE] if second is None else [performer, second, studio, world.HOUSE]
        entries += [(first + n, leg, people.client(n), payee, 100) for leg, payee in enumerate(payees)]
    began = time.perf_counter()
    with link.transaction():
        copy(link, LEDGER_TABLES[0], _TRANSFER, transfers)
        copy(link, LEDGER_TABLES[1], _ENTRY, entries)
    return time.perf_counter() - began


def _inserted(link: psycopg.Connection[Any], sessions: int, number: int) -> float:
    """The rows that COPY wrote, once more by the server alone."""
    source, first = f"limit-{number}", _next_id(link)
    last = first - 1
    began = time.perf_counter()
    with link.transaction():
        link.execute(
            f"INSERT INTO ppv_plugin_transfer ({', '.join(_TRANSFER)}) "
            "SELECT id + %s, %s, source_id, seq, digest, kind, reason, actor, posted_at FROM ppv_plugin_transfer "
            "WHERE source = 'limit' AND seq = 0",
            [last, source],
        )
        link.execute(
            f"INSERT INTO ppv_plugin_entry ({', '.join(_ENTRY)}) "
            "SELECT e.transfer_id + %s, e.leg, e.debit_id, e.credit_id, e.amount FROM ppv_plugin_entry e "
            "JOIN ppv_plugin_transfer t ON t.id = e.transfer_id WHERE t.source = 'limit' AND t.seq = 0",
            [last],
        )
    return time.perf_counter() - began


def _next_id(link: psycopg.Connection[Any]) -> int:
    row = link.execute("SELECT max(id) + 1 FROM ppv_plugin_transfer").fetchone()
    assert row is not None
    return int(row[0])


def _updated(link: psycopg.Connection[Any]) -> float:
    began = time.perf_counter()
    with link.transaction():
        link.execute("UPDATE ppv_plugin_account SET held = held + 1 WHERE kind = 'client'")
        link.execute("UPDATE ppv_plugin_hold SET amount = amount + 1")
        link.execute("UPDATE ppv_plugin_meteredsession SET granted_ms = granted_ms + 1")
    return time.perf_counter() - began


def pgbench(server: Server, *, seconds: int) -> dict[int, float]:
    """Scale -> transactions a second of TPC-B, prepared, four clients. Empty when there is no pgbench."""
    program = server.programs / "pgbench" if server.programs else None
    if program is None or not program.exists():
        return {}
    found = {}
    for scale in PGBENCH_SCALES:
        database = f"ppv_bench_tpcb_{scale}"
        server.create(database)
        url = server.url_of(database).replace("postgres://", "postgresql://")
        try:
            _run(program, "-i", "-q", "-s", scale, url)
            told = _run(program, "-n", "-M", "prepared", "-c", 4, "-j", 2, "-T", seconds, url)
        finally:
            server.drop(database)
        tps = re.search(r"tps = ([\d.]+)", told)
        assert tps is not None, told
        found[scale] = float(tps.group(1))
    return found


def _run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=180)
    if done.returncode:
        raise RuntimeError(done.stderr[-1000:])
    return done.stdout
