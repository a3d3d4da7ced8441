"""What entering would mean for one client: the grace it has left, and where its own limits would end it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ppv_plugin.ledger import limits
from ppv_plugin.ledger.queries import Balance
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.rules import Split, Tariff, affordable_ms, grace_free_ms
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms import rules as room_rules

from ..models import Show
from ..rules import GraceUsed, with_grace_left
from ..states import OwnTerms
from .grace import grace_used

_NOBODY = Split(0, (), 0)  # who earns does not matter to how long a sum lasts


def own_terms(*, room: Any, show: Show, client: Any, wallet: Balance, now: datetime) -> OwnTerms:
    allowed = limits.allowances(account_ids=[wallet.account_id] if wallet.account_id else [], now=now)
    more = allowed[wallet.account_id].more() if wallet.account_id in allowed else None
    bound = None if more is None else max(more, 0)
    ends_at_limit = bound is not None and bound < wallet.available
    found: dict[str, int | None] = {}
    for subject, tariff in _tariffs(room, show).items():
        used = grace_used(subject=subject, room=room, client=client, now=now)
        own = with_grace_left(tariff, used)
        found[f"{subject}_grace_seconds"] = _seconds_left(tariff, own, used)
        found[f"{subject}_ends_ms"] = affordable_ms(own, bound) if bound is not None and ends_at_limit else None
    return OwnTerms(allowance=None if bound is None else tokens(bound), **found)


def _tariffs(room: Any, show: Show) -> dict[str, Tariff]:
    """What can be paid for in this show, as it is for everybody."""
    prices, terms = rooms.pricing(room.site), show.terms
    found = {}
    if terms["group_cpm"]:
        found["group"] = _tariff(terms["rule"], terms["group_cpm"], terms["grace_seconds"])
    if terms["requests_enabled"]:
        cpm = room_rules.private_cpm(
            own=room.private_cpm, site=prices.private_cpm, own_allowed=prices.performer_pricing
        )
        found["private"] = _tariff(prices.rule, cpm, prices.grace_seconds)
    return found


def _tariff(rule: str, cpm: int, grace_seconds: int) -> Tariff:
    return Tariff(rule=rule, cpm=cpm, split=_NOBODY, grace_ms=grace_seconds * 1000)


def _seconds_left(full: Tariff, own: Tariff, used: GraceUsed) -> int | None:
    return grace_free_ms(own) // 1000 if used.ms and grace_free_ms(full) else None
