"""The proof that the ledger agrees with itself: laws 1 and 2 of the acceptance, over everything that was ever posted.

Each check is one SQL statement that returns only what is wrong, so the database reads every entry and this process
reads none; and since a statement sees one moment, it may run while money moves. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

_ROWS_AT_A_TIME = 2000
# Every check reads whole tables. Where the statistics are older than the rows (a new site, a restored copy) the planner
# takes them for small and compares each row with each.
_WHOLE_TABLES = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'"


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` returns a row per drift; `words` names it."""

    title: str
    sql: str
    words: Callable[..., str]

    def drifts(self) -> Iterator[str]:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(_WHOLE_TABLES)
            cursor.execute(self.sql)
            while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
                for row in rows:
                    yield self.words(*map(_whole, row))


def _whole(value: Any) -> Any:
    """PostgreSQL sums 64-bit columns to its own decimal type."""
    return int(value) if isinstance(value, Decimal) else value


_SIGNED = """
    SELECT credit_id AS account_id, SUM(amount) AS amount FROM ppv_plugin_entry GROUP BY credit_id
    UNION ALL
    SELECT debit_id, -SUM(amount) FROM ppv_plugin_entry GROUP BY debit_id
"""

CHECKS: Sequence[Check] = (
    Check(
        "the balances sum to zero",
        "SELECT total FROM (SELECT COALESCE(SUM(balance), 0) AS total FROM ppv_plugin_account) s WHERE total <> 0",
        lambda total: f"the balances sum to {total}, not to zero",
    ),
    Check(
        "every transfer moves something",
        "SELECT t.id FROM ppv_plugin_transfer t "
        "WHERE NOT EXISTS (SELECT 1 FROM ppv_plugin_entry e WHERE e.transfer_id = t.id)",
        lambda transfer: f"transfer {transfer} has no entries",
    ),
    Check(
        "every entry has its transfer and both its accounts",
        "SELECT e.id FROM ppv_plugin_entry e LEFT JOIN ppv_plugin_transfer t ON t.id = e.transfer_id "
        "LEFT JOIN ppv_plugin_account d ON d.id = e.debit_id LEFT JOIN ppv_plugin_account c ON c.id = e.credit_id "
        "WHERE t.id IS NULL OR d.id IS NULL OR c.id IS NULL ORDER BY e.id",
        lambda entry: f"entry {entry} names a transfer or an account that does not exist",
    ),
    Check(
        "every balance is the sum of its entries",
        f"SELECT a.id, a.balance, COALESCE(s.total, 0) FROM ppv_plugin_account a LEFT JOIN "  # noqa: S608 - no input
        f"(SELECT account_id, SUM(amount) AS total FROM ({_SIGNED}) m GROUP BY account_id) s ON s.account_id = a.id "
        "WHERE a.balance <> COALESCE(s.total, 0) ORDER BY a.id",
        lambda account, balance, entries: f"account {account} has {balance}, its entries sum to {entries}",
    ),
    Check(
        "what is held is the sum of the holds",
        "SELECT a.id, a.held, COALESCE(h.total, 0) FROM ppv_plugin_account a LEFT JOIN "
        "(SELECT account_id, SUM(amount) AS total FROM ppv_plugin_hold WHERE amount <> 0 GROUP BY account_id) h "
        "ON h.account_id = a.id WHERE a.held <> COALESCE(h.total, 0) ORDER BY a.id",
        lambda account, held, holds: f"account {account} holds {held}, its holds sum to {holds}",
    ),
    Check(
        "no account is below its floor",
        "SELECT id, balance, held, floor FROM ppv_plugin_account "
        "WHERE floor IS NOT NULL AND balance < floor + held ORDER BY id",
        lambda account, balance, held, floor: (
            f"account {account} is below its floor: {balance}, of which {held} are held, over {floor}"
        ),
    ),
    Check(
        "no wallet ever was below zero",
        """
        SELECT account_id, MIN(after) FROM (
            SELECT m.account_id, SUM(m.amount) OVER (PARTITION BY m.account_id ORDER BY m.transfer_id) AS after
            FROM (
                SELECT e.debit_id AS account_id, e.transfer_id, -e.amount AS amount FROM ppv_plugin_entry e
                JOIN ppv_plugin_account a ON a.id = e.debit_id AND a.kind = 'client'
                UNION ALL
                SELECT e.credit_id, e.transfer_id, e.amount FROM ppv_plugin_entry e
                JOIN ppv_plugin_account a ON a.id = e.credit_id AND a.kind = 'client'
            ) m
        ) r WHERE after < 0 GROUP BY account_id ORDER BY account_id
        """,
        lambda account, lowest: f"account {account} was at {lowest} once: a wallet may never be below zero",
    ),
    Check(
        "nobody owes less than nothing",
        "SELECT id, balance FROM ppv_plugin_account WHERE kind = 'receivable' AND balance > 0 ORDER BY id",
        lambda account, balance: f"receivable {account} stands at {balance}, above zero",
    ),
)


def violations() -> list[str]:
    """Every drift in words; empty = the ledger agrees with itself."""
    return [line for check in CHECKS for line in check.drifts()]
