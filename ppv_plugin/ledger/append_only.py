"""Database triggers that make transfers, entries and other tables append-only and keep accounts from being deleted,
for SQLite and PostgreSQL.

The application never does either; the triggers stop everything else that has a connection. Statement-level on
PostgreSQL, so inserts pay nothing. A migration that changes one of these tables calls `install` afterwards: SQLite
changes a table by making it anew, without its triggers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TABLES = ("ppv_plugin_transfer", "ppv_plugin_entry")
KEPT_TABLES = ("ppv_plugin_account",)  # rows change, but stay: entries refer to them
LIMIT_TABLES = ("ppv_plugin_spendlimit",)

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION ppv_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def install(connection: Any, tables: Sequence[str] = TABLES) -> None:
    """Idempotent. Raises NotSupportedError for another vendor than SQLite and PostgreSQL."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, tables):
            cursor.execute(statement)


def remove(connection: Any, tables: Sequence[str] = TABLES) -> None:
    """For tests that empty the tables, and for going back a migration."""
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS ppv_append_only ON {table}")
            else:
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS ppv_append_only_{table}_{verb}")


def forget(connection: Any) -> None:
    """For the way back to before the first trigger: the function that they shared."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS ppv_append_only()")


def _verbs(table: str) -> tuple[str, ...]:
    return ("DELETE",) if table in KEPT_TABLES else ("UPDATE", "DELETE")


def _statements(vendor: str, tables: Sequence[str]) -> list[str]:
    if vendor == "postgresql":
        found = [_POSTGRES_FUNCTION]
        for table in tables:
            found.append(f"DROP TRIGGER IF EXISTS ppv_append_only ON {table}")
            found.append(
                f"CREATE TRIGGER ppv_append_only BEFORE {' OR '.join(_verbs(table))} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ppv_append_only()"
            )
        return found
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS ppv_append_only_{table}_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in tables
            for verb in _verbs(table)
        ]
    from django.db import NotSupportedError

    raise NotSupportedError(f"ppv_plugin keeps its ledger on SQLite or PostgreSQL, not on {vendor}")
