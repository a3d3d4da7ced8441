"""The proof that sessions, refunds and adjustments say what the ledger says, in the same way as `ledger.proof`.

It joins the ledger's tables in SQL, where no single slice owns the answer.
"""
# ruff: noqa: S608 - the statements are put together from names of columns in this file, never from input

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from ppv_plugin.ledger.proof import Check

_TAKEN = "CASE WHEN e.debit_id = {account} THEN e.amount WHEN e.credit_id = {account} THEN -e.amount ELSE 0 END"


def checks() -> Sequence[Check]:
    return (*_sessions(), *_corrections())


def violations() -> list[str]:
    """Every drift in words; empty = all of them agree with the ledger."""
    return [line for check in checks() for line in check.drifts()]


def _source_id(column: str) -> str:
    """This uuid as a transfer names it. SQLite keeps uuids without their hyphens."""
    if connection.vendor == "postgresql":
        return f"CAST({column} AS text)"
    cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({column}, {first}, {length})" for first, length in cuts)


def _is_source(column: str) -> str:
    """The same the other way round, where the uuid is looked up: SQLite can use the index of `column`."""
    if connection.vendor == "postgresql":
        return f"CAST({column} AS text) = t.source_id"
    return f"{column} = REPLACE(t.source_id, '-', '')"


def _sessions() -> Sequence[Check]:
    paid = f"COALESCE(SUM({_TAKEN.format(account='s.client_account_id')}), 0)"
    postings = f"ppv_plugin_transfer t ON t.source = 'session' AND t.source_id = {_source_id('s.id')}"
    return (
        Check(
            "every session has settled what it posted",
            f"SELECT {_source_id('s.id')}, s.settled, {paid} FROM ppv_plugin_meteredsession s LEFT JOIN {postings} "
            "LEFT JOIN ppv_plugin_entry e ON e.transfer_id = t.id "
            f"GROUP BY s.id, s.settled HAVING s.settled <> {paid} ORDER BY s.id",
            lambda session, settled, posted: f"session {session} has settled {settled}, its postings sum to {posted}",
        ),
        Check(
            "every session has its postings, each once",
            f"SELECT {_source_id('s.id')}, s.settle_seq, COUNT(t.id) "
            f"FROM ppv_plugin_meteredsession s LEFT JOIN {postings} "
            "GROUP BY s.id, s.settle_seq HAVING s.settle_seq <> COUNT(t.id) ORDER BY s.id",
            lambda session, wanted, found: f"session {session} has made {wanted} postings, there are {found}",
        ),
        Check(
            "every posting of a session has its session",
            "SELECT t.id, t.source_id FROM ppv_plugin_transfer t WHERE t.source = 'session' AND NOT EXISTS "
            f"(SELECT 1 FROM ppv_plugin_meteredsession s WHERE {_is_source('s.id')}) ORDER BY t.id",
            lambda transfer, session: f"transfer {transfer} is for session {session}, which does not exist",
        ),
        Check(
            "closed sessions hold nothing",
            f"SELECT {_source_id('s.id')}, h.amount FROM ppv_plugin_meteredsession s "
            "JOIN ppv_plugin_hold h ON h.id = s.hold_id "
            "WHERE s.state = 'closed' AND h.amount <> 0 ORDER BY s.id",
            lambda session, held: f"session {session} is closed and still holds {held}",
        ),
        Check(
            "every session holds money of its own client",
            f"SELECT {_source_id('s.id')}, s.client_account_id, h.account_id FROM ppv_plugin_meteredsession s "
            "JOIN ppv_plugin_hold h ON h.id = s.hold_id WHERE h.account_id <> s.client_account_id ORDER BY s.id",
            lambda session, client, other: f"session {session} of account {client} holds money of account {other}",
        ),
    )


def _corrections() -> Sequence[Check]:
    given = f"COALESCE(SUM(-({_TAKEN.format(account='s.client_account_id')})), 0)"
    adjusted = f"COALESCE(SUM(-({_TAKEN.format(account='r.account_id')})), 0)"
    expected = "CASE WHEN r.state = 'posted' THEN r.amount ELSE 0 END"
    entries = "LEFT JOIN ppv_plugin_entry e ON e.transfer_id = t.id"
    return (
        Check(
            "every refund gave what it says",
            f"SELECT {_source_id('r.id')}, {_source_id('s.id')}, {expected}, {given} FROM ppv_plugin_refund r "
            "JOIN ppv_plugin_meteredsession s ON s.id = r.session_id "
            f"LEFT JOIN ppv_plugin_transfer t ON t.source = 'refund' AND t.source_id = {_source_id('r.id')} {entries} "
            f"GROUP BY r.id, s.id, r.state, r.amount HAVING {expected} <> {given} ORDER BY r.id",
            lambda refund, session, said, gave: f"refund {refund} of session {session} says {said}, it gave {gave}",
        ),
        Check(
            "no session was refunded more than it cost",
            f"SELECT {_source_id('s.id')}, s.settled, SUM(r.amount) FROM ppv_plugin_meteredsession s "
            "JOIN ppv_plugin_refund r ON r.session_id = s.id AND r.state = 'posted' "
            "GROUP BY s.id, s.settled HAVING SUM(r.amount) > s.settled ORDER BY s.id",
            lambda session, settled, back: f"session {session} cost {settled}, {back} was given back",
        ),
        Check(
            "every adjustment moved what it says",
            f"SELECT {_source_id('r.id')}, r.account_id, {expected}, {adjusted} FROM ppv_plugin_adjustment r "
            "LEFT JOIN ppv_plugin_transfer t ON t.source = 'adjustment' "
            f"AND t.source_id = {_source_id('r.id')} {entries} "
            f"GROUP BY r.id, r.account_id, r.state, r.amount HAVING {expected} <> {adjusted} ORDER BY r.id",
            lambda row, account, said, moved: f"adjustment {row} of account {account} says {said}, it moved {moved}",
        ),
    )
