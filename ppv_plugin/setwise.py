"""Many rows, each with values of its own, written in one statement. Django's `bulk_update` says the same as a CASE per
column, which costs ten times as much to build and to plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL


def run(sql: str, values: Any) -> tuple[list[tuple[Any, ...]], int]:
    """Run one statement with large arrays on PostgreSQL: the rows it returns, and how many it touched.

    The server binds the arrays. Django's cursor would write them into the text of the statement, which costs more
    than most of these statements themselves.
    """
    from django.db.backends.postgresql.psycopg_any import is_psycopg3  # a site on SQLite has no driver for it

    if not is_psycopg3:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else [], cursor.rowcount
    import psycopg

    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as binding:
        binding.execute(sql, values, prepare=False)  # a pooler may hand the next statement to another server
        return binding.fetchall() if binding.description else [], binding.rowcount


def array(values: Iterable[Any]) -> str:
    """Whole numbers or uuids as PostgreSQL writes an array of them: much quicker than quoting them one by one."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def among(values: Iterable[Any], kind: str = "bigint") -> Any:
    """For `field__in=`: these whole numbers (or, of another kind, uuids) as one parameter instead of one for each."""
    if connection.vendor != "postgresql":
        return list(values)
    return RawSQL(f"SELECT unnest(%s::{kind}[])", [array(values)])  # noqa: S611 - a kind is named in the code


def update_rows(rows: Sequence[Any], names: Collection[str], *, model: type[models.Model] | None = None) -> int:
    """Write the fields `names` of these rows; returns how many there were to write to. With a `model` the rows may be
    any objects that have its fields' attributes."""
    if not rows:
        return 0
    meta = (model or type(rows[0]))._meta
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    columns = [_values(field, [getattr(row, field.attname) for row in rows]) for field in fields]
    if connection.vendor == "postgresql":
        return run(_postgres(meta.db_table, fields), columns)[1]
    sets = ", ".join(f'"{field.column}" = %s' for field in fields[1:])
    with connection.cursor() as cursor:
        sql = f'UPDATE "{meta.db_table}" SET {sets} WHERE "{fields[0].column}" = %s'  # noqa: S608 - own columns
        cursor.executemany(sql, list(zip(*columns[1:], columns[0], strict=True)))
        return int(cursor.rowcount)


def _values(field: Any, values: list[Any]) -> Any:
    if isinstance(field, models.IntegerField | models.UUIDField) and connection.vendor == "postgresql":
        return array(values)
    return [field.get_db_prep_save(value, connection) for value in values]


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
    found, _count = run(
        f'INSERT INTO "{meta.db_table}" ({columns}) '  # noqa: S608 - names of the model's own columns
        f"SELECT {columns} FROM unnest({arrays}) WITH ORDINALITY AS v({columns}, n) ORDER BY n "
        f'RETURNING "{meta.pk.column}"',
        [_bound(field, column) for field, column in zip(fields, zip(*rows, strict=True), strict=True)],
    )
    return [pk for (pk,) in found]


def _bound(field: Any, column: Sequence[Any]) -> Any:
    """Keys of other rows and whole numbers; everything else is left to the driver."""
    return array(column) if field.is_relation or isinstance(field, models.IntegerField) else list(column)


def _postgres(table: str, fields: Sequence[Any]) -> str:
    names = [f'"{f.column}"' for f in fields]
    arrays = ", ".join(f"%s::{f.rel_db_type(connection) if f.primary_key else f.db_type(connection)}[]" for f in fields)
    sets = ", ".join(f"{name} = v.{name}" for name in names[1:])
    return (
        f'UPDATE "{table}" t SET {sets} FROM unnest({arrays}) AS v({", ".join(names)}) '  # noqa: S608
        f"WHERE t.{names[0]} = v.{names[0]}"
    )
