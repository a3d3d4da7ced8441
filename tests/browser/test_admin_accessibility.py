"""The pages of ours in the admin: axe finds nothing that we cause. All conditions and pictures: `scripts.gallery`."""

from __future__ import annotations

import json
import subprocess
import sys

from axe_playwright_python.sync_playwright import Axe

from scripts.gallery.camera import axe_findings
from scripts.gallery.places import STAFF, places

from .lantern import ROOT, Server, environment
from .stage import Stage
from .witness import Witness

CHOSEN = {
    "first-page", "takings-day", "settings-pricing", "settings-label", "list-rooms", "list-modes", "list-ledger",
    "quick-edit-people", "review", "refund-a-session", "decide-adjustment", "import-modes", "price-profile",
    "edit-room", "edit-mode", "inspect-session", "usage-mode",
}  # fmt: skip

# It asks for its newest version, and its bar on public pages is stopped by the demo's policy.
OF_WAGTAIL = (r"releases\.wagtail\.org", r"/static/wagtailadmin/")


def story_of(server: Server) -> dict[str, str]:
    env = environment(server.folder, server.database.url)
    env |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "PPV_TEST_DB": ""}
    told = subprocess.run(
        [sys.executable, "-m", "scripts.gallery.story"], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    keys: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
    return keys


def test_axe_finds_nothing_of_ours_in_the_admin(server: Server, stage: Stage, witness: Witness) -> None:
    keys = story_of(server)
    axe, found = Axe(), []
    with witness.expecting(*OF_WAGTAIL):
        person = stage.client(STAFF)
        for place in places():
            if place.name in CHOSEN:
                person.opens(place.path.format_map(keys))
                person.page.wait_for_load_state("networkidle")
                found += [f"{place.name}: {rule}: {what}" for rule, what in axe_findings(axe, person.page)]
    assert found == [], "\n".join(found)
