"""The wheel, and a stock Wagtail site into which it was put as `docs/how-to/add-to-your-site.md` says."""

from __future__ import annotations

import os
import re
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.wheel import PIP, ROOT, build, run

HOW_TO = ROOT / "docs/how-to/add-to-your-site.md"
BLOCK = re.compile(r'^```python title="([\w.]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel"))


@dataclass(frozen=True)
class StockSite:
    folder: Path
    python: Path
    env: dict[str, str]

    def manage(self, *words: str) -> str:
        return run(self.python, "manage.py", *words, cwd=self.folder, env=self.env)


def documented() -> dict[str, str]:
    return dict(BLOCK.findall(HOW_TO.read_text()))


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> StockSite:
    home = tmp_path_factory.mktemp("site")
    venv.create(home / "venv", with_pip=True)
    python = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, *PIP, "install", wheel, cwd=home)
    run(python.with_name("wagtail"), "start", "mysite", home, cwd=home)

    blocks = documented()
    project = home / "mysite"
    append(project / "settings" / "base.py", blocks.pop("settings.py"))
    append(project / "urls.py", blocks.pop("urls.py"))
    (project / "asgi.py").write_text(blocks.pop("asgi.py"))
    assert not blocks, f"Blocks of the how-to that no step here uses: {sorted(blocks)}"

    kept = {"PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT"}
    env = {name: value for name, value in os.environ.items() if name in kept}
    return StockSite(home, python, {**env, "PYTHONDONTWRITEBYTECODE": "1"})


def append(file: Path, text: str) -> None:
    file.write_text(f"{file.read_text()}\n{text}")
