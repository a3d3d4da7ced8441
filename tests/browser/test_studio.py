"""A studio and somebody it invites: letter, own password, live, seen, disabled. And how its pages look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ppv_plugin.models import RoleSettings

from .lantern import Server
from .people import Performer
from .stage import Stage
from .test_accessibility import Inspector

PASSWORD = "lantern-in-the-attic"


class Studio(Performer):
    """Somebody who runs one: `goes_live` is not for them."""

    def invites(self, name: str, email: str) -> None:
        self.opens("/team/")
        form = self.page.get_by_role("form", name=re.compile("^Invite"))
        form.get_by_label("Name").fill(name)
        form.get_by_label("E-mail address").fill(email)
        form.get_by_role("button", name="Send the invitation").click()
        expect(self.page.get_by_role("status")).to_have_text("The letter is on its way.")

    def row_of(self, name: str) -> str:
        """What the table says of one of its performers."""
        return str(self.page.get_by_role("row", name=re.compile(f"^{name}")).inner_text())

    def disables(self, name: str, reason: str) -> None:
        row = self.page.get_by_role("row", name=re.compile(f"^{name}"))
        row.get_by_text(re.compile("^Disable")).first.click()
        row.get_by_label("Reason").fill(reason)
        row.get_by_role("button", name=f"Disable {name}").click()
        expect(self.page.get_by_role("status")).to_contain_text("what ran has ended")


def enter(stage: Stage, login: str, *, signed_in: bool) -> Studio:
    return stage._enter(Studio, login, signed_in=signed_in)


@pytest.mark.money
def test_a_studio_invites_somebody_who_goes_live_and_is_disabled(stage: Stage, server: Server) -> None:
    RoleSettings.objects.update(performer_approval=False)
    eos = enter(stage, "eos", signed_in=True)
    eos.invites("Fay", "fay@people.example")

    fay = enter(stage, "fay", signed_in=False)
    fay.opens(server.link_in_letters("/ppv/invitations/"))
    fay.page.get_by_label("Username").fill("fay")
    fay.page.get_by_label("Password", exact=True).fill(PASSWORD)
    fay.page.get_by_label("Password confirmation").fill(PASSWORD)
    fay.page.get_by_label("About you").fill("I read stories aloud.")
    fay.presses("Yes, I accept")
    fay.finds(fay.page.get_by_text("You are with Eos now."))
    fay.goes_live("Free")

    eos.opens("/team/")
    assert "Live" in eos.row_of("Fay")
    assert "Fay, 0 watching" in eos.row_of("Fay")
    eos.disables("Fay", "We talk first")
    assert "Offline" in eos.row_of("Fay")

    fay.opens("/studio/")
    fay.finds(fay.heading("You cannot go live for now"))
    fay.finds(fay.page.get_by_text("We talk first"))


def test_the_pages_of_a_studio_have_no_axe_violation_and_fit_a_small_phone(stage: Stage, server: Server) -> None:
    inspector = Inspector()
    eos = enter(stage, "eos", signed_in=True)
    eos.invites("Fay", "fay@people.example")
    inspector.looks_at(eos.page, "studio", eos.heading("Invited"))
    eos.opens("/team/")
    for fold in eos.page.locator("details").all():
        fold.evaluate("(fold) => { fold.open = true; }")
    inspector.looks_at(eos.page, "studio, unfolded", eos.heading("Invited"))
    eos.opens("/studio/")
    inspector.looks_at(eos.page, "going live, of a studio", eos.heading("A studio does not go live itself"))
    visitor = enter(stage, "visitor", signed_in=False)
    visitor.opens("/team/")
    inspector.looks_at(visitor.page, "studio, signed out", visitor.heading("Sign in to see your team"))
    visitor.opens(server.link_in_letters("/ppv/invitations/"))
    inspector.looks_at(visitor.page, "invitation", visitor.heading("Your answer"))
    bo = enter(stage, "bo", signed_in=True)
    bo.opens("/studio/")
    inspector.looks_at(bo.page, "leaving a studio", bo.heading("Your studio"))
    assert inspector.found == []
