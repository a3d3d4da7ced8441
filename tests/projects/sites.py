"""Third-party sites: what `wagtail start` makes, changed by the files of a folder here, then by the how-tos' blocks.

A file `x.more` is appended to `x`. A block of the documentation is a file too: its title says for which site and where;
a block without a site's name is for every site that has none of its own for that file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.wheel import ROOT

HERE = Path(__file__).parent
DOCS = ROOT / "docs" / "how-to"
BLOCK = re.compile(r'^```python title="([\w./]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
PLACES = {"settings.py": "mysite/settings/base.py", "urls.py": "mysite/urls.py", "asgi.py": "mysite/asgi.py"}
SECONDS = 240.0
# `wagtail start` makes settings that import `local`: speed, and nothing else
LOCAL = """
from .base import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;"}
"""


@dataclass(frozen=True)
class Project:
    name: str
    settings: str = "mysite.settings.dev"
    own_apps: tuple[str, ...] = ()  # theirs, before us
    page_apps: tuple[str, ...] = ("ppv_plugin_pages",)  # what holds page types of ours
    plugged: tuple[str, ...] = ()  # apps of others that extend ours
    services: bool = False
    oldest_wagtail: tuple[int, int] = (7, 4)


PROJECTS = (
    Project("stock", plugged=("encore",)),
    Project("custom_user", own_apps=("accounts", "photos"), plugged=("encore",)),
    Project("swapped_page", own_apps=("home",), page_apps=("cams",), oldest_wagtail=(8, 0)),
    Project("multi_site"),
    Project("production", settings="mysite.settings.production", services=True),
)


def documented() -> dict[str, str]:
    """Title -> text of every block that is a file."""
    found: dict[str, str] = {}
    for page in sorted(DOCS.glob("*.md")):
        for title, text in BLOCK.findall(page.read_text()):
            assert title not in found, f"{title} stands twice in the how-tos"
            found[title] = text
    return found


def blocks(project: Project) -> dict[str, str]:
    """File of the site -> what the documentation says stands there."""
    every = documented()
    own = f"{project.name}/"
    found = {title: text for title, text in every.items() if "/" not in title}
    found |= {title.removeprefix(own): text for title, text in every.items() if title.startswith(own)}
    return {PLACES.get(title, title): text for title, text in found.items()}


@dataclass
class ThirdPartySite:
    project: Project
    folder: Path
    package: Path
    more: Mapping[str, str] = field(default_factory=dict)  # environment
    untouched: dict[Path, str | None] = field(default_factory=dict)

    def start(self) -> None:
        """The site without us."""
        wagtail = Path(sys.executable).with_name("wagtail")
        self._run(str(wagtail), "start", "mysite", str(self.folder))
        shutil.copytree(HERE / "suite", self.folder / "suite")
        for source in sorted((HERE / self.project.name).rglob("*")):
            if source.is_file() and "__pycache__" not in source.parts:
                self._put(source.relative_to(HERE / self.project.name), source.read_text())
        self._put(Path("mysite/settings/local.py"), LOCAL)
        for app in self.project.own_apps:
            shutil.rmtree(self.folder / app / "migrations", ignore_errors=True)
            (self.folder / app / "migrations").mkdir()
            (self.folder / app / "migrations" / "__init__.py").touch()
        self.python("suite/before.py", *self.project.own_apps)

    def install(self) -> None:
        """As documented. What was there is kept for the way out."""
        for name, text in blocks(self.project).items():
            place = self.folder / name
            self.untouched[place] = place.read_text() if place.exists() else None
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{self.untouched[place] or ''}\n{text}")
        for app in self.project.page_apps:
            if (self.folder / app).is_dir():
                (self.folder / app / "__init__.py").touch()
                self.python("manage.py", "makemigrations", app)

    def plug(self) -> None:
        """Apps that extend us, one line in the settings each."""
        for app in self.project.plugged:
            shutil.copytree(HERE / "apps" / app, self.folder / app, ignore=shutil.ignore_patterns("__pycache__"))
            with self._settings.open("a") as settings:
                settings.write(self._line(app))

    def unplug(self) -> None:
        """They are gone from one moment to the next, and nobody has prepared for it."""
        for app in self.project.plugged:
            shutil.rmtree(self.folder / app)
            self._settings.write_text(self._settings.read_text().replace(self._line(app), ""))
            self.python("suite/unplugged.py")

    @property
    def _settings(self) -> Path:
        return self.folder / PLACES["settings.py"]

    @staticmethod
    def _line(app: str) -> str:
        return f'INSTALLED_APPS += ["{app}"]\n'

    def remove(self) -> None:
        """The documented way out; the lines last."""
        self.python("suite/leave.py", *self.project.page_apps)
        for place, text in self.untouched.items():
            place.unlink() if text is None else place.write_text(text)
        self.python("suite/after.py", *self.project.page_apps)

    def pytest(self, *words: str) -> str:
        return self.python("-m", "pytest", "-c", "suite/pytest.ini", "suite", *words)

    def python(self, *words: str) -> str:
        return self._run(sys.executable, *words)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self._env(), capture_output=True, text=True, timeout=SECONDS, check=False
        )
        said = f"{done.stdout[-12_000:]}\n{done.stderr[-4000:]}"
        assert done.returncode == 0, f"{self.project.name}: {' '.join(command)}\n{said}"
        return done.stdout

    def _env(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        ours = {
            "DJANGO_SETTINGS_MODULE": self.project.settings,
            "PYTHONPATH": os.pathsep.join(map(str, (self.package, self.folder, self.folder / "suite"))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",  # the order in a header may hang on it
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        return {**kept, **ours, **self.more}

    def _put(self, path: Path, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix == ".more":
            place = place.with_suffix("")
            text = f"{place.read_text()}\n{text}"
        place.write_text(text)
