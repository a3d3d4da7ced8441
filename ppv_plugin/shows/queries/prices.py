"""A price as screens show it, and what somebody would agree to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.queries import rule_words
from ppv_plugin.metering.rules import RuleUnavailable, Split, Tariff, grace_free_ms, minimum_funds
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.rules import KINDS, VIDEO

from ..rules import THRESHOLD_SECONDS
from ..states import KindOffer, OwnKind, OwnTerms, Price, PrivateOffer


@dataclass(frozen=True, slots=True)
class PrivatePrices:
    """What private shows cost by kind. `several`: the lowest price is not that of every kind."""

    kinds: Sequence[KindOffer | OwnKind]
    lowest: KindOffer | OwnKind
    several: bool

    @property
    def every(self) -> list[tuple[str, str | None]]:
        """Each kind there is and its price, None where it is not offered."""
        found = {one.kind: one.cpm for one in self.kinds}
        return [(kind, found.get(kind)) for kind in KINDS]


def private_prices(offer: PrivateOffer, own: OwnTerms | None = None) -> PrivatePrices:
    """For everybody, or for the one client whose `own` terms these are."""
    kinds: Sequence[KindOffer | OwnKind] = (own.private_kinds if own is not None else []) or offer.kinds
    kinds = kinds or [KindOffer(VIDEO, offer.price.cpm, offer.minimum)]
    lowest = min(kinds, key=lambda one: Decimal(one.cpm))
    return PrivatePrices(kinds, lowest, any(Decimal(one.cpm) != Decimal(lowest.cpm) for one in kinds))


def price_of(tariff: Tariff) -> Price:
    return Price(
        cpm=tokens(tariff.cpm),
        grace_seconds=grace_free_ms(tariff) // 1000,
        rule=tariff.rule,
        rule_text=rule_words(tariff.rule, reserve_minutes=tariff.reserve_minutes, frozen=tariff.rule_text),
    )


def minimum_of(tariff: Tariff) -> int:
    """What is needed to start, as far as that can be said where the rule is not there any more."""
    try:
        return minimum_funds(tariff)
    except RuleUnavailable:
        return tariff.minutes_to_start * tariff.cpm


def offered(*, rule: str, cpm: int, grace_seconds: int, prices: Any) -> Tariff:
    """What somebody without earlier visits would agree to; who earns does not matter to what is shown."""
    return Tariff(
        rule=rule,
        cpm=cpm,
        split=Split(0, (), 0),
        grace_ms=grace_seconds * 1000,
        threshold_ms=THRESHOLD_SECONDS * 1000,
        minutes_to_start=prices.minutes_to_start,
        reserve_minutes=prices.reserve_minutes,
    )


def private_offered(room: Any, prices: Any, kind: str, client_cpm: int | None = None) -> Tariff:
    """The same for a private show of this kind; `client_cpm` is the price for one client."""
    cpm = rooms.private_cpm(room, prices, kind=kind, client_cpm=client_cpm)
    return offered(rule=prices.rule, cpm=cpm, grace_seconds=prices.grace_seconds, prices=prices)
