"""The messages: what is taken from a browser, and what is not."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from ppv_plugin.realtime import client_messages as c
from ppv_plugin.realtime import protocol as p

REFUSED: list[str] = [
    "",
    "no json",
    "[]",
    "null",
    '"hello"',
    "{}",
    '{"t":"nonsense","cid":"a"}',
    '{"t":"chat.send","text":"no cid"}',
    '{"t":"chat.send","cid":"","text":"x"}',
    '{"t":"chat.send","cid":"a b","text":"x"}',
    '{"t":"chat.send","cid":"a","text":""}',
    '{"t":"chat.send","cid":"a","text":5}',
    '{"t":"chat.send","cid":"%s","text":"x"}' % ("c" * 41),
    '{"t":"chat.send","cid":"a","text":"%s"}' % ("x" * 501),
    '{"t":"show.start","cid":"a","mode":"1; drop table"}',
    '{"t":"requests.set","cid":"a","value":"free for all"}',
    '{"t":"request.create","cid":"a","media":"smell","cpm":"1.00"}',
    '{"t":"request.create","cid":"a","media":"video","cpm":2}',
    '{"t":"request.answer","cid":"a","id":"x","accept":"yes"}',
    '{"t":"private.end","cid":"a","id":"../../etc"}',
    '{"t":"media.offer","cid":"a","direction":"both","sdp":"v=0"}',
    '{"t":"ping","n":"many"}',
    '{"t":"hello","seq":-1.5}',
]


@pytest.mark.parametrize("frame", REFUSED)
def test_a_frame_that_is_no_message_is_refused(frame: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        c.decode(frame)


def test_fields_nobody_knows_are_ignored() -> None:
    message = c.decode('{"t":"chat.send","cid":"a","text":"x","author_kind":"performer","mine":true}')
    assert message == c.ChatSend(cid="a", text="x")
    assert not hasattr(message, "author_kind")


@pytest.mark.parametrize("kind", get_args(c.ClientMessage))
def test_every_command_carries_its_key_but_not_what_has_no_answer_of_its_own(kind: Any) -> None:
    has_cid = "cid" in kind.__struct_fields__
    assert has_cid is (kind not in {c.Hello, c.Ping, c.BeatBack})


def test_a_number_is_the_last_field_of_a_numbered_message() -> None:
    assert p.ChatMessage.__struct_fields__[-1] == "seq"


def test_names_of_types_are_used_once() -> None:
    kinds = [*get_args(c.ClientMessage), *get_args(p.ServerMessage)]
    assert len({kind.__struct_config__.tag for kind in kinds}) == len(kinds)
