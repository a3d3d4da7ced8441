"""What a chat line looks like to a screen."""

from __future__ import annotations

from msgspec import Struct


class MentionView(Struct):
    """`name` stands after an @ in the text; `ref` says who that is: `me.ref` of the one who is meant."""

    ref: str
    name: str


class ChatView(Struct):
    """`author`: performer, client or system. `private` = said in a private show. `deleted`: the text is gone.

    A system line says what happened by `event` and `facts`, to be worded by the screen; `text` is a fallback.
    """

    id: int
    author: str
    name: str
    text: str
    at: int
    private: bool = False
    mine: bool = False
    deleted: bool = False
    mentions: list[MentionView] = []
    event: str = ""
    facts: dict[str, str] = {}
