"""A price as screens show it, and what somebody would agree to."""

from __future__ import annotations

from typing import Any

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.queries import rule_words
from ppv_plugin.metering.rules import RuleUnavailable, Split, Tariff, grace_free_ms, minimum_funds
from ppv_plugin.rooms import queries as rooms

from ..rules import THRESHOLD_SECONDS
from ..states import Price


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
