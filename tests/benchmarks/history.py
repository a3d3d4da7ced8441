"""A ledger that has grown: closed sessions with their postings, as many as are asked for, beside the live ones.

Written by the server itself with its indexes put aside and triggers off, then built again: ten million entries in
about a minute. Every session posted four times, 3.5 entries each, and the balances are the sums of the entries.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ppv_plugin.metering.models import MeteredSession

from .server import settle_down
from .world import FIRST_STUDIO, HOUSE, NOW, People

POSTINGS = 4
ENTRIES_EACH = 14  # two of the postings of a session have three entries, two have four
AMOUNTS = (50, 10, 40, 5)  # performer, studio, house, second performer
_COST = 2 * sum(AMOUNTS[:3]) + 2 * sum(AMOUNTS)
_GROWING = ("ppv_plugin_hold", "ppv_plugin_meteredsession", "ppv_plugin_transfer", "ppv_plugin_entry")


def grow(link: psycopg.Connection[Any], people: People, entries: int) -> int:
    """Add closed sessions until the ledger has at least so many entries; returns how many it has."""
    missing = max(entries - count(link), 0)
    sessions = -(-missing // ENTRIES_EACH)
    if sessions:
        link.execute("SET session_replication_role = replica")
        indexes = _put_aside(link)
        _write(link, people, sessions)
        for statement in indexes:
            link.execute(statement)
        link.execute("RESET session_replication_role")
        settle_down(link)
    return count(link)


def count(link: psycopg.Connection[Any]) -> int:
    row = link.execute("SELECT count(*) FROM ppv_plugin_entry").fetchone()
    assert row is not None
    return int(row[0])


def _put_aside(link: psycopg.Connection[Any]) -> list[str]:
    """Drop what makes a bulk insert slow on the two big tables; returns the statements that bring it back."""
    link.execute("SET maintenance_work_mem = '512MB'")
    plain = link.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = ANY(%s::regclass[]) AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)",
        [list(_GROWING[2:])],
    ).fetchall()
    bound = link.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = ANY(%s::regclass[]) AND contype = 'u'",
        [list(_GROWING[2:])],
    ).fetchall()
    for name, _definition in plain:
        link.execute(f"DROP INDEX {name}")
    for table, name, _definition in bound:
        link.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [d for _name, d in plain] + [f"ALTER TABLE {table} ADD CONSTRAINT {name} {d}" for table, name, d in bound]


def _write(link: psycopg.Connection[Any], people: People, sessions: int) -> None:
    first_hold, first_transfer = _next(link, "ppv_plugin_hold"), _next(link, "ppv_plugin_transfer")
    words = {
        "sessions": sessions, "hold": first_hold, "transfer": first_transfer, "now": NOW, "house": HOUSE,
        "clients": people.sessions, "client": people.first_client, "studios": people.studios, "studio": FIRST_STUDIO,
        "performers": people.performers, "performer": people.first_performer, "cost": _COST, "postings": POSTINGS,
    }  # fmt: skip
    link.execute(
        "CREATE TEMP TABLE past AS SELECT n, gen_random_uuid() AS id, %(hold)s + n AS hold_id, "
        "%(client)s + n %% %(clients)s AS client, %(performer)s + n %% %(performers)s AS performer, "
        "%(performer)s + (n + 1) %% %(performers)s AS second, %(studio)s + n %% %(studios)s AS studio "
        "FROM generate_series(0, %(sessions)s - 1) n",
        words,
    )
    link.execute(
        "INSERT INTO ppv_plugin_hold (id, account_id, source, source_id, amount, created_at, released_at) "
        "SELECT hold_id, client, 'past', id::text, 0, %(now)s, %(now)s FROM past",
        words,
    )
    _write_sessions(link, words)
    link.execute(
        "INSERT INTO ppv_plugin_transfer (id, source, source_id, seq, digest, kind, reason, actor, posted_at) "
        "SELECT %(transfer)s + n * %(postings)s + p, 'session', id::text, p + 1, repeat('0', 64), 'group', '', '', "
        "%(now)s - interval '90 days' + n * (interval '90 days' / %(sessions)s) + p * interval '5 minutes' "
        "FROM past, generate_series(0, %(postings)s - 1) p ORDER BY n, p",
        words,
    )
    link.execute(
        "INSERT INTO ppv_plugin_entry (transfer_id, leg, debit_id, credit_id, amount) "
        "SELECT %(transfer)s + n * %(postings)s + p, leg, client, payee, amount "
        "FROM past, generate_series(0, %(postings)s - 1) p, LATERAL (VALUES (0, performer, 50), (1, studio, 10), "
        "(2, %(house)s, 40), (3, second, 5)) v(leg, payee, amount) WHERE leg < 3 OR p %% 2 = 1 ORDER BY n, p, leg",
        words,
    )
    link.execute("DROP TABLE past")
    _balance(link)


def _write_sessions(link: psycopg.Connection[Any], words: dict[str, Any]) -> None:
    """Each like a live one of the same client, closed and settled."""
    own = {
        "id": "past.id", "subject_id": "past.id", "participant": "'past-' || past.n || '-' || past.hold_id",
        "hold_id": "past.hold_id", "client_account_id": "past.client", "state": "'closed'", "closed_at": "%(now)s",
        "end_reason": "'client'", "settled": "%(cost)s", "settle_seq": "%(postings)s", "anchor_ms": "NULL",
        "used_ms": "1200000", "settled_ms": "1200000", "granted_ms": "1200000", "flow": "'idle'",
    }  # fmt: skip
    columns = [field.column for field in MeteredSession._meta.concrete_fields]
    values = ", ".join(own.get(column, f"live.{column}") for column in columns)
    link.execute(
        f"INSERT INTO ppv_plugin_meteredsession ({', '.join(columns)}) SELECT {values} FROM past "
        "JOIN (SELECT * FROM ppv_plugin_meteredsession WHERE state = 'open') live ON live.client_account_id = client",
        words,
    )


def _balance(link: psycopg.Connection[Any]) -> None:
    """Every balance is what its entries sum to; a wallet has far more than its past has cost."""
    link.execute(
        "UPDATE ppv_plugin_account a SET balance = m.total FROM (SELECT account_id, sum(amount) AS total FROM ("
        "SELECT credit_id AS account_id, sum(amount) AS amount FROM ppv_plugin_entry GROUP BY 1 UNION ALL "
        "SELECT debit_id, -sum(amount) FROM ppv_plugin_entry GROUP BY 1) signed GROUP BY 1) m WHERE m.account_id = a.id"
    )
    for table in ("ppv_plugin_hold", "ppv_plugin_transfer"):
        link.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _next(link: psycopg.Connection[Any], table: str) -> int:
    row = link.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
    assert row is not None
    return int(row[0])
