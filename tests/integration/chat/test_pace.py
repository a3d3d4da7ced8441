"""How fast people may write: each of them, and all together."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from ppv_plugin.chat import services
from ppv_plugin.errors import BadInput, TooFast
from ppv_plugin.models import ChatSettings, Message, RoomChat
from ppv_plugin.testing.cast import Cast


def say(cast: Cast, text: str = "hello", *, author: str = "7", kind: str = "client", cid: str = "") -> Message:
    return services.post_message(
        room_id=cast.ana_room.pk, private_show=None, author_kind=kind, author_key=author, author_name="Cy", text=text,
        cid=cid or uuid4().hex, now=cast.now,
    )  # fmt: skip


def rules(cast: Cast, **values: object) -> None:
    ChatSettings.objects.update_or_create(site=cast.site, defaults=values)


def test_in_slow_mode_a_second_message_waits_and_is_told_how_long(cast: Cast) -> None:
    rules(cast, slow_seconds=30)
    say(cast)
    cast.now += timedelta(seconds=12)
    with pytest.raises(TooFast, match=r"1[89] seconds"):
        say(cast)
    say(cast, author="8")
    say(cast, author="1", kind="performer")
    cast.now += timedelta(seconds=18)
    say(cast)


def test_a_performer_makes_it_slower_than_the_site_never_faster(cast: Cast) -> None:
    rules(cast, slow_seconds=20)
    RoomChat.objects.create(room=cast.ana_room, slow_seconds=5)
    say(cast)
    cast.now += timedelta(seconds=6)
    with pytest.raises(TooFast):
        say(cast)
    RoomChat.objects.update(slow_seconds=60)
    cast.now += timedelta(seconds=20)
    with pytest.raises(TooFast):
        say(cast)


def test_a_flood_of_one_person_is_stopped_and_nobody_else_is(cast: Cast) -> None:
    rules(cast, per_person=3)
    for _number in range(3):
        say(cast)
    with pytest.raises(TooFast):
        say(cast)
    say(cast, author="8")
    cast.now += timedelta(seconds=11)
    say(cast)


def test_above_the_pace_of_the_room_clients_wait_and_the_performer_does_not(cast: Cast) -> None:
    rules(cast, per_room=5)
    for number in range(5):
        say(cast, author=f"u{number}")
    with pytest.raises(TooFast, match="at the same time"):
        say(cast, author="late")
    say(cast, author="1", kind="performer")
    cast.now += timedelta(seconds=11)
    say(cast, author="late")


def test_the_same_message_sent_again_is_never_too_fast(cast: Cast) -> None:
    rules(cast, slow_seconds=30)
    assert say(cast, cid="a").pk == say(cast, cid="a").pk


def test_unwanted_words_are_masked_or_refused_as_the_site_says(cast: Cast) -> None:
    rules(cast, words="bad")
    RoomChat.objects.create(room=cast.ana_room, words="worse")
    assert say(cast, "bad and WORSE", cid="a").text == "••• and •••••"
    assert say(cast, "bad and WORSE", cid="a").pk == Message.objects.get().pk
    rules(cast, word_action="refuse")
    with pytest.raises(BadInput, match="not wanted here"):
        say(cast, "bad", author="8")
