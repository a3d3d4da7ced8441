"""Who may write where."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from ppv_plugin.chat import queries as chat
from ppv_plugin.chat.models import Message
from ppv_plugin.errors import Gone, NotAllowed, SignInNeeded
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast


def say(cast: Cast, user: object, text: str, *, room: object = None, cid: str = "") -> Message:
    room_id = (room or cast.ana_room).pk  # type: ignore[attr-defined]
    line: Message = shows.say(user=user, room_id=room_id, cid=cid or uuid4().hex, text=text, now=cast.now)
    return line


def test_a_line_sent_twice_is_one_line(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    assert say(cast, cast.cy, "hello", cid="one").pk == say(cast, cast.cy, "hello", cid="one").pk
    assert Message.objects.count() == 1


def test_the_two_in_private_are_not_heard_outside(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.ana, cast.free)
    private = cast.private(cast.cy)
    inner, answer, outer = say(cast, cast.cy, "psst"), say(cast, cast.ana, "yes?"), say(cast, cast.di, "when back?")
    assert inner.private_show == answer.private_show == private.id
    assert outer.private_show is None
    public = chat.recent(room_id=cast.ana_room.pk, private_show=None, viewer_key=str(cast.di.pk))
    assert [line.text for line in public] == ["when back?"]


def test_in_a_paid_show_only_those_inside_write(cast: Cast) -> None:
    cast.fund(cast.cy, 5000)
    cast.live(cast.bo, cast.group)
    with pytest.raises(NotAllowed):
        say(cast, cast.cy, "hello", room=cast.bo_room)
    cast.visit(cast.cy)
    assert say(cast, cast.cy, "hello", room=cast.bo_room).text == "hello"


def test_nobody_writes_where_nobody_is_live_or_without_a_name(cast: Cast) -> None:
    with pytest.raises(Gone):
        say(cast, cast.cy, "hello")
    cast.live(cast.ana, cast.free)
    with pytest.raises(SignInNeeded):
        say(cast, AnonymousUser(), "hello")
