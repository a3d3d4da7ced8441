"""The socket protocol `ppv.v1`: what the server says, typed; `client_messages` has what browsers say.

JSON text frames, snake_case, one object each. Amounts are decimal strings in tokens ("5.83"), durations milliseconds,
moments Unix milliseconds, ids strings.
Unknown fields are ignored on both sides; an unknown type from a client is refused with an `error`. Every command
carries `cid`, the client's idempotency key, and is answered by exactly one `ack` or `error` with the same `cid`.

A screen is a function of two states: `room.state`, the same for everybody, and `me.state`, this person's own.
Both are complete each time, so a lost message is mended by the next one.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ppv_plugin.chat.states import ChatView
from ppv_plugin.shows.states import MeterView, PersonView, ReceiptView, RoomView

SUBPROTOCOL = "ppv.v1"
FRAME_BYTES_MAX = 4096
SDP_FRAME_BYTES_MAX = 65_536

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_.:-]+$")]


class Welcome(Struct, tag_field="t", tag="welcome"):
    """Answer to `hello`. `resumed` = the missed events follow; otherwise `chat` holds the recent lines."""

    epoch: str
    seq: int
    resumed: bool
    server_time: int
    connection: str
    room: RoomView
    me: PersonView
    chat: list[ChatView]
    ice_servers: list[dict[str, Any]]


class MeState(Struct, tag_field="t", tag="me.state"):
    me: PersonView


class RoomState(Struct, tag_field="t", tag="room.state"):
    room: RoomView


class ChatMessage(Struct, tag_field="t", tag="chat.msg"):
    """A stored line of the public chat (with `seq`) or of one's own private show (without)."""

    message: ChatView
    seq: int = 0


class ChatGone(Struct, tag_field="t", tag="chat.gone"):
    """Line `id` was deleted. In the public chat with `seq`."""

    id: int
    seq: int = 0


class MeterMessage(Struct, tag_field="t", tag="meter"):
    meter: MeterView


class SessionWarning(Struct, tag_field="t", tag="session.warning"):
    """The funds last for about this long."""

    session: str
    left_ms: int


class SessionEnded(Struct, tag_field="t", tag="session.ended"):
    receipt: ReceiptView


class MediaTaken(Struct, tag_field="t", tag="media.taken"):
    """Another tab (`connection`) of this person holds the media now."""

    connection: str


class ListingChanged(Struct, tag_field="t", tag="listing.room"):
    """On the listing socket: one room's tile changed."""

    room: RoomView


class WalletState(Struct, tag_field="t", tag="wallet.state"):
    """On every socket of a client: balance after any movement."""

    balance: str
    held: str


class Ack(Struct, tag_field="t", tag="ack"):
    """`sdp` answers a `media.offer`, `names` a `chat.names`; `id` names what a command made."""

    cid: str
    id: str | None = None
    sdp: str | None = None
    names: list[str] | None = None


class ErrorMessage(Struct, tag_field="t", tag="error"):
    """`code` is stable (see the errors reference), `text` is for people. Without `cid` the frame could not be read."""

    code: str
    text: str
    cid: str | None = None
    retryable: bool = False


class Beat(Struct, tag_field="t", tag="beat"):
    """Are you there? To be answered with `beat.back` and the same `n`, at once."""

    n: int


class Pong(Struct, tag_field="t", tag="pong"):
    n: int
    server_time: int


class Resync(Struct, tag_field="t", tag="resync"):
    """Events were lost that cannot be replayed: say `hello` again without `seq`."""


class Bye(Struct, tag_field="t", tag="bye"):
    """The server closes; come back after `retry_ms`."""

    code: int
    retry_ms: int


ServerMessage = (
    Welcome
    | MeState
    | RoomState
    | ChatMessage
    | ChatGone
    | MeterMessage
    | SessionWarning
    | SessionEnded
    | MediaTaken
    | ListingChanged
    | WalletState
    | Ack
    | ErrorMessage
    | Beat
    | Pong
    | Resync
    | Bye
)

CLOSE_CODES = {
    4000: "protocol error",
    4001: "not signed in",
    4003: "blocked",
    4004: "no such room",
    4008: "too slow: resume",
    4009: "replaced by a newer socket",
    4029: "too many messages",
    1012: "the server restarts: come back",
}

_encoder = msgspec.json.Encoder()


def encode(message: ServerMessage) -> str:
    return _encoder.encode(message).decode()
