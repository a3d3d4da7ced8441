"""Lets people into the site, each with a browser of their own and a camera that shows a test picture."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Browser

from .lantern import Server
from .people import Client, Performer, Person
from .witness import Witness

ARGUMENTS = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-dev-shm-usage",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
P = TypeVar("P", bound=Person)


class Stage:
    """Lets people come in, each with a browser of their own."""

    def __init__(self, chromium: Browser, server: Server, witness: Witness) -> None:
        self.chromium, self.server, self.witness = chromium, server, witness
        self.people: list[Person] = []

    def performer(self, login: str) -> Performer:
        return self._enter(Performer, login, signed_in=True)

    def client(self, login: str) -> Client:
        return self._enter(Client, login, signed_in=True)

    def visitor(self) -> Client:
        return self._enter(Client, "visitor", signed_in=False)

    def _enter(self, kind: Callable[..., P], login: str, *, signed_in: bool) -> P:
        context = self.chromium.new_context(
            permissions=["camera", "microphone"], locale="en-GB", viewport={"width": 1280, "height": 800}
        )
        self.witness.watch(context, login)
        person = kind(login, context, self.server)
        self.people.append(person)
        if signed_in:
            person.signs_in()
        return person

    def empties(self) -> None:
        for person in self.people:
            person.context.close()
        self.people.clear()
