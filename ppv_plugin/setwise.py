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


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Insert one row for each tuple of values of the fields `names`; returns their keys in the same order.

    Keys are given by the database. PostgreSQL takes a column at a time; `bulk_create` builds an object a row, which
    costs more than the insert itself.
    """
    if not rows:
        return []
    meta = model._meta
    fields = [meta.get_field(name) for name in names]
    if connection.vendor != "postgresql":
        attnames = [f.attname for f in fields]  # type: ignore[union-attr]
        made = model._default_manager.bulk_create(model(**dict(zip(attnames, row, strict=True))) for row in rows)
        return [row.pk for row in made]
    types = [f.rel_db_type(connection) if f.is_relation else f.db_type(connection) for f in fields]  # type: ignore[union-attr]
    columns = ", ".join(f'"{f.column}"' for f in fields)  # type: ignore[union-attr]
    arrays = ", ".join(f"%s::{kind.split('(')[0]}[]" for kind in types if kind is not None)
    values = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({columns}) '  # noqa: S608 - names of the model's own columns
            f"SELECT {columns} FROM unnest({arrays}) WITH ORDINALITY AS v({columns}, n) ORDER BY n "
            f'RETURNING "{meta.pk.column}"',
            values,
        )
        return [pk for (pk,) in cursor.fetchall()]


def _postgres(table: str, fields: Sequence[Any]) -> str:
    names = [f'"{f.column}"' for f in fields]
    arrays = ", ".join(f"%s::{f.rel_db_type(connection) if f.primary_key else f.db_type(connection)}[]" for f in fields)
    sets = ", ".join(f"{name} = v.{name}" for name in names[1:])
    return (
        f'UPDATE "{table}" t SET {sets} FROM unnest({arrays}) AS v({", ".join(names)}) '  # noqa: S608
        f"WHERE t.{names[0]} = v.{names[0]}"
    )
