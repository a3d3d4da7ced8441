"""Pictures of every main page, 1280 and 320 pixels wide, light and dark, in `var/screenshots`, with people in them.

`python -m scripts.screenshots` also renews `docs/images/room.png`, the picture of the README. It starts a site and a
browser of its own, as the browser tests do.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts import browser, services
from scripts.terminal import ROOT, SetupFailed, heading, say
from tests.browser.lantern import Databases, Server
from tests.browser.people import END_PRIVATE, Client, Performer
from tests.browser.pictures import receives_picture_and_sound
from tests.browser.stage import ARGUMENTS, Stage
from tests.browser.witness import Witness

PICTURES = ROOT / "var" / "screenshots"
README_PICTURE = ROOT / "docs" / "images" / "room.png"
EVENING = ROOT / "demo_site" / "static" / "demo_site" / "evening.svg"
SCENE = (
    "body { margin: 0; background: radial-gradient(circle at 50% 45%, #8a5a2b, #2a1d3f 75%) }"
    " svg { display: block; height: 100vh; margin: auto }"
)
CAMERA: ViewportSize = {"width": 640, "height": 360}
WIDTHS = (1280, 320)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CHAT = (
    ("ana", "Good evening! Bring me a word that tripped you up."),
    ("di", "“Embarazada”. I said it at a dinner."),
    ("ana", "Everybody does, once. It means pregnant; you wanted “avergonzada”."),
    ("cy", "Could we practise the past tense in private later?"),
    ("ana", "Gladly, I am free after this."),
)


class Photographer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def takes(self, page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800 if width > 600 else 640})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.wait_for_timeout(400)  # for the picture of the camera to follow
                page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light")
        say(f"   {name}")


def pages_at_rest(stage: Stage, camera: Photographer) -> None:
    visitor = stage.visitor()
    for name, path in (("home", "/"), ("sign-in", "/login/"), ("listing", "/live/"), ("room-offline", "/live/ana/")):
        visitor.opens(path)
        visitor.page.wait_for_load_state("networkidle")
        camera.takes(visitor.page, name)
    cy = stage.client("cy")
    cy.opens("/wallet/")
    camera.takes(cy.page, "wallet")
    for name, path in (("limits", "/ppv/wallet/limits/"), ("verify", "/ppv/verify/")):
        cy.opens(path)
        camera.takes(cy.page, name)


def the_room(ana: Performer, cy: Client, di: Client, camera: Photographer) -> None:
    ana.opens("/studio/")
    ana.finds(ana.heading("Before you go live"))
    camera.takes(ana.page, "console-before")
    ana.goes_live("Free")
    people = {"ana": ana, "cy": cy, "di": di}
    for person in (cy, di):
        person.opens_room_of("ana")
        receives_picture_and_sound(person.page)
    for name, text in CHAT:
        people[name].says(text)
        cy.reads(text)
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    cy.page.get_by_label("Your message").blur()
    cy.page.screenshot(path=README_PICTURE)
    camera.takes(cy.page, "room-live")
    camera.takes(ana.page, "console-live")
    di.opens("/live/")
    camera.takes(di.page, "listing-live")
    di.opens_room_of("ana")


def a_private_show(ana: Performer, cy: Client, di: Client, camera: Photographer) -> None:
    cy.show_button.click()
    camera.takes(cy.page, "private-dialog")
    cy.ask_dialog.get_by_role("button", name="Not now").click()
    cy.asks_for_private()
    camera.takes(cy.page, "room-asking")
    camera.takes(ana.page, "console-request")
    ana.accepts("cy")
    cy.finds(cy.button(END_PRIVATE))
    cy.sees_and_hears()
    cy.waits_for_meter(14)
    camera.takes(cy.page, "private-client")
    camera.takes(ana.page, "private-performer")
    camera.takes(di.page, "room-others-private")
    cy.ends_private()
    camera.takes(cy.page, "room-ended")
    cy.opens_receipt()
    camera.takes(cy.page, "receipt")
    ana.ends_the_show()
    ana.opens("/studio/")
    camera.takes(ana.page, "dashboard")


def a_paid_show(bo: Performer, di: Client, camera: Photographer) -> None:
    bo.goes_live("Free")
    di.opens_room_of("bo")
    di.sees_and_hears()
    mode = bo.page.get_by_label("Mode", exact=True)
    mode.select_option(label=mode.get_by_role("option", name=re.compile("^Group paid")).inner_text())
    bo.presses("Change the mode")
    question = di.page.get_by_role("dialog", name=re.compile("goes on at"))
    question.wait_for()
    camera.takes(di.page, "mode-question")
    question.get_by_role("button", name="Stay outside, pay nothing").click()
    camera.takes(di.page, "paid-consent")
    di.enters_paid_show()
    di.sees_and_hears()
    camera.takes(di.page, "paid-inside")


def film(started: Browser, file: Path) -> None:
    """What the cameras show: one frame of YUV4MPEG2, which Chromium repeats."""
    page = started.new_page(viewport=CAMERA)
    page.set_content(f"<style>{SCENE}</style>{EVENING.read_text()}")
    frame = Image.open(io.BytesIO(page.screenshot())).convert("YCbCr")
    page.close()
    luma, *chroma = frame.split()
    half = (CAMERA["width"] // 2, CAMERA["height"] // 2)
    planes = [luma.tobytes(), *(plane.resize(half).tobytes() for plane in chroma)]
    header = f"YUV4MPEG2 W{CAMERA['width']} H{CAMERA['height']} F20:1 Ip A1:1 C420jpeg\nFRAME\n"
    file.write_bytes(header.encode() + b"".join(planes))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    camera = folder / "camera.y4m"
    path = browser.find()
    with sync_playwright() as running:
        painter = running.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        film(painter, camera)
        painter.close()
        arguments = [*ARGUMENTS, f"--use-file-for-fake-video-capture={camera}"]
        started = running.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


def take_all(folder: Path) -> list[str]:
    """Returns what went wrong in the pages meanwhile."""
    camera, witness = Photographer(PICTURES), Witness()
    databases = Databases(folder, "ppv_pictures")
    with databases.filled(), databases.copy() as database, chromium(folder) as started:
        server = Server(folder, database)
        server.start()
        try:
            stage = Stage(started, server, witness)
            pages_at_rest(stage, camera)
            stage.empties()
            ana, cy, di = stage.performer("ana"), stage.client("cy"), stage.client("di")
            the_room(ana, cy, di, camera)
            a_private_show(ana, cy, di, camera)
            a_paid_show(stage.performer("bo"), di, camera)
            stage.empties()
        finally:
            server.stop()
    return witness.seen


def main() -> None:
    services.end_politely()
    heading("Taking pictures")
    try:
        with tempfile.TemporaryDirectory(prefix="ppv-pictures-") as folder:
            wrong = take_all(Path(folder))
    except SetupFailed as failure:
        sys.exit(str(failure))
    say(f"   {len(list(PICTURES.glob('*.png')))} pictures in {PICTURES.relative_to(ROOT)}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
