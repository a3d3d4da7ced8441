"""The reference has a heading for each thing there is, and for nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.dispatch import Signal

from ppv_plugin import checks, hooks, signals
from ppv_plugin.backoffice import audit
from ppv_plugin.conf import Settings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
COMMANDS = ROOT / "ppv_plugin" / "management" / "commands"


def headings(page: str) -> list[str]:
    return re.findall(r"^#+ `([^`]+)`$", (REFERENCE / page).read_text(), re.MULTILINE)


THINGS: dict[str, list[str]] = {
    "settings.md": [field.name for field in fields(Settings)],
    "hooks.md": list(hooks.NAMES),
    "signals.md": [name for name, value in vars(signals).items() if isinstance(value, Signal)],
    "commands.md": [path.stem for path in COMMANDS.glob("ppv_*.py")],
    "log-actions.md": list(audit.ACTIONS),
    "checks.md": [f"ppv_plugin.{number}" for number in checks.IDS],
}


@pytest.mark.parametrize("document", THINGS)
def test_every_thing_has_its_heading_once(document: str) -> None:
    assert sorted(headings(document)) == sorted(THINGS[document])


def test_every_check_that_is_written_is_listed() -> None:
    source = "".join(path.read_text() for path in (ROOT / "ppv_plugin" / "checks").glob("*.py"))
    assert set(re.findall(r'\b(?:error|warning)\(\s*"([EW]\d{3})"', source)) == set(checks.IDS)


def test_every_hook_is_used_by_the_demo_site() -> None:
    source = (ROOT / "demo_site" / "wagtail_hooks.py").read_text()
    assert [name for name in hooks.NAMES if f'"{name}"' not in source] == []


@pytest.mark.parametrize("document", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)", document.read_text())
    for target, anchor in links:
        linked = (document.parent / target).resolve() if target else document
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}
