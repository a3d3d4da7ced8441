"""The PostgreSQL that everything is measured on: durable, its databases cloned from one migrated template.

The server is one of our own, unless `PPV_BENCH_DATABASE_URL` names one whose account may create databases.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from scripts import services

SERVER_VARIABLE = "PPV_BENCH_DATABASE_URL"
DATABASE_VARIABLE = "PPV_DATABASE_URL"  # what the settings read
TEMPLATE = "ppv_bench_template"
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
TOLD = (*DURABLE, "shared_buffers", "max_wal_size", "checkpoint_timeout", "wal_compression", "random_page_cost", "jit")


def own_settings() -> tuple[str, ...]:
    """A quarter of the memory as buffers, as PostgreSQL's manual advises, and room for the log of a run."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return (f"shared_buffers={max(128, min(memory_mb // 4, 4096))}MB", "max_wal_size=8GB", "checkpoint_timeout=15min")


@dataclass(frozen=True, slots=True)
class Server:
    """`programs`: the folder of its own programs (pgbench may be there), None when it is somebody else's server."""

    url: str
    programs: Path | None

    def url_of(self, database: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def connect(self, database: str = "") -> psycopg.Connection[Any]:
        return psycopg.connect(self.url_of(database) if database else self.url, autocommit=True)

    def settings(self) -> dict[str, str]:
        with self.connect() as link:
            names = {name: link.execute(f"SHOW {name}").fetchone() for name in ("server_version", *TOLD)}
        return {name: row[0] for name, row in names.items() if row}

    def is_durable(self) -> bool:
        now = self.settings()
        return all(now[name] == "on" for name in DURABLE)

    def create(self, name: str, template: str = "") -> None:
        made_from = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        self.drop(name)
        with self.connect() as link:
            link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + made_from)

    def drop(self, name: str) -> None:
        with self.connect() as link:
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def started() -> Iterator[Server]:
    given = os.environ.get(SERVER_VARIABLE)
    if given:
        yield Server(given, None)
        return
    kept = os.environ.pop(services.DATABASE_VARIABLE, None)  # the tests' server is fast, not safe
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ppv-bench-") as folder,
            services.postgres(Path(folder), durable=True, more_settings=own_settings()) as service,
        ):
            yield Server(service.url, services.postgres_programs().folder)
    finally:
        if kept is not None:
            os.environ[services.DATABASE_VARIABLE] = kept


def point_django_at(url: str) -> None:
    """Let this process's Django use another database from now on."""
    from django.db import connection

    connection.close()
    parts = urlsplit(url)
    connection.settings_dict.update(
        NAME=parts.path.lstrip("/"), USER=parts.username or "", PASSWORD=parts.password or "",
        HOST=parts.hostname or "", PORT=str(parts.port or ""),
    )  # fmt: skip


def make_template(server: Server) -> None:
    from django.core.management import call_command
    from django.db import connection

    server.create(TEMPLATE)
    point_django_at(server.url_of(TEMPLATE))
    call_command("migrate", run_syncdb=True, verbosity=0)
    connection.close()


@contextmanager
def world(server: Server, name: str) -> Iterator[str]:
    """An empty database with all tables, for one measurement; this process's Django uses it meanwhile."""
    from django.db import connection

    database = f"ppv_bench_{name}"
    server.create(database, TEMPLATE)
    point_django_at(server.url_of(database))
    try:
        yield database
    finally:
        connection.close()
        server.drop(database)


def copy(link: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with link.cursor() as cursor, cursor.copy(command) as into:
        for row in rows:
            into.write_row(row)


def settle_down(link: psycopg.Connection[Any]) -> None:
    """Statistics for the planner, and a log that starts afresh."""
    link.execute("VACUUM ANALYZE")
    link.execute("CHECKPOINT")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of tables with their indexes, and the place in the write-ahead log."""

    tables: int
    log: int

    @classmethod
    def now(cls, link: psycopg.Connection[Any], tables: Sequence[str]) -> Footprint:
        row = link.execute(
            "SELECT (SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relname = ANY(%s)), "
            "pg_current_wal_lsn() - '0/0'",
            [list(tables)],
        ).fetchone()
        assert row is not None
        return cls(int(row[0]), int(row[1]))

    def since(self, before: Footprint) -> Footprint:
        return Footprint(self.tables - before.tables, self.log - before.log)
