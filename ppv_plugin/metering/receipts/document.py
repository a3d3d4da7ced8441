"""The receipt as a document, `ppv.receipt.v1`: what both sides, the studio and the site agree on, and back again.

The order of the fields is part of the schema. Amounts are texts with two decimals, times are UTC, codes are the
product's own (words for people are made when it is shown). Nobody is named but by a public name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ppv_plugin.ledger.rules import parse_tokens, tokens
from ppv_plugin.metering.queries import Receipt, Share, TimelineEntry, event_text, rule_words
from ppv_plugin.metering.rules import BY_PRESENCE, Party, Split, Tariff, grace_free_ms

from .rules import SCHEMA

# the numbers besides the price that decide a charge under each rule
RULE_NUMBERS: dict[str, tuple[str, ...]] = {
    "per_second": ("grace_ms",),
    "started_minutes": ("grace_ms",),
    "upfront_minutes": (),
    "upfront_after_grace": ("grace_ms",),
    "threshold": ("threshold_ms",),
    "steps": ("grace_ms", "step_ms"),
    "minimum": ("grace_ms", "minimum_ms"),
    "blocks": ("block_ms",),
    "once": (),
}
_PRICE = {"once": "price"}  # what the price is called where it is not one per minute
_ENDS = ("closed", "paid")
_OF_OWN_RULES = ("grace_ms",)


def document_of(receipt: Receipt) -> dict[str, Any]:
    """What is signed. Depends on nothing that may change once the session is closed."""
    timeline = _until_closed(receipt.timeline)
    return {
        "schema": SCHEMA,
        "receipt": str(receipt.id),
        "kind": receipt.subject,
        "room": _name(receipt, "room"),
        "mode": _name(receipt, "mode"),
        "media": _name(receipt, "media"),
        "performer": _name(receipt, "performer"),
        "client": _name(receipt, "client"),
        "opened_at": _time(receipt.opened_at),
        "started_at": _time(receipt.started_at),
        "closed_at": _time(receipt.closed_at),
        "reason": receipt.reason,
        "rule": _rule(receipt.tariff),
        "used_ms": receipt.used_ms,
        "unit": "token",
        "total": tokens(receipt.total),
        "grace": {"free_ms": max(grace_free_ms(receipt.tariff), 0), "nothing_charged": receipt.within_grace},
        "split": _split(receipt.tariff),
        "amounts": [
            {"role": share.kind, "name": share.name or _name(receipt, share.kind), "amount": tokens(share.amount)}
            for share in receipt.shares
        ],
        "pauses": _pauses(timeline, receipt.closed_at),
        "timeline": [
            {"at": _time(line.at), "used_ms": line.used_ms, "event": line.kind, "note": line.note} for line in timeline
        ],
    }


def receipt_from(document: dict[str, Any], *, live: Receipt | None = None) -> Receipt:
    """The receipt as the document tells it. Accounts, which it does not name, are those of `live`, or 0."""
    rule = document["rule"]
    names = {name: document[name] for name in ("room", "mode", "media", "performer", "client")}
    told = [
        Share(amount["role"], "", 0, parse_tokens(amount["amount"]), amount["name"]) for amount in document["amounts"]
    ]
    return Receipt(
        id=UUID(document["receipt"]),
        subject=document["kind"],
        facts={**live.facts, **names} if live else names,
        tariff=live.tariff if live else _tariff(document),
        rule=rule["name"],
        rule_text=rule_words(
            rule["name"], reserve_minutes=rule.get("reserve_minutes", 0), frozen=rule.get("text", rule["name"])
        ),
        cpm=_price(rule),
        grace_seconds=document["grace"]["free_ms"] // 1000,
        opened_at=datetime.fromisoformat(document["opened_at"]),
        started_at=_moment(document["started_at"]),
        closed_at=_moment(document["closed_at"]),
        used_ms=document["used_ms"],
        total=parse_tokens(document["total"]),
        within_grace=document["grace"]["nothing_charged"],
        reason=document["reason"],
        client_account_id=live.client_account_id if live else 0,
        shares=_of_accounts(told, live.shares) if live else told,
        timeline=[_line(line) for line in document["timeline"]],
    )


def _of_accounts(told: list[Share], live: list[Share]) -> list[Share]:
    both = zip(told, live, strict=False)
    return [replace(own, amount=share.amount) if own.kind == share.kind else share for share, own in both]


def _line(line: dict[str, Any]) -> TimelineEntry:
    text = event_text(line["event"], line["note"])
    return TimelineEntry(datetime.fromisoformat(line["at"]), line["used_ms"], line["event"], text, line["note"])


def _tariff(document: dict[str, Any]) -> Tariff:
    split = document["split"]
    parties = tuple(
        Party(0, party["weight"], None, parse_tokens(party["studio_percent"])) for party in split["performers"]
    )
    rule = document["rule"]
    numbers = {name: rule[name] for name in RULE_NUMBERS.get(rule["name"], _OF_OWN_RULES)}
    return Tariff(
        rule=document["rule"]["name"],
        cpm=_price(document["rule"]),
        split=Split(parse_tokens(split["performers_percent"]), parties, 0),
        reserve_minutes=rule.get("reserve_minutes", 0),
        rule_text=rule.get("text", ""),
        **numbers,
    )


def _name(receipt: Receipt, fact: str) -> str:
    return str(receipt.facts.get(fact, ""))


def _rule(tariff: Tariff) -> dict[str, Any]:
    numbers = {name: getattr(tariff, name) for name in RULE_NUMBERS.get(tariff.rule, _OF_OWN_RULES)}
    if tariff.rule_text:
        numbers["text"] = tariff.rule_text
    if tariff.reserve_minutes:
        numbers["reserve_minutes"] = tariff.reserve_minutes
    return {"name": tariff.rule, _PRICE.get(tariff.rule, "price_per_minute"): tokens(tariff.cpm), **numbers}


def _price(rule: dict[str, Any]) -> int:
    return parse_tokens(rule[_PRICE.get(rule["name"], "price_per_minute")])


def _split(tariff: Tariff) -> dict[str, Any]:
    """Who shares; `later`: who shares what is owed beyond so much, in their order, where others joined or left."""
    later = [{"after": tokens(change.after), **_percent(change.split)} for change in tariff.later]
    return _percent(tariff.split) | ({"later": later} if later else {})


def _percent(split: Split) -> dict[str, Any]:
    """Shares in percent: of every charge to the performers, among them by weight (`by`: of what the weights are, where
    they are not equal), and of each part to a studio."""
    by = {"by": "seconds_on_stage"} if split.by == BY_PRESENCE and len(split.parties) > 1 else {}
    return {
        "performers_percent": tokens(split.performer_bp),
        **by,
        "performers": [{"weight": party.weight, "studio_percent": tokens(party.studio_bp)} for party in split.parties],
    }


def _until_closed(timeline: list[TimelineEntry]) -> list[TimelineEntry]:
    """What came after the end, such as a refund, has documents of its own."""
    ends = [n for n, line in enumerate(timeline) if line.kind in _ENDS]
    return timeline[: ends[0] + 1] if ends else timeline


def _pauses(timeline: list[TimelineEntry], closed_at: datetime | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    since: TimelineEntry | None = None
    for line in timeline:
        if line.kind == "paused" and since is None:
            since = line
        elif line.kind == "resumed" and since is not None:
            found.append({"from": _time(since.at), "until": _time(line.at), "used_ms": since.used_ms})
            since = None
    if since is not None:
        found.append({"from": _time(since.at), "until": _time(closed_at), "used_ms": since.used_ms})
    return found


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
