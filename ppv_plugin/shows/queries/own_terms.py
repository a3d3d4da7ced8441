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
from ..rules import GROUP, MANNERS, GraceUsed, manner_cpm, private_kinds, with_grace_left
from ..states import OwnKind, OwnTerms
from .grace import grace_used
from .prices import minimum_of, offered, private_offered


def own_terms(*, room: Any, show: Show, client: Any, wallet: Balance, now: datetime) -> OwnTerms:
    allowed = limits.allowances(account_ids=[wallet.account_id] if wallet.account_id else [], now=now)
    more = allowed[wallet.account_id].more() if wallet.account_id in allowed else None
    bound = None if more is None else max(more, 0)
    tariffs = _tariffs(room, show)
    used = grace_used(subject=GROUP, room=room, client=client, now=now) if tariffs else GraceUsed()
    found: dict[str, int | None] = {}
    for manner, tariff in tariffs.items():
        own = with_grace_left(tariff, used)
        found[f"{manner}_grace_seconds"] = _seconds_left(tariff, own, used)
        found[f"{manner}_ends_ms"] = _ends_ms(own, bound, wallet)
    return OwnTerms(
        group_grace_seconds=next((found[f"{manner}_grace_seconds"] for manner in tariffs), None),
        allowance=None if bound is None else tokens(bound),
        group_ends_ms=found.get("group_ends_ms"),
        voyeur_ends_ms=found.get("voyeur_ends_ms"),
        two_way_ends_ms=found.get("two_way_ends_ms"),
        **_private(room, show, client, bound, wallet, now),
    )


def _private(room: Any, show: Show, client: Any, bound: int | None, wallet: Balance, now: datetime) -> dict[str, Any]:
    """What is said of private shows: of each kind, and of the first for itself."""
    kinds = private_kinds(show.terms, room.performer) if show.terms["requests_enabled"] else ()
    if not kinds:
        return {}
    used = grace_used(subject="private", room=room, client=client, now=now)
    prices, cpms = rooms.pricing(room.site), rooms.client_cpms(room=room, client=client)
    full = {kind: private_offered(room, prices, kind, cpms.get(kind)) for kind in kinds}
    own = {kind: with_grace_left(tariff, used) for kind, tariff in full.items()}
    each = [
        OwnKind(
            kind,
            tokens(one.cpm),
            tokens(minimum_of(full[kind])),
            _ends_ms(one, bound, wallet),
            special=one.cpm != rooms.private_cpm(room, prices, kind=kind),
        )
        for kind, one in own.items()
    ]
    first, differs = kinds[0], each[0].special
    return {
        "private_grace_seconds": _seconds_left(full[first], own[first], used),
        "private_ends_ms": each[0].ends_ms,
        "private_cpm": each[0].cpm if differs else None,
        "private_minimum": each[0].minimum if differs else None,
        "private_kinds": each,
    }


def _ends_ms(own: Tariff, bound: int | None, wallet: Balance) -> int | None:
    if bound is None or bound >= wallet.available - reserve(own):
        return None
    try:
        return affordable_ms(own, bound)
    except RuleUnavailable:
        return 0


def _tariffs(room: Any, show: Show) -> dict[str, Tariff]:
    """What can be paid for in the public show, each with the whole grace."""
    prices, terms = rooms.pricing(room.site), show.terms
    return {
        manner: offered(rule=terms["rule"], cpm=cpm, grace_seconds=terms["grace_seconds"], prices=prices)
        for manner in MANNERS
        if (cpm := manner_cpm(terms, manner)) is not None
    }


def _seconds_left(full: Tariff, own: Tariff, used: GraceUsed) -> int | None:
    return grace_free_ms(own) // 1000 if used.ms and grace_free_ms(full) else None
