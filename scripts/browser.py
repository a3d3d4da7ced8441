"""Finds a Chromium that starts, or installs one, and remembers it in `.cache/`.

Order: `CHROMIUM` of the environment, Playwright's own, the system's, apt-get as root.
`python -m scripts.browser` prints its path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts import apt
from scripts.terminal import CACHE, SetupFailed, quietly

REMEMBERED = CACHE / "chromium-path"
DOWNLOAD_SECONDS = 240
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MEND = (
    "No Chromium was found and none could be installed. Any of these mends it:\n"
    "  - Debian: sudo apt-get install chromium    macOS: brew install --cask chromium\n"
    "  - python -m playwright install --with-deps chromium\n"
    "  - name one you have: CHROMIUM=/path/to/chrome make test-browser"
)


def starts(path: str) -> bool:
    """A browser that lacks a system library exits at once, even when only asked for its version."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def remembered() -> str | None:
    return REMEMBERED.read_text().strip() if REMEMBERED.exists() else None


def playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def downloaded() -> str | None:
    playwright = [sys.executable, "-m", "playwright"]
    quietly(
        "Downloading Playwright's Chromium",
        [*playwright, "install", "chromium"],
        seconds=DOWNLOAD_SECONDS,
    )
    path = playwrights()
    if path and not starts(path) and apt.usable():
        quietly("Installing its system libraries", [*playwright, "install-deps", "chromium"])
    return path


def systems() -> str | None:
    names = [shutil.which(name) for name in SYSTEM_NAMES] + [p for p in MAC_APPS if Path(p).exists()]
    return next((path for path in names if path and starts(path)), None)


def apts() -> str | None:
    if not apt.usable():
        return None
    apt.install("chromium")
    return systems()


def sources() -> Iterator[Callable[[], str | None]]:
    yield from (remembered, playwrights, downloaded, systems, apts)


def find() -> str:
    """The path of a Chromium that starts. Raises SetupFailed with the mend."""
    named = os.environ.get("CHROMIUM")
    if named:
        if starts(named):
            return named
        raise SetupFailed(f"CHROMIUM names {named}, which does not start.")
    reasons = []
    for source in sources():
        try:
            path = source()
        except SetupFailed as failure:
            reasons.append(str(failure).splitlines()[0])
            continue
        if path and starts(path):
            CACHE.mkdir(exist_ok=True)
            REMEMBERED.write_text(path)
            return path
    raise SetupFailed("\n".join([MEND, *reasons]))


def main() -> None:
    try:
        found = find()
    except SetupFailed as failure:
        sys.exit(str(failure))
    print(found)


if __name__ == "__main__":
    main()
