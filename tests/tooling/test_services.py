"""`scripts/services.py` gives a command its PostgreSQL and Redis, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from scripts.services import DATABASE_VARIABLE, REDIS_VARIABLE, answers_ping

ROOT = Path(__file__).parents[2]
TELL_AND_WAIT = (
    "import os, sys, time\n"
    f"print(os.environ['{DATABASE_VARIABLE}'], os.environ['{REDIS_VARIABLE}'], flush=True)\n"
    "time.sleep(float(sys.argv[1])); sys.exit(int(sys.argv[2]))"
)
pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def start(tmp_path: Path, *, seconds: float, code: int, options: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    given = {DATABASE_VARIABLE, REDIS_VARIABLE}
    env = {name: value for name, value in os.environ.items() if name not in given}
    command = [sys.executable, ROOT / "scripts" / "services.py", *options, "--"]
    command += [sys.executable, "-c", TELL_AND_WAIT, str(seconds), str(code)]
    return subprocess.Popen(command, env={**env, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True)


def urls(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout
    for line in process.stdout:
        found = re.fullmatch(r"(postgres://\S+) (redis://\S+)\n", line)
        if found:
            return found.group(1), found.group(2)
    pytest.fail("The command was not run.")


def closed(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) != 0


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that an account without rights can look into, whoever runs the tests."""
    folder = tmp_path_factory.mktemp("services")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    return folder


def test_command_finds_both_services_and_its_exit_code_is_kept(folder: Path) -> None:
    process = start(folder, seconds=1, code=7)
    database, redis = urls(process)
    with psycopg.connect(database) as link:
        assert link.execute("SHOW fsync").fetchone() == ("off",)
    assert answers_ping(urlsplit(redis).port or 0)
    assert process.wait(30) == 7
    assert closed(database)
    assert closed(redis)
    assert list(folder.iterdir()) == []


def test_durable_keeps_postgres_safe_against_power_loss(folder: Path) -> None:
    process = start(folder, seconds=1, code=0, options=("--durable",))
    database, _ = urls(process)
    with psycopg.connect(database) as link:
        assert link.execute("SHOW fsync").fetchone() == ("on",)
    assert process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_command_and_servers(folder: Path, number: signal.Signals) -> None:
    process = start(folder, seconds=300, code=0)
    database, redis = urls(process)
    process.send_signal(number)
    assert process.wait(30) != 0
    assert closed(database)
    assert closed(redis)
    assert list(folder.iterdir()) == []
