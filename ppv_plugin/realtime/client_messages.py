"""What browsers may say on a socket: every message, typed. How messages are built stands in `protocol`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

TEXT_CHARS_MAX = 500

Cid = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[A-Za-z0-9_-]+$")]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_.:-]+$")]


class Hello(Struct, tag_field="t", tag="hello"):
    """First message on a socket. `epoch` and `seq` of the last event seen ask to resume; empty = from now."""

    epoch: str = ""
    seq: int = 0


class ChatSend(Struct, tag_field="t", tag="chat.send"):
    cid: Cid
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_CHARS_MAX)]


class ChatNames(Struct, tag_field="t", tag="chat.names"):
    """Who can be mentioned by a name that begins with `prefix`."""

    cid: Cid
    prefix: Annotated[str, Meta(max_length=80)] = ""


class ChatDelete(Struct, tag_field="t", tag="chat.delete"):
    """Who keeps order takes a line (by its id) away for everybody."""

    cid: Cid
    id: int


class ChatMute(Struct, tag_field="t", tag="chat.mute"):
    """Whoever wrote line `id` may not write for so many minutes."""

    cid: Cid
    id: int
    minutes: Annotated[int, Meta(ge=1, le=1440)]


class ChatKick(Struct, tag_field="t", tag="chat.kick"):
    """Whoever wrote line `id` is put out for 15 minutes."""

    cid: Cid
    id: int


class ChatBan(Struct, tag_field="t", tag="chat.ban"):
    """Whoever wrote line `id` is put out for 7 `days`, without for ever. `address`: and whoever shares the address."""

    cid: Cid
    id: int
    days: Literal[7] | None = None
    address: bool = False


class ChatSlow(Struct, tag_field="t", tag="chat.slow"):
    """One line of a client in so many seconds; 0 = as the site says."""

    cid: Cid
    seconds: Annotated[int, Meta(ge=0, le=600)]


class ShowStart(Struct, tag_field="t", tag="show.start"):
    """The performer goes live in a room mode (by its id). `recorded`: knows that it is, if it is."""

    cid: Cid
    mode: int
    recorded: bool = False


class ShowMode(Struct, tag_field="t", tag="show.mode"):
    """The performer goes on in another room mode (by its id). Visits end at the old price; whoever wants to go on
    agrees to the new one with `group.enter`. Refused in private. `recorded`: as in `show.start`."""

    cid: Cid
    mode: int
    recorded: bool = False


class ShowEnd(Struct, tag_field="t", tag="show.end"):
    cid: Cid


class RequestsSet(Struct, tag_field="t", tag="requests.set"):
    """The performer opens, auto-declines or hides private requests."""

    cid: Cid
    value: Literal["open", "auto_reject", "hidden"]


class RequestCreate(Struct, tag_field="t", tag="request.create"):
    """The client asks for a private show of this kind at the price it was shown; another price in force is
    refused. `watched`: it was told that voyeurs may watch; otherwise nobody does. `recording`: it agrees to one."""

    cid: Cid
    media: Literal["video", "audio", "text"]
    cpm: str
    watched: bool = False
    recording: bool = False


class RequestCancel(Struct, tag_field="t", tag="request.cancel"):
    cid: Cid
    id: Id


class RequestAnswer(Struct, tag_field="t", tag="request.answer"):
    """`free`: accepted, and it costs nothing. `recording`: the performer agrees to one."""

    cid: Cid
    id: Id
    accept: bool
    free: bool = False
    recording: bool = False


class CallJoin(Struct, tag_field="t", tag="call.join"):
    """The client agrees to the frozen terms of its call by link (`id` in `me.call`) and is there."""

    cid: Cid
    id: Id
    cpm: str


class CallCancel(Struct, tag_field="t", tag="call.cancel"):
    """The performer takes a link (`id` in `me.calls`) back."""

    cid: Cid
    id: Id


class PrivateEnd(Struct, tag_field="t", tag="private.end"):
    """Either side ends the private show."""

    cid: Cid
    id: Id


class GroupEnter(Struct, tag_field="t", tag="group.enter"):
    """Consent to pay `cpm` per minute inside. `mode_number` is that of the `room.state` one agrees to. `manner`: as
    everybody in a paid show, unseen, or with the own camera sent to the performer; who is inside goes on in it.
    `recorded`: the client was told that it is, if it is."""

    cid: Cid
    cpm: str
    mode_number: int | None = None
    manner: Literal["group", "voyeur", "two_way"] = "group"
    recorded: bool = False


class GroupLeave(Struct, tag_field="t", tag="group.leave"):
    cid: Cid


class CameraClose(Struct, tag_field="t", tag="camera.close"):
    """The performer closes a client's camera (its `id` in `me.cameras`): that client goes out."""

    cid: Cid
    id: Id


class VoyeursSet(Struct, tag_field="t", tag="voyeurs.set"):
    """The performer lets voyeurs watch private shows from now on, where the mode has it, or no more."""

    cid: Cid
    value: bool


class BlockClient(Struct, tag_field="t", tag="client.block"):
    """The performer does not let a client in any more. `client` is the id given in requests and private shows."""

    cid: Cid
    client: Id


class TipGive(Struct, tag_field="t", tag="tip.give", forbid_unknown_fields=True):
    """The client gives `amount` tokens with an option (by its id): the amount of that option, or a free one within the
    bounds. What else such a frame carries is refused, whoever put it there."""

    cid: Cid
    option: int
    amount: str


class GoalAdd(Struct, tag_field="t", tag="goal.add"):
    """The performer adds a goal of `amount` tokens behind the others."""

    cid: Cid
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    amount: str


class GoalMove(Struct, tag_field="t", tag="goal.move"):
    """The performer moves the goal `id` one place, `up` or down."""

    cid: Cid
    id: int
    up: bool


class GoalDelete(Struct, tag_field="t", tag="goal.delete"):
    cid: Cid
    id: int


class GoalsReset(Struct, tag_field="t", tag="goals.reset"):
    """All goals of the room begin again at nothing."""

    cid: Cid


class CheckInInvite(Struct, tag_field="t", tag="check_in.invite"):
    """The performer, live, asks another performer (by the uuid) into the show."""

    cid: Cid
    performer: Id


class CheckInAnswer(Struct, tag_field="t", tag="check_in.answer"):
    """Whoever was asked comes in, or does not."""

    cid: Cid
    id: Id
    accept: bool


class CheckInEnd(Struct, tag_field="t", tag="check_in.end"):
    """The guest leaves, or the host takes it back."""

    cid: Cid
    id: Id


class MediaAttend(Struct, tag_field="t", tag="media.attend"):
    """For a show by text: this tab is where the person is there. `beat` comes once a second from now on, and each that
    is answered proves it. `take_over` moves the show from another tab to this one."""

    cid: Cid
    take_over: bool = False


class KindsSet(Struct, tag_field="t", tag="kinds.set"):
    """The performer offers these kinds of private shows, where the mode has them."""

    cid: Cid
    value: list[Literal["video", "audio", "text"]]


class BeatBack(Struct, tag_field="t", tag="beat.back"):
    """Yes. Only the newest `n` counts, for the moment in which it was asked."""

    n: int


class MediaOffer(Struct, tag_field="t", tag="media.offer"):
    """A browser's SDP offer for one direction. `take_over` moves the show from another tab to this one. `camera`: one
    subscribes to this one of `room.tiles`, or the performer to one of `me.cameras`."""

    cid: Cid
    direction: Literal["publish", "subscribe"]
    sdp: Annotated[str, Meta(min_length=1, max_length=60_000)]
    take_over: bool = False
    camera: Id | None = None


class MediaLeave(Struct, tag_field="t", tag="media.leave"):
    """This tab closes its media on purpose (sent on pagehide too)."""

    cid: Cid


class Ping(Struct, tag_field="t", tag="ping"):
    """Answered by `pong`; also keeps presence alive."""

    n: int = 0


ClientMessage = (
    Hello
    | ChatSend
    | ChatNames
    | ChatDelete
    | ChatMute
    | ChatKick
    | ChatBan
    | ChatSlow
    | ShowStart
    | ShowMode
    | ShowEnd
    | RequestsSet
    | RequestCreate
    | RequestCancel
    | RequestAnswer
    | CallJoin
    | CallCancel
    | PrivateEnd
    | GroupEnter
    | GroupLeave
    | CameraClose
    | VoyeursSet
    | BlockClient
    | TipGive
    | GoalAdd
    | GoalMove
    | GoalDelete
    | GoalsReset
    | CheckInInvite
    | CheckInAnswer
    | CheckInEnd
    | KindsSet
    | MediaOffer
    | MediaAttend
    | MediaLeave
    | BeatBack
    | Ping
)


_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def decode(frame: str | bytes) -> ClientMessage:
    """Raises `msgspec.MsgspecError` (bad JSON, unknown type, wrong field)."""
    return _decoder.decode(frame)
