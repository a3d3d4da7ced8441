"""What screens show of rooms, people and meters: complete states, made by `queries`, sent by `realtime`.

Amounts are decimal strings in tokens, durations milliseconds, moments Unix milliseconds.
"""

from __future__ import annotations

from msgspec import Struct


class Price(Struct, frozen=True):
    """What is charged and how. `rule` is the rule's id, `rule_text` says it in words."""

    cpm: str
    grace_seconds: int
    rule: str
    rule_text: str


class KindOffer(Struct, frozen=True):
    """What a private show of this kind (video, audio or text) costs, and what is needed to ask for it."""

    kind: str
    cpm: str
    minimum: str


class OwnKind(Struct, frozen=True):
    """The same for one client; `ends_ms`: the time on the meter at which its own limits would end it; `special`: the
    price is not what everybody pays."""

    kind: str
    cpm: str
    minimum: str
    ends_ms: int | None = None
    special: bool = False


class PrivateOffer(Struct, frozen=True):
    """What a private show would cost here. `state`: open, busy, auto_reject, hidden or off. `watched`: voyeurs may
    watch it, unless it is by text. `kinds`: those that may be asked for; `price` and `minimum` are of the first."""

    state: str
    price: Price
    minutes_to_start: int
    minimum: str
    request_seconds: int
    watched: bool = False
    kinds: list[KindOffer] = []


class MannerOffer(Struct, frozen=True):
    """What it costs to be inside unseen, or with the own camera sent to the performer. `state`: open, busy (the
    performer is in private) or full. `slots` and those that are `free` are of the 2-way."""

    state: str
    price: Price
    minimum: str
    slots: int = 0
    free: int = 0


class GoalView(Struct, frozen=True):
    """What tips in a room add up to: `filled` of `amount`."""

    id: int
    title: str
    amount: str
    filled: str
    reached: bool


class CheckInView(Struct, frozen=True):
    """A performer in another's show: `name` is the other side, `state` invited or in, `room` the room's title."""

    id: str
    name: str
    state: str
    room: str


class TileView(Struct, frozen=True):
    """A camera that everybody who sees the show sees beside the large picture. `id` is what one subscribes to."""

    id: str
    name: str


class RoomView(Struct, frozen=True):
    """A room as everybody sees it. `status`: offline, free, paid, private, lobby (calls only, no public picture).
    `group` is set when the show is a paid one, and `group_minimum` then says what a client needs to enter.

    `mode_number` counts how often the performer changed the mode of this show; `mode_key` is the mode's key, the same
    in every language. `consent`: whoever is not inside has to agree to `group` before anything is seen; what was agreed
    to under another number counts for nothing. `slow_seconds`: one chat line of a client in so many seconds. `goals`:
    in their order. `voyeur`, `two_way`: None where the mode does not have it. `guests`: the names of the performers who
    are checked in, `tiles`: the cameras of those who send one, and all of a `conference`; none while the performer is
    in private. `lobby`: nobody is shown in public, also while the status is private. `talk`: whether those who are in
    may write. `by_link`: calls begin by link alone. `recorded`: the public show is, which whoever enters is told
    before. `recordable`: a private show is, if both sides agree. `kind`: what is sent, video, audio or text."""

    slug: str
    title: str
    performer: str
    status: str
    show: str | None
    mode: str | None
    group: Price | None
    private: PrivateOffer
    viewers: int
    live_at: int | None
    snapshot_url: str | None
    group_minimum: str | None = None
    mode_key: str | None = None
    mode_number: int = 0
    consent: bool = False
    slow_seconds: int = 0
    goals: list[GoalView] = []
    voyeur: MannerOffer | None = None
    two_way: MannerOffer | None = None
    guests: list[str] = []
    tiles: list[TileView] = []
    lobby: bool = False
    talk: bool = True
    by_link: bool = False
    conference: bool = False
    recorded: bool = False
    recordable: bool = False
    kind: str = "video"


class RequestView(Struct, frozen=True):
    """A private request. `minimum`: what is held for it. `recording`: the client agrees to one. `client`,
    `client_name` and `funded_minutes` are for the performer only."""

    id: str
    state: str
    media: str
    price: Price
    minimum: str
    expires_at: int
    client: str | None = None
    client_name: str | None = None
    funded_minutes: int | None = None
    recording: bool = False


class CallView(Struct, frozen=True):
    """A call by link, with its frozen price (0 = free) and what is needed for it. `accepted`: the client has agreed.
    `client_name` is for the performer only."""

    id: str
    price: Price
    minimum: str
    expires_at: int | None
    accepted: bool
    client_name: str | None = None


class CameraView(Struct, frozen=True):
    """A client who sends its camera, for the performer only. `id` is what the performer subscribes to and closes."""

    id: str
    client: str
    client_name: str


class SessionView(Struct, frozen=True):
    """The paid stretch one is in (`kind`: private, group, voyeur, two_way): a private show or a visit (`id`), with
    `partner`, the name of the other side. `client` is the id of the client, for the performer only. `mode_number`: of
    the show's modes the one that a visit was agreed to under. `recorded`: this private show is, as both agreed.
    `media`: video, audio or text."""

    kind: str
    id: str
    session: str
    price: Price
    partner: str
    client: str | None = None
    mode_number: int = 0
    recorded: bool = False
    media: str = "video"


class MeterView(Struct, frozen=True):
    """What has been proven and what it costs. `cutoff_ms`: value of `used_ms` at which the funds end; None = no end.
    `flow`: idle, flowing, stalled or cut. For the client `balance` is what is left after `cost`; the performer gets
    `earned` instead and no balance."""

    session: str
    used_ms: int
    cost: str
    flow: str
    grace_left_ms: int
    cutoff_ms: int | None
    balance: str | None = None
    earned: str | None = None


class ReceiptView(Struct, frozen=True):
    session: str
    url: str
    total: str
    used_ms: int
    reason: str
    earned: str | None = None


class OwnTerms(Struct, frozen=True):
    """How entering would be for this client in particular. `group_grace_seconds`, `private_grace_seconds`: the free
    seconds left where earlier visits have used some, else None. `allowance`: what the client's own limits still let it
    spend in a new session, None without limits; `group_ends_ms`, `private_ends_ms`: the time on the meter at which
    they would end it, None where the funds end it before; the same for `voyeur_ends_ms` and `two_way_ends_ms`. The free
    seconds of the group are those of every visit, however one is inside. `private_cpm`, `private_minimum`: the price
    that the performer set for this client and what it needs for it, None where it pays what everybody pays. What is
    said of private shows is said of the first kind that is offered, and of each in `private_kinds`."""

    group_grace_seconds: int | None = None
    private_grace_seconds: int | None = None
    allowance: str | None = None
    group_ends_ms: int | None = None
    private_ends_ms: int | None = None
    private_cpm: str | None = None
    private_minimum: str | None = None
    voyeur_ends_ms: int | None = None
    two_way_ends_ms: int | None = None
    private_kinds: list[OwnKind] = []


class PersonView(Struct, frozen=True):
    """One person's own state in a room. `role`: performer (of this room), guest (a performer who was asked into this
    show), client, visitor (not signed in) or moderator (there unseen, to keep order).
    `balance` is what can be spent. `elsewhere`: the media of this person's show is held by another tab.
    `requests` (pending ones), `requests_mode`, `private_kinds` (that the performer offers), `earned_today`, `show_tips`
    (what this show was tipped, before the split), `voyeurs` (whether they may watch private shows), `cameras`,
    `check_ins` (into this show), `visiting` (invitations of others, and where one is checked in; of a guest those into
    this show) and `calls` (by link, that are expected) are for the performer of the room, `own` for a client who is in
    no show of it, `call` for one who has a call by link here. `ref` stands for this person in mentions.
    `blocked_until`, `muted_until`: moments. `free_left_ms`: what is left of today's free watching, None where it has no
    end."""

    role: str
    name: str | None
    blocked: bool
    balance: str | None
    request: RequestView | None = None
    session: SessionView | None = None
    meter: MeterView | None = None
    elsewhere: bool = False
    requests: list[RequestView] = []
    requests_mode: str | None = None
    earned_today: str | None = None
    own: OwnTerms | None = None
    ref: str = ""
    blocked_until: int | None = None
    muted_until: int | None = None
    free_left_ms: int | None = None
    show_tips: str | None = None
    voyeurs: bool | None = None
    cameras: list[CameraView] = []
    check_ins: list[CheckInView] = []
    visiting: list[CheckInView] = []
    call: CallView | None = None
    calls: list[CallView] = []
    private_kinds: list[str] = []
