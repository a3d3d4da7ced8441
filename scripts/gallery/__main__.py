"""`python -m scripts.gallery [--only WORD] [--quick]`: pictures, contact sheets and findings in `var/gallery`.

Every page of ours, in the admin and in public, 1280 and 320 pixels wide, light and dark, from left to right in English
and from right to left in Arabic. `--only` takes the places whose name has the word in it, `--quick` light ones only;
`--language de` reads from left to right in German. It starts a site and a browser of its own.
The handbook's pictures come from it too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts import browser, services
from scripts.terminal import ROOT, SetupFailed, heading, quietly, say
from tests.browser.lantern import Databases, Server, environment
from tests.browser.stage import ARGUMENTS
from tests.browser.witness import Witness

from . import handbook
from .camera import Camera, Condition, Finding, conditions, table
from .places import Place, places

PICTURES = ROOT / "var" / "gallery"
LANGUAGES = {"ltr": "en-GB", "rtl": "ar"}


class Visit:
    """Browsers of the people that places are shown to, in one direction of reading."""

    def __init__(self, started: Browser, server: Server, witness: Witness, direction: str) -> None:
        self.started, self.server, self.witness, self.direction = started, server, witness, direction
        self.contexts: dict[str, BrowserContext] = {}

    def opens(self, place: Place, keys: dict[str, str]) -> Page:
        page = self._context(place.who).new_page()
        page.goto(self.server.url + place.path.format_map(keys))
        page.wait_for_load_state("networkidle")
        return page

    def _context(self, who: str) -> BrowserContext:
        if who not in self.contexts:
            context = self.started.new_context(
                permissions=["camera", "microphone"], locale=LANGUAGES[self.direction], reduced_motion="reduce"
            )
            self.witness.watch(context, who or "visitor")
            self.contexts[who] = context
            if who:
                sign_in(context.new_page(), self.server.url, who)
        return self.contexts[who]

    def ends(self) -> None:
        for context in self.contexts.values():
            context.close()


def sign_in(page: Page, url: str, who: str) -> None:
    page.goto(f"{url}/login/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", who)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    page.close()


def tell_story(folder: Path, url: str) -> dict[str, str]:
    """The keys of the rows that places are about."""
    env = environment(folder, url) | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PPV_TEST_DB": "",
    }
    said = quietly("a month of work", [sys.executable, "-m", "scripts.gallery.story"], seconds=300, env=env)
    keys: dict[str, str] = json.loads(said.splitlines()[-1])
    return keys


def take_all(folder: Path, chosen: list[Place], wanted: list[Condition]) -> tuple[list[Finding], list[str]]:
    camera, witness = Camera(PICTURES), Witness()
    databases, chromium = Databases(folder, "ppv_gallery"), browser.find()
    with databases.filled(), databases.copy() as database, sync_playwright() as running:
        keys = tell_story(folder, database.url)
        server = Server(folder, database)
        server.start()
        started = running.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        try:
            for direction in dict.fromkeys(one.direction for one in wanted):
                say(f"   {direction}")
                visit = Visit(started, server, witness, direction)
                for place in chosen:
                    page = visit.opens(place, keys)
                    for condition in (one for one in wanted if one.direction == direction):
                        camera.looks(page, place.name, condition)
                    if direction == "ltr":
                        handbook.takes(page, place.name)
                    page.close()
                visit.ends()
        finally:
            started.close()
            server.stop()
    for condition in wanted:
        camera.pastes_sheets(condition)
    return camera.findings, witness.seen


def main() -> None:
    services.end_politely()
    words = argparse.ArgumentParser(prog="python -m scripts.gallery")
    words.add_argument("--only", default="", help="places whose name has one of these in it, by commas")
    words.add_argument("--quick", action="store_true", help="light only")
    words.add_argument("--ltr", action="store_true", help="from left to right only")
    words.add_argument("--language", default=LANGUAGES["ltr"], help="of the pages from left to right: de")
    chosen = words.parse_args()
    LANGUAGES["ltr"] = chosen.language
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png" if not chosen.only else f"*{chosen.only}*.png"):
        old.unlink()
    heading("Taking pictures")
    here = [place for place in places() if any(word in place.name for word in chosen.only.split(","))]
    wanted = list(conditions(("ltr",) if chosen.ltr else ("ltr", "rtl"), quick=chosen.quick))
    try:
        with tempfile.TemporaryDirectory(prefix="ppv-gallery-") as folder:
            findings, wrong = take_all(Path(folder), here, wanted)
    except SetupFailed as failure:
        sys.exit(str(failure))
    written = table(findings)
    (PICTURES / "findings.md").write_text(written + "".join(f"\n- {line}" for line in wrong))
    say(f"   {len(list(PICTURES.glob('*.png')))} pictures in {os.path.relpath(PICTURES, ROOT)}")
    wrong = [line for line in wrong if "releases.wagtail.org" not in line]  # Wagtail asks there for its newest version
    if findings or wrong:
        sys.exit("\n".join([written, *wrong]))


if __name__ == "__main__":
    main()
