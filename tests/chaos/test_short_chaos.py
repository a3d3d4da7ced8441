"""The fault test in a short form: the same program as `make chaos`, on servers of its own, with a seed that stays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SEED = 20
SECONDS = 14
LIMIT_SECONDS = 240
PLAIN = ("ours", "unlocked", "uncompared", "untransacted")
pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program wrote: "run", and one for each meter that is known to lose."""
    folder = tmp_path_factory.mktemp("chaos")
    found = folder / "found.json"
    command = [sys.executable, "-m", "tests.chaos", "--own", "--seed", str(SEED), "--seconds", str(SECONDS)]
    command += ["--folder", str(folder / "kept"), "--json", str(found), "--plain", *PLAIN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS)
    assert found.exists(), f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    lines = [json.loads(line) for line in found.read_text().splitlines()]
    return {line.get("plain", "run"): line for line in lines}


def test_no_law_is_broken(parts: dict[str, Any]) -> None:
    assert parts["run"]["violations"] == []


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(parts: dict[str, Any]) -> None:
    run = parts["run"]
    assert (run["lost"], run["doubled"], run["deadlocks"]) == (0, 0, 0)


def test_enough_happened_to_mean_something(parts: dict[str, Any]) -> None:
    run = parts["run"]
    assert run["too_little"] == []
    assert run["stepped_clocks"] > 0
    if not run["left_out"]:
        assert run["faults"]["postgres_restarts"] > 0
        assert run["faults"]["redis_restarts"] > 0


def test_the_products_own_meter_passes_where_plain_ones_fail(parts: dict[str, Any]) -> None:
    assert parts["ours"]["violations"] == []


@pytest.mark.parametrize(
    ("meter", "law"),
    [
        ("unlocked", "its answers and bills leave"),  # an acknowledged tip was overwritten
        ("unlocked", "its postings sum to"),  # two postings for one bill
        ("uncompared", "its rule says"),  # charged twice, though every sum agrees
        ("untransacted", "the balances sum to"),  # killed between two writes
    ],
)
def test_a_plain_meter_is_noticed(parts: dict[str, Any], meter: str, law: str) -> None:
    assert any(law in line for line in parts[meter]["violations"]), parts[meter]["violations"]
