"""What travels between processes: an event for a group of sockets, and the names of the groups.

An event either carries a frame that was encoded once for everybody, or says that something went stale
(`stale`), so that whoever shows it reads it again. Only public chat lines are numbered (`seq`).
"""

from __future__ import annotations

import hashlib
import re

import msgspec
from msgspec import Struct

from .protocol import ServerMessage, encode

ROOM = "room"  # stale: a room's view; `room` and `site` are set
ME = "me"  # stale: what a person sees of himself
WALLET = "wallet"  # stale: a client's balance
ADDRESS = "address:"  # stale: whether who comes from this (hashed) address may stay

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")
_UNSTAMPED = '"seq":0}'


class Event(Struct, frozen=True, omit_defaults=True):
    """`frame`: for everybody in `group`, except sockets of user `author`, who get `author_frame`.

    key: frames of one key replace each other in a slow socket's queue. ref: the id of the stored line, to drop doubles.
    """

    group: str
    frame: str = ""
    author: str = ""
    author_frame: str = ""
    key: str = ""
    ref: str = ""
    epoch: str = ""
    seq: int = 0
    stale: str = ""
    room: int = 0
    site: int = 0
    numbered: bool = False

    def stamped(self) -> tuple[str, str]:
        """The frame for everybody and the one for the author, each with its number."""
        if not self.numbered:
            return self.frame, self.author_frame
        return stamp(self.frame, self.seq), stamp(self.author_frame, self.seq) if self.author else ""

    def frame_for(self, user_key: str) -> str:
        frame, own = self.stamped()
        return own if self.author and self.author == user_key else frame


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Event)


def pack(event: Event) -> bytes:
    return _encoder.encode(event)


def unpack(packed: bytes) -> Event:
    return _decoder.decode(packed)


def stamp(frame: str, seq: int) -> str:
    """The frame of a numbered message with its number, which is known only once the log has given it.

    `seq` is the last field of such a message (a test holds it), so the frame is not parsed again.
    """
    if not frame.endswith(_UNSTAMPED):
        raise ValueError("a numbered frame ends with its empty number")
    return f'{frame[: -len(_UNSTAMPED)]}"seq":{seq}}}'


def framed(group: str, message: ServerMessage, *, key: str = "") -> Event:
    return Event(group=group, frame=encode(message), key=key)


def room_group(room_id: int) -> str:
    return f"ppv.room.{room_id}"


def listing_group(site_id: int) -> str:
    return f"ppv.listing.{site_id}"


def user_group(user_key: str) -> str:
    """All sockets of a user."""
    return f"ppv.user.{_name(user_key)}"


def person_group(user_key: str, room_id: int) -> str:
    """A user's sockets in one room."""
    return f"ppv.person.{room_id}.{_name(user_key)}"


def _name(user_key: str) -> str:
    # A site's user key may be anything; group names may not.
    if _PLAIN.fullmatch(user_key):
        return user_key
    return "h." + hashlib.sha256(user_key.encode()).hexdigest()[:40]
