"""Somebody new registers, confirms the address, is looked at, approved, and goes live with a room of their own."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from ppv_plugin.backoffice.approval import review_url
from ppv_plugin.models import Performer as PerformerRow
from ppv_plugin.models import RoleSettings
from ppv_plugin.pages.addresses import page_types

from .lantern import Server
from .people import Performer
from .stage import Stage

PASSWORD = "lantern-in-the-attic"


class Newcomer(Performer):
    """Somebody without an account."""

    def registers(self, path: str) -> None:
        self.opens(path)
        for label, value in (
            ("Username", self.login),
            ("Email address", f"{self.login}@people.example"),
            ("Password", PASSWORD),
            ("Password confirmation", PASSWORD),
            ("Your name, as others see it", self.login.title()),
            ("About you", "I tune pianos and talk about it."),
        ):
            self.page.get_by_label(label, exact=True).fill(value)
        self.presses("Register")
        self.finds(self.heading("Look into your mail"))

    def confirms(self, link: str) -> None:
        self.opens(link)
        self.presses("Yes, this is my address")
        expect(self.page.get_by_role("main")).to_contain_text("Your address is confirmed.")

    def signs_in_anew(self) -> None:
        self.opens("/login/")
        self.page.get_by_label("Username").fill(self.login)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.finds(self.button(f"Sign out {self.login}"))


class Editor(Performer):
    """Staff who look at registrations."""

    def approves(self, name: str) -> None:
        row = PerformerRow.objects.get(name=name)
        self.opens(review_url("performer", row))
        self.page.get_by_label("Approve").check()
        self.presses("Decide")
        self.finds(self.page.get_by_text(f"{name} is approved and is told by e-mail."))


def registration_path(role: str) -> str:
    pages = page_types("registration")[0].objects.live()  # type: ignore[attr-defined]
    return str(next(page for page in pages if page.role == role).url)


def test_somebody_registers_is_approved_and_goes_live(stage: Stage, server: Server) -> None:
    RoleSettings.objects.update(performer_approval=True, performer_email=True)
    gil = stage._enter(Newcomer, "gil", signed_in=False)
    gil.registers(registration_path("performer"))
    gil.confirms(server.link_in_letters("/ppv/activate/"))
    gil.signs_in_anew()
    gil.opens("/studio/")
    gil.finds(gil.heading("Submitted"))
    assert gil.button("Go live").count() == 0

    editor = stage._enter(Editor, "admin", signed_in=True)
    editor.approves("Gil")
    server.link_in_letters("/studio/")

    gil.goes_live("Free")
    visitor = stage.visitor()
    visitor.opens("/live/")
    visitor.page.get_by_role("main").get_by_role("link", name=re.compile("Gil")).click()
    visitor.sees_and_hears()
