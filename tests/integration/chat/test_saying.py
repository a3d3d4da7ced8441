"""A line is stored once, cleaned, and told after it is stored."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ppv_plugin.chat import queries, services
from ppv_plugin.errors import BadInput, Conflict
from ppv_plugin.models import Message
from ppv_plugin.signals import chat_posted
from ppv_plugin.testing.cast import Cast


@pytest.fixture
def told() -> Any:
    facts: list[dict[str, Any]] = []

    def hear(**fact: Any) -> None:
        facts.append(fact)

    chat_posted.connect(hear, weak=False)
    yield facts
    chat_posted.disconnect(hear)


def say(cast: Cast, text: str, *, cid: str = "a", author: str = "7", private_show: Any = None) -> Message:
    return services.post_message(
        room_id=cast.ana_room.pk,
        private_show=private_show,
        author_kind="client",
        author_key=author,
        author_name="Cy",
        text=text,
        cid=cid,
        now=cast.now,
    )


def test_a_line_is_cleaned_stored_and_told(cast: Cast, told: Any) -> None:
    row = say(cast, "  hi\n<b>there</b>\x00 ")
    assert Message.objects.get().text == "hi <b>there</b>"
    assert [(fact["message_id"], fact["room_id"]) for fact in told] == [(row.pk, cast.ana_room.pk)]


def test_sending_again_stores_and_tells_nothing_new(cast: Cast, told: Any) -> None:
    assert say(cast, "hello").pk == say(cast, "hello ").pk
    assert (Message.objects.count(), len(told)) == (1, 1)


def test_another_text_under_the_same_key_is_a_conflict(cast: Cast) -> None:
    say(cast, "hello")
    with pytest.raises(Conflict):
        say(cast, "something else")
    with pytest.raises(Conflict):
        say(cast, "hello", private_show=uuid4())


def test_two_people_may_use_the_same_key(cast: Cast) -> None:
    say(cast, "hello", author="7")
    say(cast, "hello", author="8")
    assert Message.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "x" * 501])
def test_nothing_and_too_much_are_refused(cast: Cast, text: str, told: Any) -> None:
    with pytest.raises(BadInput):
        say(cast, text)
    assert told == []


def test_recent_lines_come_oldest_first_without_foreign_ones_or_the_text_of_deleted_ones(cast: Cast) -> None:
    private = uuid4()
    for number in range(5):
        say(cast, f"line {number}", cid=f"c{number}", author=str(number % 2))
    say(cast, "psst", cid="p", private_show=private)
    Message.objects.filter(text="line 3").update(hidden=True)
    public = queries.recent(room_id=cast.ana_room.pk, private_show=None, limit=3, viewer_key="0")
    assert [(line.text, line.mine, line.private) for line in public] == [
        ("line 2", True, False),
        ("", False, False),
        ("line 4", True, False),
    ]
    both = queries.recent(room_id=cast.ana_room.pk, private_show=private, viewer_key="")
    assert [(line.text, line.mine, line.private) for line in both] == [("psst", False, True)]
    assert queries.recent(room_id=cast.bo_room.pk, private_show=None, viewer_key="0") == []
