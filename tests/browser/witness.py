"""What goes wrong in a page without anybody saying so: errors, failed requests, refused answers, policy violations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

# Runs before the page's own code: the witness hears of violations through the console, the tests ask the connections.
WATCH = """(() => {
  document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy violation: ${event.violatedDirective} by ${event.blockedURI} in ${event.sourceFile}`));
  const Real = window.RTCPeerConnection;
  window.seenConnections = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...args) {
      super(...args);
      window.seenConnections.push(this);
    }
  };
})();"""
# A page that is left takes its running requests with it.
HARMLESS = re.compile(r"^request failed: GET \S+ net::ERR_ABORTED$")


class Witness:
    """Sees every page of a context. `seen` is what a test did not name beforehand."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def watch(self, context: BrowserContext, name: str) -> None:
        context.add_init_script(WATCH)
        context.on("page", lambda page: self._attend(page, name))

    @contextmanager
    def expecting(self, *patterns: str) -> Iterator[None]:
        """What matches one of these may happen inside; only what a test causes on purpose belongs here."""
        added = [re.compile(pattern) for pattern in patterns]
        self._expected += added
        try:
            yield
        finally:
            for pattern in added:
                self._expected.remove(pattern)

    def _attend(self, page: Page, name: str) -> None:
        page.on("console", lambda message: self._console(name, message))
        page.on("pageerror", lambda error: self._note(name, f"error: {error.message} {error.stack or ''}"))
        page.on("requestfailed", lambda request: self._failed(name, request))
        page.on("response", lambda response: self._response(name, response))

    def _console(self, name: str, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(name, f"console: {message.text} ({message.location.get('url')})")

    def _failed(self, name: str, request: Request) -> None:
        self._note(name, f"request failed: {request.method} {request.url} {request.failure}")

    def _response(self, name: str, response: Response) -> None:
        if response.status >= 400:
            self._note(name, f"answer {response.status}: {response.request.method} {response.url}")

    def _note(self, name: str, text: str) -> None:
        if HARMLESS.match(text) or any(pattern.search(text) for pattern in self._expected):
            return
        self.seen.append(f"{name}: {text}")
