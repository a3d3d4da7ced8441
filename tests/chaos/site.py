"""The site that is tried: servers, environment, a migrated database with people in it, and copies of it."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from scripts import services
from scripts.services import DATABASE_VARIABLE, REDIS_VARIABLE, free_port

from . import people, servers
from .nursery import Place, use_database
from .people import People

TEMPLATE = f"chaos_{os.getpid()}"


@dataclass
class Site:
    folder: Path
    postgres: servers.Postgres
    redis: servers.Redis
    people: People

    @contextmanager
    def copy(self, seed: int) -> Iterator[Place]:
        """A database and a folder of its own; this process reads the database too until the end."""
        name = f"{TEMPLATE}_{uuid4().hex[:6]}"
        folder = self.folder / name
        folder.mkdir()
        self.people.write(folder)
        use_database(TEMPLATE)
        self.postgres.ask(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        self.postgres.ask("CHECKPOINT")  # or the first recovery would write the whole copy again
        use_database(name)
        try:
            yield Place(folder, name, seed, free_port(), int(os.environ["CHAOS_RELAY_PORT"]))
        finally:
            use_database(TEMPLATE)
            self.postgres.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def can_start_servers() -> bool:
    try:
        services.postgres_programs()
        services.redis_program()
    except services.Unavailable:
        return False
    return True


@contextmanager
def opened(*, own: bool, folder: Path) -> Iterator[Site]:
    """`own`: servers of our own, which may be killed, even when the environment names others. `folder`: where journals
    and logs are found afterwards."""
    if own and can_start_servers():
        for variable in (DATABASE_VARIABLE, REDIS_VARIABLE):
            os.environ.pop(variable, None)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory(prefix="ppv-chaos-") as name,
        servers.running(Path(name), log_path=folder / "postgres.log") as (postgres, redis),
    ):
        _prepare_environment(folder, postgres, redis)
        postgres.ask(f'CREATE DATABASE "{TEMPLATE}"')
        try:
            yield Site(folder, postgres, redis, _migrated())
        finally:
            use_database(TEMPLATE)
            postgres.ask(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')


def _prepare_environment(folder: Path, postgres: servers.Postgres, redis: servers.Redis) -> None:
    """Read by the settings, here and in every process that is started from now on."""
    relay_port = free_port()
    var = folder / "var"
    var.mkdir()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "PPV_VAR": str(var),
        "PPV_DATABASE_URL": postgres.database_url(TEMPLATE),
        "PPV_REDIS_URL": redis.url,
        "PPV_RELAY_URL": f"http://127.0.0.1:{relay_port}",
        "PPV_RELAY_TOKEN": uuid4().hex,
        "PPV_METER": "worker",
        "CHAOS_RELAY_PORT": str(relay_port),
    }


def _migrated() -> People:
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", interactive=False, stdout=io.StringIO())
    made = people.invite()
    connection.close()
    return made
