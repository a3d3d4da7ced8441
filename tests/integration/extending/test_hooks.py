"""Each hook is asked where its name says, with what it names; what fails does no harm."""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from wagtail import hooks as wagtail_hooks
from wagtail.models import Locale

from ppv_plugin import hooks
from ppv_plugin.chat.models import Message
from ppv_plugin.checks.messages import TAG
from ppv_plugin.errors import BadInput, NotAllowed
from ppv_plugin.hooks import BillingRule, Letter
from ppv_plugin.models import TipOption
from ppv_plugin.payments.services import top_up
from ppv_plugin.people import letters
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import listing
from ppv_plugin.testing.cast import Cast

during = wagtail_hooks.register_temporarily


def say(cast: Cast, text: str) -> Message:
    message: Message = shows.say(user=cast.cy, room_id=cast.ana_room.pk, cid=uuid4().hex, text=text, now=cast.now)
    return message


def ask(cast: Cast) -> Any:
    return shows.request_private(
        user=cast.cy, room_id=cast.ana_room.pk, cid=uuid4().hex, media="video", cpm=200, now=cast.now
    )


@pytest.fixture
def live(cast: Cast) -> Cast:
    cast.fund(cast.cy, 2000)
    cast.live(cast.ana, cast.free)
    return cast


# --- vetoes
def test_a_veto_gets_what_it_names_and_its_text_is_told(live: Cast) -> None:
    asked = []

    def veto(room: Any, *, user: Any) -> str:
        asked.append((user, room))
        return "Not today."

    with during("ppv_veto_private_request", veto), pytest.raises(NotAllowed, match="Not today"):
        ask(live)
    assert asked == [(live.cy, live.ana_room)]
    assert live.available(live.cy) == 2000


def test_a_veto_with_facts_gets_all_of_them(live: Cast) -> None:
    asked = []
    with during("ppv_veto_private_request", lambda **facts: asked.append(set(facts))):
        ask(live)
    assert asked == [{"user", "room", "features"}]


def test_a_veto_that_fails_refuses_and_is_logged(live: Cast, caplog: pytest.LogCaptureFixture) -> None:
    def veto(user: Any) -> str:
        raise ZeroDivisionError

    with during("ppv_veto_private_request", veto), caplog.at_level(logging.ERROR), pytest.raises(NotAllowed):
        ask(live)
    assert "test_a_veto_that_fails" in caplog.text


def test_a_purchase_can_be_refused(cast: Cast) -> None:
    with (
        during("ppv_veto_purchase", lambda amount: "Too much." if amount > 500 else None),
        pytest.raises(NotAllowed, match="Too much"),
    ):
        top_up(user=cast.cy, amount=501, key="a", now=cast.now)
    assert cast.balance(cast.cy) == 0
    assert top_up(user=cast.cy, amount=500, key="b", now=cast.now) == 500


# --- chat
def test_a_line_can_be_refused_before_it_is_stored(live: Cast) -> None:
    with (
        during("ppv_veto_message", lambda text: "No links." if "://" in text else None),
        pytest.raises(NotAllowed, match="No links"),
    ):
        say(live, "see https://example.org")
    assert not Message.objects.exists()


def test_a_line_is_stored_as_the_filters_leave_it(live: Cast) -> None:
    with during("ppv_filter_message", lambda text: text.upper()), during("ppv_filter_message", lambda text: f"{text}!"):
        assert say(live, "bravo").text == "BRAVO!"


def test_a_filter_may_leave_nothing(live: Cast) -> None:
    with during("ppv_filter_message", lambda text: ""), pytest.raises(BadInput):
        say(live, "bravo")


@pytest.mark.parametrize("answer", [None, 3, ZeroDivisionError()])
def test_a_filter_that_fails_is_left_out(live: Cast, answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(text: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with during("ppv_filter_message", broken), caplog.at_level(logging.ERROR):
        assert say(live, "bravo").text == "bravo"
    assert "left out" in caplog.text


# --- listing and letters
def test_the_listing_has_what_the_filter_leaves(live: Cast) -> None:
    live.live(live.bo, live.group)
    with during("ppv_filter_listing", lambda rooms, site: rooms.exclude(slug="bo") if site == live.site else rooms):
        page = listing(site=live.site, now=live.now)
    assert ([tile.room.slug for tile in page.rooms], page.total) == (["ana"], 1)


def letter_sent(cast: Cast) -> bool:
    cast.cy.email = "cy@site.example"
    return letters.send(letter="known", user=cast.cy, site=cast.site, language="en", url="https://site.example/")


def test_a_letter_can_be_changed(cast: Cast) -> None:
    with during("ppv_filter_letter", lambda letter: Letter(letter.name, f"{letter.name}!", letter.body)):
        assert letter_sent(cast)
    assert mail.outbox[0].subject == "known!"


def test_a_letter_can_be_kept_back(cast: Cast) -> None:
    with during("ppv_filter_letter", lambda letter: None):
        assert not letter_sent(cast)
    assert mail.outbox == []


# --- checks
def said() -> list[tuple[str | None, str]]:
    return [(message.id, message.msg) for message in run_checks(tags=[TAG])]


def test_a_name_that_nobody_asks_is_found() -> None:
    with during("ppv_veto_go_alive", lambda: None):
        assert ("ppv_plugin.W013", "A hook is registered as 'ppv_veto_go_alive', which nobody asks.") in said()
    assert "ppv_plugin.W013" not in dict(said())


def test_an_argument_that_does_not_come_is_found() -> None:
    def veto(user: Any, rom: Any, day: str = "") -> None:
        return None

    with during("ppv_veto_go_live", veto):
        assert "wants rom, which ppv_veto_go_live does not give" in dict(said())["ppv_plugin.W014"]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (BillingRule("per_second", "x", "x", lambda **n: 0), "id of its own"),
        (BillingRule("x" * 25, "x", "x", lambda **n: 0), "24 characters"),
        (BillingRule("falls", "x", "x", lambda cpm, grace_ms, used_ms: max(10**7 - used_ms, 0)), "owes less after 10"),
        (BillingRule("half", "x", "x", lambda **n: 0.5), "whole hundredths"),
        (BillingRule("fails", "x", "x", lambda cpm: 0), "fails: TypeError"),
    ],
)  # fmt: skip
def test_a_billing_rule_that_breaks_its_law_is_found(rule: BillingRule, why: str) -> None:
    with during("ppv_billing_rules", lambda: rule):
        assert why in dict(said())["ppv_plugin.E015"]


def test_what_is_registered_is_asked_with_nothing_missing() -> None:
    assert {"ppv_plugin.W013", "ppv_plugin.W014", "ppv_plugin.E015"}.isdisjoint(dict(said()))


def test_a_registration_can_be_refused(cast: Cast, client: Client) -> None:
    with (
        during("ppv_veto_registration", lambda role: f"No {role}s." if role == "studio" else None),
        pytest.raises(NotAllowed, match="No studios"),
    ):
        hooks.veto_registration(user=cast.cy, role="studio", site=cast.site)


def test_a_tip_can_be_refused(live: Cast) -> None:
    rose = TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=500, emoji="🌹")
    with (
        during("ppv_veto_tip", lambda room, amount: f"{amount} is too much for {room.title}."),
        pytest.raises(NotAllowed, match="500 is too much for Ana"),
    ):
        shows.give_tip(user=live.cy, room_id=live.ana_room.pk, cid="a", option_id=rose.pk, amount=500, now=live.now)
    assert live.available(live.cy) == 2000
