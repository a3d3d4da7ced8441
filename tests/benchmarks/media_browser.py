"""How long a visitor waits for the picture in a real browser, and what a room costs the whole server in which nobody
watches. The demo site with its embedded relay, as `make demo` runs it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import sync_playwright

from scripts import browser
from scripts.terminal import say
from tests.browser.lantern import Databases, Server
from tests.browser.people import Client, Performer
from tests.browser.stage import ARGUMENTS, Stage
from tests.browser.witness import Witness

# When the page begins to join the room and when its first frame stands on the screen, since it was asked for.
FIRST_FRAME = """(() => {
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...words) {
      super(...words);
      window.joinedMs ??= performance.now();
    }
  };
  const look = () => {
    const video = document.querySelector("video");
    if (!video) return void setTimeout(look, 2);
    video.requestVideoFrameCallback((now) => { window.firstFrameMs = now; });
  };
  look();
})();"""
ROOM = "/live/ana/"


@dataclass(frozen=True, slots=True)
class Seen:
    """waits: of each visit, from joining to the first frame, in ms; loads: the same from asking for the page.
    empty, live: of one core."""

    waits: tuple[float, ...]
    loads: tuple[float, ...]
    empty: float
    live: float


def measured(*, visits: int, seconds: float) -> Seen:
    path = browser.find()  # asks Playwright itself, which runs once at a time
    with TemporaryDirectory() as folder:
        databases = Databases(Path(folder), "ppv_bench")
        say("   a demo site is filled")
        with databases.filled(), databases.copy() as database, sync_playwright() as playwright:
            server = Server(Path(folder), database)
            server.start()
            chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            stage = Stage(chromium, server, Witness())
            try:
                return _seen(stage, server, visits=visits, seconds=seconds)
            finally:
                stage.empties()
                chromium.close()
                server.stop()


def _seen(stage: Stage, server: Server, *, visits: int, seconds: float) -> Seen:
    empty = _used(server, seconds)
    ana: Performer = stage.performer("ana")
    ana.goes_live("Free")
    time.sleep(2)
    live = _used(server, seconds)
    joined, seen = zip(*(_visit(stage) for _visit_number in range(visits)), strict=True)
    return Seen(tuple(last - first for first, last in zip(joined, seen, strict=True)), seen, empty, live)


def _visit(stage: Stage) -> tuple[float, float]:
    """Joined and seen; a browser that has never been here, so nothing is cached."""
    visitor: Client = stage.visitor()
    visitor.context.add_init_script(FIRST_FRAME)
    visitor.opens(ROOM)
    visitor.page.wait_for_function("() => window.firstFrameMs !== undefined")
    joined, seen = visitor.page.evaluate("() => [window.joinedMs, window.firstFrameMs]")
    visitor.context.close()
    stage.people.remove(visitor)
    return float(joined), float(seen)


def _used(server: Server, seconds: float) -> float:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    before, began = process.cpu_times(), time.monotonic()
    time.sleep(seconds)
    after, passed = process.cpu_times(), time.monotonic() - began
    return (after.user + after.system - before.user - before.system) / passed
