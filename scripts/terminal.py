"""How the scripts talk: headings, progress lines, and commands whose noise is shown only when they fail.

Standard library only, and no newer syntax than Python 3.8: a machine's own Python runs it first.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"


class SetupFailed(Exception):
    """The machine lacks something; the text says what, and what mends it."""


def say(text: str) -> None:
    print(text, flush=True)


def heading(text: str) -> None:
    say(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}")


def quietly(
    what: str,
    command: Sequence[object],
    *,
    seconds: float | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """The output of `command`, after one progress line; raises SetupFailed with the end of it."""
    say(f"   {what} ...")
    started = time.monotonic()
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=env,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SetupFailed(f"{what}: no answer within {seconds:.0f} seconds.") from None
    except OSError as error:
        raise SetupFailed(f"{what}: {error}") from None
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise SetupFailed(f"{what}: failed.\n{tail}")
    say(f"   {what}: done in {time.monotonic() - started:.0f} s")
    return done.stdout
