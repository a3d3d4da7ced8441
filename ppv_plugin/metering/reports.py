"""What sessions brought in, for the site's own books: by day, performer, studio or mode, from the ledger's entries.

One statement each: the database sums whole hundredths, so the lines of a report add up to its total exactly. Like
`proof`, it joins the tables of the ledger and of sessions, where no single slice owns the answer.
"""
# ruff: noqa: S608 - the statements are put together from names of columns in this file, never from input

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from django.db import connection

By = Literal["day", "performer", "studio", "mode"]
WAYS: tuple[By, ...] = ("day", "performer", "studio", "mode")


@dataclass(frozen=True, slots=True)
class Takings:
    """Hundredths of a token. `paid - refunded == performers + studios + house`, in each line and in their sum.

    What a payee owes for a refund is taken off its own part, whoever lent it meanwhile; repaying it is no turnover.
    """

    paid: int = 0  # by clients, for sessions
    refunded: int = 0  # to clients, of sessions
    performers: int = 0
    studios: int = 0
    house: int = 0

    @property
    def net(self) -> int:
        return self.paid - self.refunded

    def __add__(self, other: Takings) -> Takings:
        return Takings(
            self.paid + other.paid,
            self.refunded + other.refunded,
            self.performers + other.performers,
            self.studios + other.studios,
            self.house + other.house,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is a date; the account id of a performer or of a studio (None: no studio); or (kind of show, mode)."""

    key: Any
    takings: Takings


def total(lines: Iterable[Line]) -> Takings:
    return sum((line.takings for line in lines), Takings())


def takings(*, by: By, start: datetime, end: datetime, zone: tzinfo, payee: int | None = None) -> list[Line]:
    """From `start` until before `end`, in the order of the key. `zone` says when a day begins. `payee`: only of
    sessions that pay into this account."""
    keys, key_params = _keys(by, zone)
    only, only_params = ("", ()) if payee is None else (_paid_to(), (payee, payee))
    moment = connection.ops.adapt_datetimefield_value
    names = ", ".join(f"key{number}" for number in range(len(keys)))
    columns = ", ".join(f"{sql} AS key{number}" for number, sql in enumerate(keys))
    sql = f"""
        WITH posted AS MATERIALIZED (
            SELECT id, source, posted_at, {_uuid("source_id")} AS subject_id FROM ppv_plugin_transfer
            WHERE source IN ('session', 'refund') AND posted_at >= %s AND posted_at < %s {only}
        ), party AS (
            SELECT a.id, COALESCE(debtor.kind, a.kind) AS kind FROM ppv_plugin_account a
            LEFT JOIN ppv_plugin_account debtor
            ON debtor.id = CASE WHEN a.kind = 'receivable' THEN CAST(a.owner AS bigint)
            WHEN a.kind = 'veiled' THEN CAST({_before_colon("a.owner")} AS bigint) END
        ), leg AS (
            SELECT e.transfer_id, p.kind, e.amount
            FROM posted t JOIN ppv_plugin_entry e ON e.transfer_id = t.id JOIN party p ON p.id = e.credit_id
            UNION ALL
            SELECT e.transfer_id, p.kind, -e.amount
            FROM posted t JOIN ppv_plugin_entry e ON e.transfer_id = t.id JOIN party p ON p.id = e.debit_id
        ), keyed AS (
            SELECT t.id, t.source, {columns} FROM posted t
            LEFT JOIN ppv_plugin_refund r ON t.source = 'refund' AND r.id = t.subject_id
            LEFT JOIN ppv_plugin_meteredsession s ON s.id = COALESCE(r.session_id, t.subject_id)
        )
        SELECT {names},
            SUM(CASE WHEN leg.kind = 'client' AND source = 'session' THEN -leg.amount ELSE 0 END),
            SUM(CASE WHEN leg.kind = 'client' AND source = 'refund' THEN leg.amount ELSE 0 END),
            SUM(CASE WHEN leg.kind = 'performer' THEN leg.amount ELSE 0 END),
            SUM(CASE WHEN leg.kind = 'studio' THEN leg.amount ELSE 0 END),
            SUM(CASE WHEN leg.kind = 'house' THEN leg.amount ELSE 0 END)
        FROM keyed JOIN leg ON leg.transfer_id = keyed.id
        GROUP BY {names} ORDER BY {names}
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment(start), moment(end), *only_params, *key_params])
        return [
            Line(_key(by, row[: len(keys)]), Takings(*(int(amount) for amount in row[len(keys) :])))
            for row in cursor.fetchall()
        ]


def _paid_to() -> str:
    """Found by the transfers' key, (source, source_id): a payee's sessions are few beside all there are. Those of
    voyeurs are told when the show is over."""
    told = """session_id NOT IN (
                SELECT v.session_id FROM ppv_plugin_visit v JOIN ppv_plugin_show live ON live.id = v.show_id
                WHERE v.manner = 'voyeur' AND live.state = 'live'
            )"""
    return f"""AND (
            source = 'session' AND source_id IN (
                SELECT {_text("p.session_id")} FROM ppv_plugin_sessionpayee p WHERE p.account_id = %s AND p.{told}
            )
            OR source = 'refund' AND source_id IN (
                SELECT {_text("r.id")} FROM ppv_plugin_refund r
                JOIN ppv_plugin_sessionpayee p ON p.session_id = r.session_id WHERE p.account_id = %s AND p.{told}
            )
        )"""


def _text(column: str) -> str:
    """The key of a session or refund as a transfer's source id has it."""
    if connection.vendor == "postgresql":
        return f"CAST({column} AS text)"
    parts = [f"substr({column}, {first}, {length})" for first, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    return " || '-' || ".join(parts)


def _before_colon(column: str) -> str:
    """The payee in the owner key of a veiled account (`ledger.veils`)."""
    if connection.vendor == "postgresql":
        return f"split_part({column}, ':', 1)"
    return f"substr({column}, 1, instr({column}, ':') - 1)"


def _uuid(column: str) -> str:
    """A transfer's source id as the key of a session or refund. SQLite keeps uuids without their hyphens."""
    return f"CAST({column} AS uuid)" if connection.vendor == "postgresql" else f"REPLACE({column}, '-', '')"


def _keys(by: By, zone: tzinfo) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    if by == "day":
        sql, params = connection.ops.datetime_cast_date_sql("t.posted_at", (), str(zone))
        return (sql,), tuple(params)
    if by == "mode":
        name = "s.facts ->> 'mode'" if connection.vendor == "postgresql" else "json_extract(s.facts, '$.mode')"
        return ("s.subject", name), ()
    return (
        "(SELECT MIN(payee.account_id) FROM ppv_plugin_sessionpayee payee "
        f"JOIN ppv_plugin_account a ON a.id = payee.account_id AND a.kind = '{by}' WHERE payee.session_id = s.id)",
    ), ()


def _key(by: By, row: tuple[Any, ...]) -> Any:
    if by == "mode":
        return row
    return date.fromisoformat(row[0]) if by == "day" and isinstance(row[0], str) else row[0]
