"""The first tariffs of a process may be read by several threads at once: the meter's and those of commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FIRST_USE = """
import sys, threading
from ppv_plugin.metering import rules

sys.setswitchinterval(1e-6)
stored = {"rule": "per_second", "cpm": 200, "split": {"performer_bp": 8000, "parties": [{"account": 1}],
          "house_account": 2}}
together, read = threading.Barrier(8), []

def first():
    together.wait()
    read.append(rules.tariff_from(stored))

threads = [threading.Thread(target=first) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(read) == 8
"""


@pytest.mark.parametrize("attempt", range(12))
def test_the_first_reading_in_many_threads_does_not_crash(attempt: int) -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_USE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr)
