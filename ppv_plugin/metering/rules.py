"""The eight billing rules, the split, and how far a balance reaches. Pure: whole milliseconds in, whole hundredths out.

Law: `owed` never falls when time grows, and a charge is always "owed so far less what was charged", so cutting time
into ticks changes no total. `affordable_ms` is the other direction: how long a sum lasts, to the exact unit (spec B-5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from ppv_plugin.ledger.rules import round_half_up, split_by_bp, split_by_weight

MINUTE_MS = 60_000
UNLIMITED_MS = 10**15


class Party(Struct, frozen=True):
    """A performer who earns from a session, and the studio that takes `studio_bp` of that part."""

    account: int
    weight: int = 1
    studio_account: int | None = None
    studio_bp: int = 0


class Split(Struct, frozen=True):
    """`performer_bp` of every charge goes to the parties, the rest to the house (spec B-8)."""

    performer_bp: int
    parties: tuple[Party, ...]
    house_account: int


class Tariff(Struct, frozen=True):
    """Everything that decides a charge, frozen when the session starts (spec B-1). `cpm` in hundredths per minute."""

    rule: str
    cpm: int
    split: Split
    grace_ms: int = 0
    threshold_ms: int = 20_000
    step_ms: int = 6_000
    minimum_ms: int = 300_000
    block_ms: int = 600_000
    blocks_agreed: int = 1
    minutes_to_start: int = 5


# msgspec works a class out on its first use, and two threads that do so at once crash the process: done here, in the
# import, which only one thread runs.
msgspec.json.Decoder(Tariff)


def tariff_from(stored: Any) -> Tariff:
    """Raises msgspec.ValidationError for anything that is not a stored tariff."""
    return msgspec.convert(stored, Tariff, strict=True)


def tariff_to(tariff: Tariff) -> Any:
    return msgspec.to_builtins(tariff)


# --- what is owed after d milliseconds (rules R1 to R8 of the acceptance) ---------------------------------------------
def _linear(ms: int, cpm: int) -> int:
    return round_half_up(ms * cpm, MINUTE_MS)


def _up(ms: int, unit_ms: int) -> int:
    return -(-ms // unit_ms)


def _per_second(t: Tariff, d: int) -> int:
    return _linear(max(d - t.grace_ms, 0), t.cpm)


def _started_minutes(t: Tariff, d: int) -> int:
    return _up(max(d - t.grace_ms, 0), MINUTE_MS) * t.cpm


def _upfront_minutes(t: Tariff, d: int) -> int:
    return (d // MINUTE_MS + 1) * t.cpm if d > 0 else 0


def _upfront_after_grace(t: Tariff, d: int) -> int:
    return ((d - t.grace_ms) // MINUTE_MS + 1) * t.cpm if d > t.grace_ms else 0


def _threshold(t: Tariff, d: int) -> int:
    return _linear(d, t.cpm) if d > t.threshold_ms else 0


def _steps(t: Tariff, d: int) -> int:
    return _linear(_up(max(d - t.grace_ms, 0), t.step_ms) * t.step_ms, t.cpm)


def _minimum(t: Tariff, d: int) -> int:
    return _linear(max(d - t.grace_ms, t.minimum_ms), t.cpm) if d > t.grace_ms else 0


def _blocks(t: Tariff, d: int) -> int:
    return _up(max(d, 0), t.block_ms) * _linear(t.block_ms, t.cpm)


# --- how long a sum lasts: the largest d whose exact price is within it -----------------------------------------------
def _lasts(funds: int, cpm: int) -> int:
    return funds * MINUTE_MS // cpm


def _per_second_lasts(t: Tariff, funds: int) -> int:
    return t.grace_ms + _lasts(funds, t.cpm)


def _started_minutes_last(t: Tariff, funds: int) -> int:
    return t.grace_ms + funds // t.cpm * MINUTE_MS


def _upfront_minutes_last(t: Tariff, funds: int) -> int:
    return max(funds // t.cpm * MINUTE_MS - 1, 0)


def _upfront_after_grace_lasts(t: Tariff, funds: int) -> int:
    return t.grace_ms + max(funds // t.cpm * MINUTE_MS - 1, 0)


def _threshold_lasts(t: Tariff, funds: int) -> int:
    return max(_lasts(funds, t.cpm), t.threshold_ms)


def _steps_last(t: Tariff, funds: int) -> int:
    return t.grace_ms + _lasts(funds, t.cpm) // t.step_ms * t.step_ms


def _minimum_lasts(t: Tariff, funds: int) -> int:
    if funds < _linear(t.minimum_ms, t.cpm):
        return t.grace_ms
    return t.grace_ms + max(_lasts(funds, t.cpm), t.minimum_ms)


def _blocks_last(t: Tariff, funds: int) -> int:
    return min(funds // _linear(t.block_ms, t.cpm), t.blocks_agreed) * t.block_ms


_RULES: dict[str, tuple[Callable[[Tariff, int], int], Callable[[Tariff, int], int]]] = {
    "per_second": (_per_second, _per_second_lasts),
    "started_minutes": (_started_minutes, _started_minutes_last),
    "upfront_minutes": (_upfront_minutes, _upfront_minutes_last),
    "upfront_after_grace": (_upfront_after_grace, _upfront_after_grace_lasts),
    "threshold": (_threshold, _threshold_lasts),
    "steps": (_steps, _steps_last),
    "minimum": (_minimum, _minimum_lasts),
    "blocks": (_blocks, _blocks_last),
}
RULES = tuple(_RULES)


def owed(tariff: Tariff, used_ms: int) -> int:
    """Hundredths owed after `used_ms` billable milliseconds in all."""
    return _RULES[tariff.rule][0](tariff, used_ms) if tariff.cpm else 0


def affordable_ms(tariff: Tariff, funds: int) -> int:
    """The largest number of milliseconds whose price is within `funds`; UNLIMITED_MS when nothing is charged."""
    return _RULES[tariff.rule][1](tariff, max(funds, 0)) if tariff.cpm else UNLIMITED_MS


def minimum_funds(tariff: Tariff) -> int:
    """What a client must have to start: the settable number of minutes, and never less than the first thing charged."""
    if not tariff.cpm:
        return 0
    first_charge = owed(tariff, grace_free_ms(tariff) + 1)
    return max(tariff.minutes_to_start * tariff.cpm, first_charge)


def grace_free_ms(tariff: Tariff) -> int:
    """Milliseconds at the start that cost nothing under this rule."""
    if tariff.rule in ("upfront_minutes", "blocks"):
        return 0
    return tariff.threshold_ms if tariff.rule == "threshold" else tariff.grace_ms


def shares(split: Split, total: int) -> dict[int, int]:
    """account -> part of `total`: house and performers by largest remainder, then among the performers, then each
    with their studio. The parts are >= 0 and sum to `total`."""
    pool, house = split_by_bp(total, split.performer_bp)
    found: dict[int, int] = {}
    parts = split_by_weight(pool, [p.weight for p in split.parties])
    for party, part in zip(split.parties, parts, strict=True):
        own = part
        if party.studio_account is not None:
            own, studio = split_by_bp(part, 10_000 - party.studio_bp)
            found[party.studio_account] = found.get(party.studio_account, 0) + studio
        found[party.account] = found.get(party.account, 0) + own
    found[split.house_account] = found.get(split.house_account, 0) + house
    return found


class Grant(Struct, frozen=True):
    """RFC 8506 Granted-Service-Unit: the hold to have, how far it reaches, and whether nothing more can be granted."""

    hold: int
    granted_ms: int
    final: bool


def grant(tariff: Tariff, *, used_ms: int, settled: int, held: int, available: int, ahead_ms: int) -> Grant:
    """Extend the reservation to cover `ahead_ms` more than was used, as far as the funds reach.

    settled: hundredths already posted. held: hundredths set aside for this session. available: hundredths free in the
    wallet. The hold never shrinks here and never exceeds held + available.
    """
    if not tariff.cpm:
        return Grant(held, UNLIMITED_MS, False)
    limit_ms = affordable_ms(tariff, settled + held + available)
    want_ms = min(used_ms + ahead_ms, limit_ms)
    hold = min(max(held, owed(tariff, want_ms) - settled), held + available)
    # A price rounded down is covered by a hold that is a fraction of a hundredth short of the exact price.
    granted_ms = max(affordable_ms(tariff, settled + hold), want_ms)
    return Grant(hold, granted_ms, limit_ms <= used_ms + ahead_ms)


def used_after(usage: dict[str, int], boot_id: str, flow_ms: int) -> dict[str, int]:
    """The usage map once the engine of this boot has said `flow_ms`: per boot only the highest counter matters, so
    late, doubled and reordered reports change nothing. The sum of the values is the used time."""
    if flow_ms <= usage.get(boot_id, 0):
        return usage
    return {**usage, boot_id: flow_ms}


def give_back(amount: int, *, got: Sequence[int], given: Sequence[int]) -> list[int]:
    """What each payee gives of a refund of `amount`, when of what it `got` it gave back `given` before.

    Each gives in proportion to what it got, by largest remainder over what it is behind with, so that part refunds
    keep to the proportion together: no part is ever below 0, none exceeds what its payee has left, and the last one
    brings all to exactly what they got. Raises ValueError when `amount` is more than is left.
    """
    whole, before = sum(got), sum(given)
    if not 0 < amount <= whole - before:
        raise ValueError("a refund lies between 1 and what is left")
    behind = [max((before + amount) * own - back * whole, 0) for own, back in zip(got, given, strict=True)]
    return split_by_weight(amount, behind)
