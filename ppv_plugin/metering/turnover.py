"""What sessions moved on one account, by day and kind: what a performer earned, what a client spent.

The sums are those of the account's own statement. Kinds are whatever subjects sessions have: a new one needs nothing
here. What is owed for a refund is taken off on the day of the refund; repaying it later is no turnover.
"""
# ruff: noqa: S608 - the statement is put together from texts in this file, never from input

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from .models import MeteredSession

_SOURCES = ("session", "refund", "veil", "adjustment")


@dataclass(frozen=True, slots=True)
class Moved:
    """Signed hundredths, from the side of the account. A refund counts for the kind of what was refunded."""

    day: date
    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class Counted:
    sessions: int
    used_ms: int


def turnover(*, account_id: int, start: datetime, end: datetime, zone: tzinfo) -> list[Moved]:
    """From `start` until before `end`, by day and kind. `zone` says when a day begins."""
    day, day_params = connection.ops.datetime_cast_date_sql("t.posted_at", (), str(zone))
    moment = connection.ops.adapt_datetimefield_value
    key = "CAST(t.source_id AS uuid)" if connection.vendor == "postgresql" else "REPLACE(t.source_id, '-', '')"
    sql = f"""
        WITH mine AS (
            SELECT id FROM ppv_plugin_account WHERE id = %s OR (kind = 'receivable' AND owner = %s)
        ), moved AS (
            SELECT e.transfer_id, e.amount FROM mine JOIN ppv_plugin_entry e ON e.credit_id = mine.id
            UNION ALL
            SELECT e.transfer_id, -e.amount FROM mine JOIN ppv_plugin_entry e ON e.debit_id = mine.id
        ), posted AS (
            SELECT {day} AS day, t.kind, CASE WHEN t.source = 'refund' THEN {key} END AS refund_id, moved.amount
            FROM moved JOIN ppv_plugin_transfer t ON t.id = moved.transfer_id
            WHERE t.source IN ({", ".join(["%s"] * len(_SOURCES))}) AND t.posted_at >= %s AND t.posted_at < %s
        ), worded AS (
            SELECT posted.day, COALESCE(s.subject, posted.kind) AS what, posted.amount FROM posted
            LEFT JOIN ppv_plugin_refund r ON r.id = posted.refund_id
            LEFT JOIN ppv_plugin_meteredsession s ON s.id = r.session_id
        )
        SELECT day, what, SUM(amount) FROM worded GROUP BY day, what ORDER BY day, what
    """
    params = [account_id, str(account_id), *day_params, *_SOURCES, moment(start), moment(end)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Moved(_day(row[0]), row[1], int(row[2])) for row in cursor.fetchall()]


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def by_kind(rows: Iterable[Moved]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.kind] = found.get(row.kind, 0) + row.amount
    return found


def counted(
    *, account_id: int, paid: bool, start: datetime, end: datetime, untold: Q | None = None
) -> dict[str, Counted]:
    """Closed sessions that began in that time, by kind: those this account paid (`paid`) or earned from; without those
    that it is not told of yet (`untold`)."""
    rows = closed(account_id=account_id, paid=paid, untold=untold).filter(opened_at__gte=start, opened_at__lt=end)
    sums = rows.order_by().values("subject").annotate(number=Count("id"), used=Sum("used_ms"))
    return {row["subject"]: Counted(row["number"], int(row["used"] or 0)) for row in sums}


def closed(*, account_id: int, paid: bool, untold: Q | None = None) -> QuerySet[MeteredSession]:
    rows = MeteredSession.objects.filter(state=MeteredSession.State.CLOSED)
    if untold is not None:
        rows = rows.exclude(untold)
    return rows.filter(client_account_id=account_id) if paid else rows.filter(payees__account_id=account_id)
