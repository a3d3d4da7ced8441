"""The import contracts of tox.ini hold, and each is proven by one line that breaks it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PREFIX = "importlinter:contract:"
LINT = Path(sys.executable).parent / "lint-imports"

# contract -> (file the line is added to, the line)
VIOLATIONS = {
    "layers": ("people/models.py", "import ppv_plugin.shows"),
    "chat-knows-no-money": ("chat/models.py", "import ppv_plugin.ledger.services"),
    "metering-knows-no-people": ("metering/models.py", "import ppv_plugin.people.models"),
    "media-stands-alone": ("media/fake.py", "import ppv_plugin.ledger.rules"),
    "rooms-hold-no-money": ("rooms/models.py", "import ppv_plugin.ledger.services"),
    "pure-rules": ("metering/rules.py", "from django.utils import timezone"),
    "ledger-tables": ("metering/models.py", "from ppv_plugin.ledger.models import Account"),
    "engines-by-path": ("shows/models.py", "import ppv_plugin.media.embedded"),
    "no-cycles": ("ledger/rules.py", "import ppv_plugin.ledger.services"),
}


def contracts() -> list[str]:
    config = ConfigParser()
    config.read(ROOT / "tox.ini")
    return [name.removeprefix(PREFIX) for name in config.sections() if name.startswith(PREFIX)]


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--config", "tox.ini", "--no-cache", "--contract", contract]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("violations")
    ignore = shutil.ignore_patterns("__pycache__", "static", "templates", "locale")
    shutil.copytree(ROOT / "ppv_plugin", folder / "ppv_plugin", ignore=ignore)
    shutil.copy(ROOT / "tox.ini", folder)
    return folder


def test_every_contract_has_a_violation_here() -> None:
    assert sorted(contracts()) == sorted(VIOLATIONS)


@pytest.mark.parametrize("contract", sorted(VIOLATIONS))
def test_contract_holds_and_bites(contract: str, package: Path) -> None:
    kept = lint(package, contract)
    assert kept.returncode == 0, kept.stdout + kept.stderr

    name, line = VIOLATIONS[contract]
    file = package / "ppv_plugin" / name
    original = file.read_text()
    file.write_text(f"{original}\n{line}\n")
    try:
        broken = lint(package, contract)
    finally:
        file.write_text(original)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "1 broken" in broken.stdout


def test_a_new_slice_must_be_placed(package: Path) -> None:
    stray = package / "ppv_plugin" / "gifts.py"
    stray.write_text("")
    try:
        broken = lint(package, "layers")
    finally:
        stray.unlink()
    assert broken.returncode == 1
    assert "gifts" in broken.stdout
