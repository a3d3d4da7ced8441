"""Messages of the protocol about kinds of shows: presence where there is only text, and which kinds one offers."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Cid = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[A-Za-z0-9_-]+$")]


class MediaAttend(Struct, tag_field="t", tag="media.attend"):
    """For a show by text: this tab is where the person is there. `beat` comes once a second from now on, and each that
    is answered proves it. `take_over` moves the show from another tab to this one."""

    cid: Cid
    take_over: bool = False


class KindsSet(Struct, tag_field="t", tag="kinds.set"):
    """The performer offers these kinds of private shows, where the mode has them."""

    cid: Cid
    value: list[Literal["video", "audio", "text"]]


class Beat(Struct, tag_field="t", tag="beat"):
    """Are you there? To be answered with `beat.back` and the same `n`, at once."""

    n: int


class BeatBack(Struct, tag_field="t", tag="beat.back"):
    """Yes. Only the newest `n` counts, for the moment in which it was asked."""

    n: int
