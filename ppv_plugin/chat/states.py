"""What a chat line looks like to a screen."""

from __future__ import annotations

from msgspec import Struct


class ChatView(Struct):
    """`author`: performer, client or system. `private` = said in a private show."""

    id: int
    author: str
    name: str
    text: str
    at: int
    private: bool = False
    mine: bool = False
    event: str = ""
    facts: dict[str, str] = {}
