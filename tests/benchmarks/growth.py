"""What reads and ticks cost when the ledger has a hundred thousand, a million and ten million entries."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management import call_command

from ppv_plugin.ledger import queries as ledger_queries

from . import history, world
from .crowd import Crowd, Gate
from .figures import percentile
from .ours import prove, steady_worker, told
from .server import Server
from .server import world as fresh_world

READS = 300
LINES = 20


def read_worker(_gate: Gate, *, clients: Sequence[int]) -> dict[str, float]:
    """Median milliseconds of what a page asks for."""

    def timed(ask: Callable[[int], object]) -> float:
        took = []
        for number in range(READS):
            began = time.perf_counter()
            ask(clients[number % len(clients)])
            took.append(time.perf_counter() - began)
        return percentile(took[READS // 10 :], 50) * 1000

    return {
        "balance_ms": timed(lambda pk: ledger_queries.balance_of(kind="client", owner=str(pk))),
        "house_ms": timed(lambda _pk: ledger_queries.balance_of(kind="house", owner="")),
        "statement_ms": timed(lambda pk: ledger_queries.statement(account_id=pk, limit=LINES)),
        "house_statement_ms": timed(lambda _pk: ledger_queries.statement(account_id=world.HOUSE, limit=LINES)),
    }


def reconcile_worker(_gate: Gate) -> float:
    began = time.perf_counter()
    call_command("ppv_reconcile", stdout=io.StringIO())
    return time.perf_counter() - began


def grown(
    server: Server, crowd: Crowd, *, sessions: int, sizes: Sequence[int], rounds: int, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """One world that grows; the same measurements at each size."""
    found, second = [], 0
    with fresh_world(server, "growth") as database, server.connect(database) as link:
        people, url = world.load(link, sessions, world.spread), server.url_of(database)
        clients = [people.client(n * 7919 % sessions) for n in range(READS)]
        for size in sizes:
            began = time.perf_counter()
            entries = history.grow(link, people, size)
            loaded = time.perf_counter() - began
            reads = crowd.together(url, [(read_worker, {"clients": clients})])[0]
            words = {"sessions": sessions, "rounds": rounds, "warm": 10, "leads": True, "from_second": second}
            second += rounds + 10
            laps = crowd.together(url, [(steady_worker, {**words, "real_time": False})])
            took = crowd.together(url, [(reconcile_worker, {})])[0]
            row = {"entries": entries, "sessions": sessions, **reads, **told(laps, rounds), "reconcile_s": took}
            found.append({**row, "bytes": _bytes(link)})
            tell(f"{entries:,} entries (written in {loaded:.0f} s): tick {row['p50_ms']:.1f} ms, proof {took:.1f} s")
        prove()
    return found


def _bytes(link: Any) -> int:
    names = ["ppv_plugin_transfer", "ppv_plugin_entry"]
    row = link.execute("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname = ANY(%s)", [names])
    return int(row.fetchone()[0])
