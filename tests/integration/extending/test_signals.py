"""A long evening in which everything happens: each signal is sent with what the reference says, after its commit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.dispatch import Signal
from wagtail.models import Locale

from ppv_plugin import signals
from ppv_plugin.metering import refunds
from ppv_plugin.models import PricingSettings, TipOption
from ppv_plugin.payments.services import top_up
from ppv_plugin.people import services as people
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "signals.md"
SIGNALS = {name: value for name, value in vars(signals).items() if isinstance(value, Signal)}
TYPES: dict[str, Any] = {"int": int, "str": str, "UUID": UUID, "datetime": datetime, "list of UUID": list}


def documented() -> dict[str, dict[str, str]]:
    """Signal -> its arguments and what they are."""
    sections = re.findall(r"^## `(\w+)`$(.*?)(?=^## |\Z)", REFERENCE.read_text(), re.MULTILINE | re.DOTALL)
    return {name: dict(re.findall(r"`(\w+): ([^`]+)`", text.split("Arguments:")[1])) for name, text in sections}


@pytest.fixture
def heard() -> Iterator[dict[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def listener(name: str) -> Callable[..., None]:
        def hear(sender: Any, signal: Any, **facts: Any) -> None:
            assert not connection.needs_rollback
            found[name].append(facts)

        return hear

    listeners = {name: listener(name) for name in SIGNALS}
    for name, signal in SIGNALS.items():
        signal.connect(listeners[name])
    yield found
    for name, signal in SIGNALS.items():
        signal.disconnect(listeners[name])


@pytest.fixture
def evening(heard: dict[str, list[dict[str, Any]]], cast: Cast, settings: Any) -> dict[str, list[dict[str, Any]]]:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "TEST_PAYMENTS": True, "SETTLE_SECONDS": 60}
    PricingSettings.objects.update(grace_window_minutes=0)
    people.register(user=cast.di, role="performer", site=cast.site, name="Di", about="", language="en", now=cast.now)
    top_up(user=cast.cy, amount=1000, key="first", now=cast.now)
    cast.live(cast.ana, cast.free)
    line = shows.say(user=cast.cy, room_id=cast.ana_room.pk, cid="a", text="Hello", now=cast.now, address="hash")
    private = cast.private(cast.cy)
    meter = Meter()
    cast.pass_time(90, meter=meter)
    cast.join(cast.cy, cast.ana_room, "publish", connection=uuid4(), take_over=True)
    shows.end_private(user=cast.cy, private_id=private.id, now=cast.now)
    refunds.request_refund(
        session_id=private.session_id, amount=10, reason="x", cid="r", alone_max=None, actor="staff", now=cast.now
    )
    rose = TipOption.objects.create(locale=Locale.get_default(), key="rose", name="Rose", amount=100, emoji="🌹")
    shows.add_goal(user=cast.ana, room_id=cast.ana_room.pk, cid="g", title="A song", amount=100)
    shows.give_tip(user=cast.cy, room_id=cast.ana_room.pk, cid="t", option_id=rose.pk, amount=100, now=cast.now)
    shows.switch_mode(user=cast.ana, room_id=cast.ana_room.pk, mode_id=cast.group.pk, cid="m", now=cast.now)
    in_chat: dict[str, Any] = {"user": cast.ana, "room_id": cast.ana_room.pk, "message_id": line.pk, "now": cast.now}
    shows.delete_line(**in_chat)
    shows.ban(**in_chat, days=None, by_address=True, cid="b")
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    return heard


def test_everything_is_told(evening: dict[str, list[dict[str, Any]]]) -> None:
    assert set(evening) == set(SIGNALS)


def test_each_has_the_arguments_of_its_reference(evening: dict[str, list[dict[str, Any]]]) -> None:
    reference = documented()
    for name, payloads in evening.items():
        for facts in payloads:
            assert set(facts) == set(reference[name]), name
            for argument, told in reference[name].items():
                kinds = tuple(TYPES[kind] for kind in told.split(" or ") if kind != "None")
                fine = isinstance(facts[argument], kinds) or ("None" in told and facts[argument] is None)
                assert fine, (name, argument)


def test_what_happens_once_is_told_once(evening: dict[str, list[dict[str, Any]]]) -> None:
    once = {"money_added", "session_opened", "session_warned", "refund_posted", "tip_given", "goal_reached"}
    once |= {"show_started", "show_ended", "private_started", "private_ended", "mode_switched", "role_changed"}
    assert {name: len(evening[name]) for name in once} == dict.fromkeys(once, 1)


def test_nothing_is_told_of_what_was_rolled_back(heard: dict[str, list[dict[str, Any]]], db: None) -> None:
    with transaction.atomic():
        signals.announce(signals.show_ended, show_id=uuid4(), room_id=1, reason="x")
        transaction.set_rollback(True)
    assert heard == {}


def test_a_receiver_that_fails_stops_no_other(
    heard: dict[str, list[dict[str, Any]]], commits: None, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**facts: Any) -> None:
        raise ZeroDivisionError

    signals.goal_reached.connect(broken)
    try:
        signals.announce(signals.goal_reached, goal_id=1, room_id=1)
    finally:
        signals.goal_reached.disconnect(broken)
    assert heard == {"goal_reached": [{"goal_id": 1, "room_id": 1}]}
    assert "a receiver failed" in caplog.text
