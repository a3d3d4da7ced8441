"""The project's own virtual environment in `.venv`: made, filled and kept up to date.

`python3 -m scripts.environment [--only-python] EXTRA...` runs under the machine's Python (3.11 or newer is looked for),
so: standard library only, and no newer syntax than Python 3.8. A stamp makes a second run instant.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts import apt
from scripts.terminal import ROOT, SetupFailed, quietly, say

OLDEST = (3, 11)
KNOWN = ("python3.13", "python3.12", "python3.14", "python3.11")
VENV = ROOT / ".venv"
STAMP = VENV / "ppv-installed.json"
VENV_MISSING = (
    "This Python cannot make virtual environments. On Debian and Ubuntu: "
    "sudo apt-get install python3-venv (or python3.11-venv for that version); "
    "then run make again. Another Python is chosen with: make PYTHON=/path/to/python3 ..."
)


def venv_python() -> Path:
    return VENV / ("Scripts" if os.name == "nt" else "bin") / "python"


def version_of(python: str) -> tuple[int, ...] | None:
    code = "import sys; print(*sys.version_info[:2])"
    try:
        out = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, timeout=20)
        return tuple(int(part) for part in out.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def candidates() -> Iterator[str]:
    yield sys.executable
    for name in KNOWN:
        found = shutil.which(name)
        if found:
            yield found
    for folder in sorted(Path.home().glob(".pyenv/versions/3.1[1-9]*"), reverse=True):
        yield str(folder / "bin" / "python3")


def find_python() -> str:
    for python in candidates():
        version = version_of(python)
        if version and version >= OLDEST:
            return python
    raise SetupFailed(
        "Python 3.11 or newer is needed; found {}.{}. Install it, or name one: "
        "make PYTHON=/path/to/python3.12 ...".format(*sys.version_info[:2])
    )


def make_venv() -> None:
    python = find_python()
    command = [python, "-m", "venv", "--clear", VENV]
    try:
        quietly("Creating .venv", command, seconds=120)
    except SetupFailed:
        if not apt.usable():
            raise SetupFailed(VENV_MISSING) from None
        major, minor = version_of(python) or OLDEST
        try:
            apt.install("python3-venv")
            quietly("Creating .venv", command, seconds=120)
        except SetupFailed:
            apt.install(f"python{major}.{minor}-venv")
            quietly("Creating .venv", command, seconds=120)


def wanted() -> str:
    """What the installed packages depend on: a change of it means to install again."""
    parts: list[bytes] = [(ROOT / "pyproject.toml").read_bytes(), str(VENV).encode()]
    parts.append(repr(version_of(str(venv_python()))).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def installed() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text())
        return stamp
    except (OSError, ValueError):
        return {}


def ensure(extras: list[str]) -> None:
    if version_of(str(venv_python())) is None:
        make_venv()
    key, stamp = wanted(), installed()
    had = set(stamp.get("extras", [])) if stamp.get("key") == key else set()
    if stamp.get("key") == key and had >= set(extras):
        return
    together = sorted(had | set(extras))
    target = f".[{','.join(together)}]" if together else "."
    pip = [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    quietly("Installing the packages (a minute or two the first time)", [*pip, "-e", target])
    STAMP.write_text(json.dumps({"key": key, "extras": together}))


def main() -> None:
    try:
        ensure(sys.argv[1:])
    except SetupFailed as failure:
        say(f"\n{failure}")
        sys.exit(1)


if __name__ == "__main__":
    main()
