"""The whole suite in its order: what `make test` and CI run. `python -m scripts.suite PART...` runs parts of it.

Stops at the first step that fails. The last line counts every test that ran, from the runners' own reports.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from scripts import browser, services
from scripts.terminal import CACHE, ROOT, SetupFailed, heading, say

REPORTS = CACHE / "reports"
PYTEST = (sys.executable, "-m", "pytest")
DJANGO = (sys.executable, "-m", "django")
STRICT_NAMES = (
    "rules",
    "services",
    "queries",
    "refunds",
    "adjustments",
    "refund_queries",
    "periods",
    "proof",
    "receivables",
    "charging",
    "prices_sql",
    "purse",
    "statements",
    "usage",
    "limits",
    "limiting",
    "limit_queries",
)
STRICT_PLACES = ("media/engine.py", "media/relay", "realtime/protocol.py", "realtime/client_messages.py")
WITH_DATABASE = "not (unit or architecture or contract or packaging or projects or browser)"


@dataclass(frozen=True, slots=True)
class Step:
    part: str  # the word `make` and the command line know it by
    title: str
    command: tuple[str, ...]
    needs: frozenset[str] = frozenset()  # services, browser
    env: Mapping[str, str] = field(default_factory=dict)
    report: str = ""  # name of the JUnit file its runner writes


def tool(name: str, *words: str) -> tuple[str, ...]:
    return (str(Path(sys.executable).parent / name), *words)


def pytest_run(part: str, title: str, *words: str, needs: str = "", env: str = "") -> Step:
    """A pytest run. `env`: NAME=VALUE words."""
    report = title.lower().replace(" ", "-").replace(",", "")
    return Step(
        part,
        title,
        (*PYTEST, *words, f"--junitxml={REPORTS / report}.xml"),
        frozenset(needs.split()),
        dict(word.split("=", 1) for word in env.split()),
        report,
    )


def folders(names: Sequence[str]) -> list[str]:
    return [f"tests/{name}" for name in names]


def ignored(names: Sequence[str]) -> list[str]:
    return [f"--ignore={folder}" for folder in folders(names)]


def front_end(part: str, title: str, script: str, report: str = "") -> Step:
    return Step(part, title, (sys.executable, "-m", "scripts.node", script), report=report)


# Pages, forms and commands say the same on every database; money, shows and sockets are tried on both.
SAME_ON_POSTGRES = ("integration/pages", "integration/backoffice", "integration/setup", "tooling")
# Their tests commit, and leave the database empty of what the migrations put there. A worker that is through with them
# may take over others' tests, so they have a run of their own.
EMPTYING = ("integration/realtime", "races", "mutants", "chaos")


def strict_files() -> list[str]:
    """Where mypy is strict: decisions, verbs and reads of every slice, the ports, the relay, these scripts."""
    package = ROOT / "ppv_plugin"
    found = [path for name in STRICT_NAMES for path in package.rglob(f"{name}.py")]
    found += [path for name in STRICT_NAMES for path in package.rglob(name) if any(path.glob("*.py"))]
    found += [package / place for place in STRICT_PLACES]
    chosen = {*found, ROOT / "scripts"}
    return sorted(str(path.relative_to(ROOT)) for path in chosen if chosen.isdisjoint(path.parents))


def steps() -> list[Step]:
    python = ("ppv_plugin", "demo_site", "scripts", "tests", "setup.py")
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    postgres = "PPV_TEST_DB=postgres"
    side_by_side = ("-n", "2", "--dist", "worksteal")
    on_sqlite = f"{WITH_DATABASE} and not postgres and not redis"
    return [
        Step("lint", "Python lint", tool("ruff", "check", "--output-format=concise", *python)),
        Step("lint", "Python format", tool("ruff", "format", "--check", "--quiet", *python)),
        Step("lint", "Layers", tool("lint-imports", "--no-logo", "--config", "tox.ini")),
        Step("lint", "Templates", tool("djlint", "--lint", "--quiet", "ppv_plugin", "demo_site")),
        Step("lint", "Translations", (sys.executable, "-m", "scripts.messages", "--check")),
        front_end("lint", "JavaScript lint", "lint:js"),
        front_end("lint", "CSS lint", "lint:css"),
        Step("types", "Python types", tool("mypy", *strict_files())),
        front_end("types", "JavaScript types", "types"),
        Step("migrations", "System checks", (*DJANGO, "check"), env=settings),
        Step(
            "migrations",
            "Migrations match models",
            (*DJANGO, "makemigrations", "--check", "--dry-run"),
            env=settings,
        ),
        pytest_run("unit", "Unit and architecture tests", "-m", "unit or architecture"),
        front_end("unit", "JavaScript tests", "test", report="javascript"),
        pytest_run("contract", "Contracts of the engines", "-m", "contract"),
        pytest_run("db", "Tests on SQLite", "-m", on_sqlite, *ignored(EMPTYING), *side_by_side),
        pytest_run("db", "Sockets and mutants on SQLite", *folders(EMPTYING), "-m", on_sqlite, *side_by_side),
        pytest_run(
            "postgres",
            "Tests on PostgreSQL and Redis",
            "-m",
            WITH_DATABASE,
            *ignored((*SAME_ON_POSTGRES, *EMPTYING)),
            *side_by_side,
            needs="services",
            env=postgres,
        ),
        pytest_run(
            "postgres",
            "Sockets, races and mutants on PostgreSQL",
            *folders(EMPTYING),
            "-m",
            WITH_DATABASE,
            *side_by_side,
            needs="services",
            env=postgres,
        ),
        pytest_run("packaging", "Wheel on a stock site", "-m", "packaging"),
        pytest_run("projects", "Third-party sites", "-m", "projects", *side_by_side, needs="services"),
        pytest_run("browser", "Browser on SQLite", "-m", "browser", *side_by_side, needs="browser"),
        pytest_run(
            "browser",
            "Browser on PostgreSQL, money journeys",
            "-m",
            "browser and money",
            *side_by_side,
            needs="browser services",
            env=postgres,
        ),
    ]


class Suite:
    """Runs steps one after the other; what a step needs is started once, when it is first needed."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.env = {**os.environ, "PPV_REQUIRE_SERVICES": "1", "PYTHONUNBUFFERED": "1"}
        self.ready: set[str] = set()

    def prepare(self, needs: frozenset[str]) -> None:
        for need in sorted(needs - self.ready):
            if need == "services":
                self.env |= self.stack.enter_context(services.both())
            elif need == "browser":
                self.env["CHROMIUM"] = browser.find()
                say(f"   Chromium: {self.env['CHROMIUM']}")
            self.ready.add(need)

    def run(self, step: Step, words: list[str]) -> bool:
        heading(step.title)
        self.prepare(step.needs)
        command = [*step.command, *(words if step.command[: len(PYTEST)] == PYTEST else [])]
        started = time.monotonic()
        code = services.attend(command, {**self.env, **step.env}, ROOT)
        say(f"   {time.monotonic() - started:.1f} s")
        if code:
            say(f"\nFAILED: {step.title} (exit {code}). Alone: make {target(step.part)}")
        return code == 0


def target(part: str) -> str:
    return part if part in {"lint", "types", "migrations"} else f"test-{part}"


def outcomes(report: Path) -> Iterator[str]:
    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):
        tags = {child.tag for child in case}
        failed = tags & {"failure", "error"}
        yield "failed" if failed else "skipped" if "skipped" in tags else "passed"


def closing_line() -> str:
    seen = [outcome for report in sorted(REPORTS.glob("*.xml")) for outcome in outcomes(report)]
    line = f"{seen.count('passed')} passed, {seen.count('failed')} failed"
    return line + (f", {seen.count('skipped')} skipped" if "skipped" in seen else "")


def run(parts: set[str], words: list[str]) -> bool:
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    chosen = [step for step in steps() if not parts or step.part in parts]
    with ExitStack() as stack:
        suite = Suite(stack)
        passed = all(suite.run(step, words) for step in chosen)
    if any(REPORTS.iterdir()):
        say(f"\n{closing_line()}")
    return passed


def main() -> None:
    known = {step.part for step in steps()}
    parts = set(sys.argv[1:])
    if parts - known:
        sys.exit(f"Unknown: {', '.join(sorted(parts - known))}. Parts: {', '.join(sorted(known))}")
    services.end_politely()
    try:
        passed = run(parts, shlex.split(os.environ.get("ARGS", "")))
    except (SetupFailed, services.Unavailable) as missing:
        sys.exit(f"\n{missing}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
