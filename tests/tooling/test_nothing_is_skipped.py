"""In a full run a skip is a failure, so that a missing service can not hide; elsewhere it stays a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOOKS = "from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport\n"
SKIPPING = {
    "a test": "import pytest\ndef test_one(): pytest.skip('no browser here')\n",
    "a mark": "import pytest\n@pytest.mark.skip(reason='no browser here')\ndef test_one(): ...\n",
    "a module": "import pytest\npytest.importorskip('no_such_module', reason='no browser here')\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_one(): assert False\n"


def outcome(folder: Path, text: str, *, required: bool) -> tuple[int, str]:
    (folder / "conftest.py").write_text(HOOKS)
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PPV_REQUIRE_SERVICES": "1" if required else ""}
    env |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "."]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("where", sorted(SKIPPING))
def test_a_skip_fails_a_full_run(tmp_path: Path, where: str) -> None:
    code, said = outcome(tmp_path, SKIPPING[where], required=True)
    assert code in (1, 2), said
    assert "no browser here" in said


@pytest.mark.parametrize("where", sorted(SKIPPING))
def test_a_skip_passes_a_run_of_a_part(tmp_path: Path, where: str) -> None:
    code, said = outcome(tmp_path, SKIPPING[where], required=False)
    assert code in (0, 5), said  # 5: a module that is skipped holds no test


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    code, said = outcome(tmp_path, EXPECTED_FAILURE, required=True)
    assert code == 0, said
