"""A PostgreSQL and a Redis that may be killed and come back: our own ones from `scripts.services`.

Servers that the environment names belong to somebody else: they are used, and left alone.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from scripts import services

START_SECONDS = 30.0
POLL_SECONDS = 0.02


@dataclass
class Postgres:
    """`data`: the folder of our own cluster, None for one that belongs to somebody else."""

    url: str
    data: Path | None
    log_path: Path
    stack: ExitStack
    account: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        return self.data is not None

    def database_url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """On a connection of its own, outside every database that is tried."""
        with psycopg.connect(self.url.replace("postgres://", "postgresql://", 1), autocommit=True) as link:
            cursor = link.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def restart(self) -> None:
        """`pg_ctl stop -m immediate` and a start: every transaction under way is lost, recovery reads the log."""
        assert self.data is not None
        command = shlex.split((self.data / "postmaster.opts").read_text())
        pid_file = self.data / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
        _wait_until(lambda: not pid_file.exists(), "PostgreSQL did not stop")
        with self.log_path.open("ab") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self.account)
        self.stack.callback(services.end, server, signal.SIGINT)
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        _wait_until(self.answers, "PostgreSQL did not come back")

    def answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""


@dataclass
class Redis:
    url: str
    own: bool
    stack: ExitStack

    def restart(self) -> None:
        """SIGKILL and a start: everything in it is lost."""
        with redis.Redis.from_url(self.url) as link:
            pid, program = link.info("server")["process_id"], link.info("server")["executable"]
            folder = link.config_get("dir")["dir"]
        port = urlsplit(self.url).port or 0
        os.kill(pid, signal.SIGKILL)
        _wait_until(lambda: not services.answers_ping(port), "Redis did not stop")
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        self.stack.callback(services.end, server, signal.SIGTERM)
        _wait_until(lambda: services.answers_ping(port), "Redis did not come back")


@contextmanager
def running(folder: Path, *, log_path: Path) -> Iterator[tuple[Postgres, Redis]]:
    """`folder`: where our own keep what they have. `log_path`: what PostgreSQL says, for whoever looks afterwards."""
    with ExitStack() as stack:
        kept = stack.enter_context(services.redis(folder))
        # Not durable would lose what was acknowledged just before an immediate stop, and rightly so.
        base = stack.enter_context(services.postgres(folder, durable=True))
        own = base.origin != "environment"
        postgres = Postgres(base.url, folder / "postgres" if own else None, log_path, stack)
        if own:
            account = services.unprivileged_account()
            postgres.account = {"cwd": postgres.data, "env": {**os.environ, "LC_ALL": "C"}}
            postgres.account |= account.as_options() if account else {}
            # A recovery begins with a sync of every file of the cluster: in one call, not in thousands.
            postgres.ask("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
            postgres.ask("ALTER SYSTEM SET log_line_prefix = '%m [%p] '")
            postgres.restart()  # from now on its log is kept
        yield postgres, Redis(kept.url, kept.origin != "environment", stack)


def _wait_until(true: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        time.sleep(POLL_SECONDS)
