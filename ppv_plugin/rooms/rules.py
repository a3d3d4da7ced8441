"""Decisions about rooms: which price is in force, whether one may be set, what ratings come to, what is new. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from ppv_plugin.ledger.rules import tokens

TWO_WAY_SLOTS_MAX = 12  # more cameras than that nobody can look at, and each is a connection of its own
GROUP_CPM_MAX = 100_000  # hundredths: nobody means to charge more than a thousand tokens a minute
STARS_MAX = 5
VIDEO, AUDIO, TEXT = "video", "audio", "text"
KINDS = (VIDEO, AUDIO, TEXT)  # of modes and of private shows, each less than the one before
CPM_FIELDS = {VIDEO: "private_cpm", AUDIO: "private_audio_cpm", TEXT: "private_text_cpm"}  # of a site and of a room
NEW_FOR = timedelta(days=14)
# Sorted as if five clients had given 3.5 before anybody rated: one 5 does not pass two hundred who gave 4.8.
_PRIOR_COUNT, _PRIOR_SUM = 5, 17.5


class Terms(Struct, frozen=True):
    """What a room mode says, frozen when a show starts. Amounts in hundredths per minute."""

    key: str
    name: str
    group_cpm: int
    grace_seconds: int
    rule: str
    requests_enabled: bool
    viewers_max: int | None
    snapshot_seconds: int | None  # None = no pictures
    features: dict[str, Any] = {}  # what the site's own apps made modes say (hook `ppv_mode_features`)
    voyeur_cpm: int | None = None  # None = nobody watches unseen
    voyeur_private: bool = False
    two_way_slots: int = 0
    two_way_cpm: int = 0
    split_by: str = "equal"  # how performers who are checked in share, `PricingSettings.check_in_split`
    lobby: bool = False  # no public picture
    lobby_chat: bool = False
    by_link: bool = False  # calls come by link alone
    conference: bool = False  # everybody sees the cameras of the 2-way
    recorded: bool = False
    kind: str = VIDEO
    private_kinds: tuple[str, ...] = (VIDEO,)


def offered_kinds(kind: str, *wanted: Collection[str]) -> tuple[str, ...]:
    """Of the kinds that everybody concerned wants, those that are no more than `kind`."""
    return tuple(one for one in KINDS[KINDS.index(kind) :] if all(one in some for some in wanted))


class PriceRefused(ValueError):
    """The price lies outside the site's bounds, or prices may not be set. `bound` names it in tokens."""

    def __init__(self, reason: str, bound: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.bound = bound


def private_cpm(*, own: Sequence[int | None], site: int, low: int, high: int, own_allowed: bool) -> int:
    """The first of the performer's own prices that there is (for one client, then for the room), when the site lets
    performers have prices, else the site's. One that was set under other bounds counts as the bound it passes."""
    price = next((cpm for cpm in own if cpm is not None), None)
    if price is None or not own_allowed:
        return site
    return min(max(price, low), high)


def check_own_cpm(*, cpm: int, low: int, high: int, allowed: bool) -> None:
    """Raises PriceRefused (reason: not_allowed, too_low, too_high)."""
    if not allowed:
        raise PriceRefused("not_allowed")
    if cpm < low:
        raise PriceRefused("too_low", tokens(low))
    if cpm > high:
        raise PriceRefused("too_high", tokens(high))


def rating_score(*, total: int, count: int) -> int:
    """Thousandths of stars to sort rooms by; 0 = nobody has rated."""
    return round(1000 * (total + _PRIOR_SUM) / (count + _PRIOR_COUNT)) if count else 0


def average_tenths(*, total: int, count: int) -> int:
    """Tenths of stars, a half rounded up."""
    return (20 * total + count) // (2 * count)


def is_new(*, created_at: datetime, now: datetime) -> bool:
    return now - created_at < NEW_FOR
