"""What travels between processes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.chat.states import ChatView
from ppv_plugin.realtime import events
from ppv_plugin.realtime.protocol import ChatMessage, Pong, encode


def line(text: str) -> ChatView:
    return ChatView(id=7, author="client", name="Cy", text=text, at=0)


@given(st.text(), st.integers(1, 10**12))
def test_a_numbered_frame_gets_its_number_and_keeps_everything_else(text: str, seq: int) -> None:
    stamped = json.loads(events.stamp(encode(ChatMessage(message=line(text))), seq))
    assert stamped == json.loads(encode(ChatMessage(message=line(text), seq=seq)))


def test_only_a_frame_that_waits_for_a_number_is_stamped() -> None:
    with pytest.raises(ValueError, match="number"):
        events.stamp(encode(Pong(n=0, server_time=0)), 5)


def test_an_event_arrives_as_it_was_sent() -> None:
    event = events.Event(group="ppv.room.1", frame="x", author="3", author_frame="y", numbered=True, epoch="e", seq=4)
    assert events.unpack(events.pack(event)) == event


def test_the_author_alone_sees_his_own_frame() -> None:
    event = events.Event(group="g", frame="theirs", author="3", author_frame="mine")
    assert (event.frame_for("3"), event.frame_for("4"), event.frame_for("")) == ("mine", "theirs", "theirs")


@given(st.text(min_size=1))
def test_any_user_key_makes_a_group_name_that_layers_take(user_key: str) -> None:
    from channels.layers import BaseChannelLayer

    layer = BaseChannelLayer()
    assert layer.require_valid_group_name(events.user_group(user_key))
    assert layer.require_valid_group_name(events.person_group(user_key, 2**63))


def test_different_people_have_different_groups() -> None:
    keys = ["1", "11", "a.b", "a.b.c", "ä", "h.1"]
    assert len({events.user_group(key) for key in keys}) == len(keys)
    assert events.person_group("1", 11) != events.person_group("11", 1)
