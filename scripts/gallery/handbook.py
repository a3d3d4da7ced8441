"""The handbook's pictures: what stands in `docs/images`, small, from the very pages that are looked at."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page

from scripts.terminal import ROOT

IMAGES = ROOT / "docs" / "images"
WIDTH, COLOURS = 960, 64
# name of the place -> height of the picture, from the top of the page
CHOSEN = {
    "first-page": 900,
    "list-rooms": 520,
    "list-modes": 520,
    "edit-mode": 1000,
    "quick-edit-people": 900,
    "review": 720,
    "settings-label": 760,
    "settings-role": 760,
    "settings-pricing": 1000,
    "price-profile": 720,
    "import-modes": 620,
    "takings-day": 900,
    "inspect-session": 800,
}


def takes(page: Page, name: str) -> None:
    """A picture of the top of the page, if the handbook has one of it."""
    if name not in CHOSEN:
        return
    page.set_viewport_size({"width": 1280, "height": CHOSEN[name]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.wait_for_timeout(250)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS).save(IMAGES / f"admin-{name}.png", optimize=True)
