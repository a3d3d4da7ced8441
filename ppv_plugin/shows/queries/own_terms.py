"""What entering would mean for one client: the grace it has left, and where its own limits would end it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ppv_plugin.ledger import limits
from ppv_plugin.ledger.queries import Balance
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.rules import RuleUnavailable, Tariff, affordable_ms, grace_free_ms, reserve
from ppv_plugin.rooms import queries as rooms

from ..models import Show
from ..rules import MANNERS, GraceUsed, manner_cpm, with_grace_left
from ..states import OwnTerms
from .grace import grace_used
from .prices import minimum_of, offered


def own_terms(*, room: Any, show: Show, client: Any, wallet: Balance, now: datetime) -> OwnTerms:
    allowed = limits.allowances(account_ids=[wallet.account_id] if wallet.account_id else [], now=now)
    more = allowed[wallet.account_id].more() if wallet.account_id in allowed else None
    bound = None if more is None else max(more, 0)
    client_cpm = rooms.client_cpm(room=room, client=client)
    tariffs = _tariffs(room, show, client_cpm)
    found: dict[str, int | None] = {}
    for subject, tariff in tariffs.items():
        used = grace_used(subject="private" if subject == "private" else "group", room=room, client=client, now=now)
        own = with_grace_left(tariff, used)
        found[f"{subject}_grace_seconds"] = _seconds_left(tariff, own, used)
        found[f"{subject}_ends_ms"] = _ends_ms(own, bound, wallet)
    private_cpm, private_minimum = _own_price(room, tariffs.get("private"), client_cpm)
    return OwnTerms(
        group_grace_seconds=next((found[f"{manner}_grace_seconds"] for manner in MANNERS if manner in tariffs), None),
        private_grace_seconds=found.get("private_grace_seconds"),
        allowance=None if bound is None else tokens(bound),
        group_ends_ms=found.get("group_ends_ms"),
        private_ends_ms=found.get("private_ends_ms"),
        private_cpm=private_cpm,
        private_minimum=private_minimum,
        voyeur_ends_ms=found.get("voyeur_ends_ms"),
        two_way_ends_ms=found.get("two_way_ends_ms"),
    )


def _own_price(room: Any, private: Tariff | None, client_cpm: int | None) -> tuple[str | None, str | None]:
    """Price and minimum; nothing for a client who pays what everybody pays."""
    prices = rooms.pricing(room.site)
    if private is None or client_cpm is None or private.cpm == rooms.private_cpm(room, prices):
        return None, None
    return tokens(private.cpm), tokens(minimum_of(private))


def _ends_ms(own: Tariff, bound: int | None, wallet: Balance) -> int | None:
    if bound is None or bound >= wallet.available - reserve(own):
        return None
    try:
        return affordable_ms(own, bound)
    except RuleUnavailable:
        return 0


def _tariffs(room: Any, show: Show, client_cpm: int | None) -> dict[str, Tariff]:
    """What can be paid for in this show, each with the whole grace."""
    prices, terms = rooms.pricing(room.site), show.terms
    found = {
        manner: offered(rule=terms["rule"], cpm=cpm, grace_seconds=terms["grace_seconds"], prices=prices)
        for manner in MANNERS
        if (cpm := manner_cpm(terms, manner)) is not None
    }
    if terms["requests_enabled"]:
        cpm = rooms.private_cpm(room, prices, client_cpm=client_cpm)
        found["private"] = offered(rule=prices.rule, cpm=cpm, grace_seconds=prices.grace_seconds, prices=prices)
    return found


def _seconds_left(full: Tariff, own: Tariff, used: GraceUsed) -> int | None:
    return grace_free_ms(own) // 1000 if used.ms and grace_free_ms(full) else None
