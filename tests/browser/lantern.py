"""The demo site as people meet it: a real server process on a database of its own, copied from a filled template."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from scripts.services import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 10.0
COMMANDS = (("migrate", "--no-input"), ("ppv_setup",), ("seed_demo",), ("collectstatic", "--no-input"))


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """Of every process of the site. Only the folder and the database differ from what `make demo` uses."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PPV_")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "demo_site.settings",
        "PPV_VAR": str(folder),
        "PPV_DATABASE_URL": database_url,
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",  # a crash in a codec leaves its trace in the log
    }


@dataclass(frozen=True, slots=True)
class Database:
    """`name` is what Django's settings call it: a file of SQLite, a database of PostgreSQL."""

    url: str
    name: str


class Databases:
    """One filled template and its copies, on SQLite or on the PostgreSQL that `postgres_url` names."""

    def __init__(self, folder: Path, name: str, postgres_url: str = "") -> None:
        self.folder = folder
        self.postgres_url = postgres_url
        self.template = self._named(name)

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Whoever comes first fills the template, whoever leaves last takes it away; others wait or use it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._users() as users:
            if not users:
                self.fill()
            users.append(os.getpid())
        try:
            yield
        finally:
            with self._users() as users:
                users.remove(os.getpid())
                if not users:
                    self.drop(self.template)

    @contextmanager
    def _users(self) -> Iterator[list[int]]:
        """The processes that use the template; locked, and written back unless something fails."""
        with (self.folder / "users.json").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            users: list[int] = json.loads(file.read() or "[]")
            yield users
            file.truncate(0)
            file.write(json.dumps(users))

    def fill(self) -> None:
        if self.postgres_url:
            self._administer(f'CREATE DATABASE "{self.template.name}"')
        for command in COMMANDS:
            done = subprocess.run(
                [sys.executable, "-m", "django", *command],
                cwd=ROOT,
                env=environment(self.folder, self.template.url),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"

    @contextmanager
    def copy(self) -> Iterator[Database]:
        made = self._named(f"ppv_{uuid4().hex[:8]}")
        if self.postgres_url:
            self._administer(f'CREATE DATABASE "{made.name}" TEMPLATE "{self.template.name}"')
        else:
            shutil.copyfile(self.template.name, made.name)
        try:
            yield made
        finally:
            self.drop(made)

    def drop(self, database: Database) -> None:
        if self.postgres_url:
            self._administer(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')
            return
        for suffix in ("", "-wal", "-shm"):
            Path(database.name + suffix).unlink(missing_ok=True)

    def _named(self, name: str) -> Database:
        if self.postgres_url:
            return Database(urlunsplit(urlsplit(self.postgres_url)._replace(path=f"/{name}")), name)
        file = str(self.folder / f"{name}.sqlite3")
        return Database(f"sqlite:///{file}", file)

    def _administer(self, statement: str) -> None:
        import psycopg

        url = self.postgres_url.replace("postgres://", "postgresql://", 1)
        with psycopg.connect(url, autocommit=True) as link:
            link.execute(statement.encode())


@dataclass
class Server:
    """The site's one process. `start` after `kill` listens on the same port again."""

    folder: Path
    database: Database
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    ended_by_test: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.folder / f"server-{self.port}.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def link_in_letters(self, path: str) -> str:
        """The newest that begins so. The demo's letters stand in its log."""
        found = re.findall(rf"{path}\S*", self.log)
        assert found, self.log[-2000:]
        return str(found[-1])

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "demo_site.asgi:application", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
        self.ended_by_test = False
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment(self.folder, self.database.url), stdout=log, stderr=log
            )
        self._wait_until_it_answers()

    def stop(self) -> float:
        """Asks politely and returns the seconds it took; raises when it does not end in time."""
        assert self.process is not None
        self.ended_by_test = True
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"The server did not end within {STOP_SECONDS:.0f} s of SIGTERM.\n{self.log}"
            ) from None
        return time.monotonic() - asked

    def kill(self) -> None:
        """SIGKILL: nothing in it gets another word in."""
        assert self.process is not None
        self.ended_by_test = True
        self.process.kill()
        self.process.wait()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"The server ended with {self.process.returncode}.\n{self.log}"
            try:
                urllib.request.urlopen(f"{self.url}/login/", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"The server does not answer.\n{self.log}")
