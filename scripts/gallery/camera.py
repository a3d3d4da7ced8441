"""Takes the pictures of one place in every condition, asks axe, and pastes contact sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from .places import is_allowed

Scheme = Literal["light", "dark"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
WIDTHS, SCHEMES = (1280, 320), ("light", "dark")
TALL = 4000  # a picture is cut here
THUMB_WIDTH, THUMB_HEIGHT, COLUMNS, ROWS = 480, 640, 4, 2
WHOLE_HEIGHT = """() => Math.max(innerHeight, document.documentElement.scrollHeight,
  ...[...document.querySelectorAll("main, #main, .content-wrapper")].map((one) => one.scrollHeight))"""
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.checkVisibility())
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return box.right > room + 0.5 || box.left < -0.5;
    })
    .map((element) => `<${element.localName} class="${element.className}">`)
    .slice(0, 4);
}"""


@dataclass(frozen=True, slots=True)
class Finding:
    place: str
    condition: str
    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class Condition:
    width: int
    scheme: Scheme
    direction: str  # ltr, rtl

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}-{self.direction}"


def conditions(directions: Sequence[str], *, quick: bool) -> Iterator[Condition]:
    for direction, width, scheme in product(directions, WIDTHS, SCHEMES):
        if not quick or scheme == "light":
            yield Condition(width, scheme, direction)  # type: ignore[arg-type]


def axe_findings(axe: Axe, page: Page) -> Iterator[tuple[str, str]]:
    """(rule, what) of everything that axe finds and nobody has allowed."""
    for violation in axe.run(page, options=OPTIONS).response["violations"]:
        for node in violation["nodes"]:
            target = " ".join(str(part) for part in node["target"])
            if not is_allowed(violation["id"], target, node["html"]):
                yield violation["id"], f"{target}: {node['html'][:160]}"


class Camera:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.axe = Axe()
        self.findings: list[Finding] = []

    def looks(self, page: Page, name: str, condition: Condition) -> None:
        """One picture of the page as it stands, with what axe and the ruler say."""
        page.set_viewport_size({"width": condition.width, "height": 800 if condition.width > 600 else 640})
        page.emulate_media(color_scheme=condition.scheme, reduced_motion="reduce")
        page.wait_for_timeout(250)  # menus fold away, colours settle
        tall = min(TALL, page.evaluate(WHOLE_HEIGHT))
        page.set_viewport_size({"width": condition.width, "height": tall})  # the admin scrolls inside its own frame
        page.screenshot(path=self.folder / f"{condition}--{name}.png", full_page=True)
        for rule, what in axe_findings(self.axe, page):
            self.findings.append(Finding(name, str(condition), rule, what))
        if wide := page.evaluate(TOO_WIDE):
            self.findings.append(Finding(name, str(condition), "too-wide", ", ".join(wide)))

    def pastes_sheets(self, condition: Condition) -> None:
        files = sorted(self.folder.glob(f"{condition}--*.png"))
        for number, start in enumerate(range(0, len(files), COLUMNS * ROWS), 1):
            sheet = _sheet(files[start : start + COLUMNS * ROWS])
            sheet.save(self.folder / f"sheet-{condition}-{number:02}.png")


def _sheet(files: list[Path]) -> Image.Image:
    sheet = Image.new("RGB", (COLUMNS * (THUMB_WIDTH + 10), ROWS * (THUMB_HEIGHT + 30)), "#888")
    pen = ImageDraw.Draw(sheet)
    for number, file in enumerate(files):
        left, top = number % COLUMNS * (THUMB_WIDTH + 10), number // COLUMNS * (THUMB_HEIGHT + 30)
        picture = Image.open(file).convert("RGB")
        scale = min(1.0, THUMB_WIDTH / picture.width)
        picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
        sheet.paste(picture.crop((0, 0, picture.width, min(picture.height, THUMB_HEIGHT))), (left, top + 20))
        pen.text((left + 4, top + 4), file.stem.partition("--")[2], fill="#fff")
    return sheet


def table(findings: Sequence[Finding]) -> str:
    """One line for each thing, with the places it was seen in."""
    lines: dict[tuple[str, str], list[str]] = {}
    for found in findings:
        seen = lines.setdefault((found.rule, found.what), [])
        seen.append(f"{found.place} ({found.condition})")
    rows = [f"| {rule} | {what} | {len(seen)}: {', '.join(seen[:3])} |" for (rule, what), seen in lines.items()]
    return "\n".join(["| rule | what | where |", "| --- | --- | --- |", *sorted(rows)]) + "\n"
