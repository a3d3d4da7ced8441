"""Decisions about prices: which price is in force, and whether one may be set. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ppv_plugin.ledger.rules import tokens

GROUP_CPM_MAX = 100_000  # hundredths: nobody means to charge more than a thousand tokens a minute


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
