"""Many rows, each with values of its own, written in one statement. Django's `bulk_update` says the same as a CASE per
column, which costs ten times as much to build and to plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models


def update_rows(rows: Sequence[models.Model], names: Collection[str]) -> int:
    """Write the fields `names` of these rows of one model; returns how many rows there were to write to."""
    if not rows:
        return 0
    meta = rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    key = meta.pk
    assert key is not None, "a model has a primary key"
    columns = [[f.get_db_prep_save(getattr(row, f.attname), connection) for row in rows] for f in (key, *fields)]  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_postgres(meta.db_table, [key, *fields]), columns)
        else:
            sets = ", ".join(f'"{f.column}" = %s' for f in fields)  # type: ignore[union-attr]
            values = list(zip(*columns[1:], columns[0], strict=True))
            cursor.executemany(f'UPDATE "{meta.db_table}" SET {sets} WHERE "{key.column}" = %s', values)  # noqa: S608
        return int(cursor.rowcount)


def _postgres(table: str, fields: Sequence[Any]) -> str:
    names = [f'"{f.column}"' for f in fields]
    arrays = ", ".join(f"%s::{f.rel_db_type(connection) if f.primary_key else f.db_type(connection)}[]" for f in fields)
    sets = ", ".join(f"{name} = v.{name}" for name in names[1:])
    return (
        f'UPDATE "{table}" t SET {sets} FROM unnest({arrays}) AS v({", ".join(names)}) '  # noqa: S608
        f"WHERE t.{names[0]} = v.{names[0]}"
    )
