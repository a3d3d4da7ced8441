"""Tariffs for the tests of pure rules."""

from __future__ import annotations

from ppv_plugin.metering.rules import Party, Split, Tariff

SPLIT = Split(performer_bp=8000, parties=(Party(account=1),), house_account=9)


def tariff(*, rule: str = "per_second", cpm: int = 200, grace_seconds: int = 0, blocks_agreed: int = 1000) -> Tariff:
    return Tariff(rule=rule, cpm=cpm, split=SPLIT, grace_ms=grace_seconds * 1000, blocks_agreed=blocks_agreed)
