"""A site's own billing rules: how their functions are asked, and what happens when one is not there or breaks its word.

Pure: `find_by` is told by the app where rules are found. An own rule is asked for what is owed after a time; how long a
sum lasts and what is free at the start follow from that by search, to the millisecond.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

_FIRST_REACH_MS = 60_000
_DAY_MS = 86_400_000
_TELLING_CPM = 6_000_000  # a millisecond costs a whole token: so high a price rounds nothing down to free


class RuleUnavailable(Exception):
    """No app has this rule any more, or its function fails: nothing can be charged by it."""


class OwnRule(Protocol):
    """What `hooks.BillingRule` has for us. Both functions take their arguments by name, whole numbers only."""

    @property
    def owed(self) -> Callable[..., int]: ...

    @property
    def lasts_ms(self) -> Callable[..., int] | None: ...


class _Tariff(Protocol):
    @property
    def rule(self) -> str: ...

    @property
    def cpm(self) -> int: ...

    @property
    def grace_ms(self) -> int: ...


def _nowhere(_rule: str) -> OwnRule | None:
    return None


Finder = Callable[[str], OwnRule | None]
_find: Finder = _nowhere


def find_by(find: Finder) -> Finder:
    """From now on own rules are looked up so. Returns how they were before."""
    global _find
    before, _find = _find, find
    return before


def owed(tariff: _Tariff, used_ms: int) -> int:
    """Hundredths. Nothing is owed before any time was used, whatever the rule says. Raises RuleUnavailable."""
    if used_ms <= 0 or not tariff.cpm:
        return 0
    return _price(_rule(tariff), tariff, used_ms)


def affordable_ms(tariff: _Tariff, funds: int, limit_ms: int) -> int:
    """The largest time, `limit_ms` at most, after which no more than `funds` is owed. Raises RuleUnavailable.

    The rule's own answer is taken where it is exact to the millisecond, and searched for otherwise.
    """
    rule = _rule(tariff)

    def within(ms: int) -> bool:
        return ms <= 0 or _price(rule, tariff, ms) <= funds

    if rule.lasts_ms is not None:
        said = _asked(tariff.rule, rule.lasts_ms, cpm=tariff.cpm, grace_ms=tariff.grace_ms, funds=funds)
        if 0 <= said < limit_ms and within(said) and not within(said + 1):
            return said
    return _last(within, limit_ms)


def _last(holds: Callable[[int], bool], limit_ms: int) -> int:
    """The last millisecond up to `limit_ms` at which it holds, where it holds from 0 on without a gap."""
    reach = _FIRST_REACH_MS
    while reach < limit_ms and holds(reach):
        reach *= 2
    if reach >= limit_ms and holds(limit_ms):
        return limit_ms
    low, high = 0, min(reach, limit_ms)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def free_ms(tariff: _Tariff) -> int:
    """Milliseconds at the start that cost nothing at any price; 0 where the rule cannot be asked."""
    try:
        rule = _rule(tariff)
        numbers = {"cpm": _TELLING_CPM, "grace_ms": tariff.grace_ms}
        return _last(lambda ms: not _asked(tariff.rule, rule.owed, used_ms=ms, **numbers), _DAY_MS)
    except RuleUnavailable:
        return 0


def _rule(tariff: _Tariff) -> OwnRule:
    found = _find(tariff.rule)
    if found is None:
        raise RuleUnavailable(f"no app has the billing rule {tariff.rule!r}")
    return found


def _price(rule: OwnRule, tariff: _Tariff, used_ms: int) -> int:
    return _asked(tariff.rule, rule.owed, cpm=tariff.cpm, grace_ms=tariff.grace_ms, used_ms=used_ms)


def _asked(name: str, function: Callable[..., int], **numbers: Any) -> int:
    try:
        answer = function(**numbers)
    except Exception as error:
        raise RuleUnavailable(f"the billing rule {name!r} failed: {error!r}") from error
    if type(answer) is not int or answer < 0:
        raise RuleUnavailable(f"the billing rule {name!r} answered {answer!r}, not a whole number of 0 or more")
    return answer
