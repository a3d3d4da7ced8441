"""The billing rules, the split, and how far a balance reaches. Pure: whole milliseconds in, whole hundredths out.

Law: `owed` never falls when time grows, and a charge is always "owed so far less what was charged", so cutting time
into ticks changes no total. `affordable_ms` is the other direction: how long a sum lasts, to the exact unit (spec B-5).

Eight rules are ours. A site may have own ones (hook `ppv_billing_rules`), which `own_rules` finds by their id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ppv_plugin.ledger.rules import round_half_up, split_by_bp, split_by_weight

from . import own_rules
from .own_rules import RuleUnavailable as RuleUnavailable

MINUTE_MS = 60_000
UNLIMITED_MS = 10**15
# Media that flows is proven at least so often (`RELAY_STALL_SECONDS`, 9 s for sound alone): of a session that has not
# stopped, everything older than this is proven.
STEADY_LAG_MS = 10_000
FUNDS_MAX = 10**13  # more buys no more time than UNLIMITED_MS, and times MINUTE_MS it fits a 64-bit column


class Party(Struct, frozen=True):
    """A performer who earns from a session, and the studio that takes `studio_bp` of that part. `mark_ms`: how much of
    its time on stage stands in weights already."""

    account: int
    weight: int = 1
    studio_account: int | None = None
    studio_bp: int = 0
    mark_ms: int = 0


EQUALLY, BY_PRESENCE = "equal", "presence"


class Split(Struct, frozen=True):
    """`performer_bp` of every charge goes to the parties, the rest to the house (spec B-8).

    `by`: whether the weights are equal or seconds on stage. `occasion`: by whose times on stage each further charge is
    weighed (`weighed`); empty where the weights stand.
    """

    performer_bp: int
    parties: tuple[Party, ...]
    house_account: int
    by: str = EQUALLY
    occasion: str = ""


class Later(Struct, frozen=True):
    """Who shares from the moment on at which `after` hundredths were owed."""

    after: int
    split: Split


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
    reserve_minutes: int = 0  # the price of so many minutes stays in the wallet
    rule_text: str = ""  # an own rule in its own words, for a receipt that outlives the app it came with
    later: tuple[Later, ...] = ()  # where others share a later stretch of it


# msgspec works a class out on its first use, and two threads that do so at once crash the process: done here, in the
# import, which only one thread runs.
_decoder = msgspec.json.Decoder(Tariff)


def tariff_from(stored: Any) -> Tariff:
    """Raises msgspec.ValidationError for anything that is not a stored tariff."""
    return msgspec.convert(stored, Tariff, strict=True)


def tariff_from_text(text: str) -> Tariff:
    """The same from JSON as the database keeps it. Raises msgspec.ValidationError."""
    return _decoder.decode(text)


def tariff_to(tariff: Tariff) -> Any:
    return msgspec.to_builtins(tariff)


class Price(Struct, frozen=True):
    """What every billing rule comes to, so that one formula prices them all, here and in a statement of the database.

    Nothing is owed up to `free_ms`; beyond it the time less `shift_ms` is billed in started units of `unit_ms`, and
    never less than `minimum_ms`. Money reaches to `limit_ms` at most. A shift of -1 bills a unit when it begins.
    """

    cpm: int
    free_ms: int = 0
    shift_ms: int = 0
    unit_ms: int = 1
    minimum_ms: int = 0
    limit_ms: int = UNLIMITED_MS


# Rules R1 to R8 of the acceptance.
_PRICES: dict[str, Callable[[Tariff], Price]] = {
    "per_second": lambda t: Price(t.cpm, t.grace_ms, t.grace_ms),
    "started_minutes": lambda t: Price(t.cpm, t.grace_ms, t.grace_ms, MINUTE_MS),
    "upfront_minutes": lambda t: Price(t.cpm, 0, -1, MINUTE_MS),
    "upfront_after_grace": lambda t: Price(t.cpm, t.grace_ms, t.grace_ms - 1, MINUTE_MS),
    "threshold": lambda t: Price(t.cpm, t.threshold_ms),
    "steps": lambda t: Price(t.cpm, t.grace_ms, t.grace_ms, t.step_ms),
    "minimum": lambda t: Price(t.cpm, t.grace_ms, t.grace_ms, 1, t.minimum_ms),
    "blocks": lambda t: Price(t.cpm, 0, 0, t.block_ms, 0, t.blocks_agreed * t.block_ms),
}
RULES = tuple(_PRICES)
ONCE = "once"  # `cpm` is the whole price, owed before the first millisecond and the same ever after: a tip's
_PRICES[ONCE] = lambda t: Price(t.cpm, -1, UNLIMITED_MS, 1, MINUTE_MS, 0)


def is_own(rule: str) -> bool:
    """Whether a site's own function prices it, so that no statement of the database can."""
    return rule not in _PRICES


def price_of(tariff: Tariff) -> Price:
    """Raises RuleUnavailable for a site's own rule."""
    if is_own(tariff.rule):
        raise RuleUnavailable(tariff.rule)
    return _PRICES[tariff.rule](tariff)


def owed(tariff: Tariff, used_ms: int) -> int:
    """Hundredths owed after `used_ms` billable milliseconds in all. Raises RuleUnavailable."""
    if is_own(tariff.rule):
        return own_rules.owed(tariff, used_ms)
    price = price_of(tariff)
    if used_ms <= price.free_ms or not price.cpm:
        return 0
    units = -(-(used_ms - price.shift_ms) // price.unit_ms)
    return round_half_up(max(units * price.unit_ms, price.minimum_ms) * price.cpm, MINUTE_MS)


def affordable_ms(tariff: Tariff, funds: int) -> int:
    """The largest number of milliseconds whose exact price is within `funds`; UNLIMITED_MS when nothing is charged.
    Raises RuleUnavailable."""
    if not tariff.cpm:
        return UNLIMITED_MS
    funds = min(max(funds, 0), FUNDS_MAX)
    if is_own(tariff.rule):
        return own_rules.affordable_ms(tariff, funds, UNLIMITED_MS)
    price = price_of(tariff)
    if round_half_up(price.minimum_ms * price.cpm, MINUTE_MS) > funds:
        return price.free_ms
    billed_ms = funds * MINUTE_MS // price.cpm // price.unit_ms * price.unit_ms
    return min(max(price.free_ms, max(billed_ms, price.minimum_ms) + price.shift_ms), price.limit_ms)


def reserve(tariff: Tariff) -> int:
    """Hundredths that a session under this tariff never takes from the wallet."""
    return tariff.reserve_minutes * tariff.cpm


def lasting_ms(tariff: Tariff, funds: int) -> int:
    """How long a wallet with `funds` lasts: what is above the reserve may be spent. Raises RuleUnavailable."""
    return affordable_ms(tariff, funds - reserve(tariff))


def minimum_funds(tariff: Tariff) -> int:
    """What a client must have to start: the settable number of minutes, and never less than the first thing charged
    besides the reserve. Raises RuleUnavailable."""
    if not tariff.cpm:
        return 0
    first_charge = owed(tariff, grace_free_ms(tariff) + 1)
    return max(tariff.minutes_to_start * tariff.cpm, reserve(tariff) + first_charge)


def grace_free_ms(tariff: Tariff) -> int:
    """Milliseconds at the start that cost nothing under this rule; none under a rule that is not there any more."""
    return own_rules.free_ms(tariff) if is_own(tariff.rule) else price_of(tariff).free_ms


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


def parts(tariff: Tariff, total: int) -> dict[int, int]:
    """account -> part of `total`: each stretch among those who share it. The parts are >= 0 and sum to `total`."""
    if not tariff.later:
        return shares(tariff.split, total)
    found: dict[int, int] = {}
    begins = [0, *(later.after for later in tariff.later)]
    splits = [tariff.split, *(later.split for later in tariff.later)]
    for begin, end, split in zip(begins, [*begins[1:], total], splits, strict=True):
        for pk, part in shares(split, max(min(end, total) - begin, 0)).items():
            found[pk] = found.get(pk, 0) + part
    return found


def shared_from(tariff: Tariff, settled: int, split: Split) -> Tariff:
    """The tariff when what is owed beyond `settled` goes to the parties of `split`."""
    if not settled:
        return replace(tariff, split=split, later=())
    kept = tuple(later for later in tariff.later if later.after < settled)
    return replace(tariff, later=(*kept, Later(settled, split)))


def by_presence(split: Split, sent_ms: Mapping[int, int]) -> Split:
    """The same parties, weighed by the whole seconds each was on stage since its mark; equally if nobody was."""
    seconds = [max(sent_ms.get(party.account, 0) - party.mark_ms, 0) // 1000 for party in split.parties]
    if not any(seconds):
        return replace(split, by=EQUALLY, parties=tuple(replace(party, weight=1) for party in split.parties))
    both = zip(split.parties, seconds, strict=True)
    parties = tuple(replace(party, weight=n, mark_ms=party.mark_ms + n * 1000) for party, n in both)
    return replace(split, by=BY_PRESENCE, parties=parties)


def last_split(tariff: Tariff) -> Split:
    return tariff.later[-1].split if tariff.later else tariff.split


def shared_by_presence(tariff: Tariff) -> bool:
    """Whether the next charge is weighed by times on stage."""
    split = last_split(tariff)
    return bool(split.occasion) and len(split.parties) > 1


def weighed(tariff: Tariff, settled: int, sent_ms: Mapping[int, int]) -> Tariff:
    """The tariff in which what is owed beyond `settled` is shared by the time on stage that was not counted yet."""
    before = last_split(tariff)
    after = by_presence(before, sent_ms)
    begun = tariff.later[-1].after if tariff.later else 0
    if settled > begun and _same_ratio(before, after):  # one stretch, however often it was charged
        sums = zip(before.parties, after.parties, strict=True)
        joined = replace(after, parties=tuple(replace(new, weight=old.weight + new.weight) for old, new in sums))
        if tariff.later:
            return replace(tariff, later=(*tariff.later[:-1], Later(begun, joined)))
        return replace(tariff, split=joined)
    return shared_from(tariff, settled, after)


def _same_ratio(one: Split, other: Split) -> bool:
    if one.by != other.by:
        return False
    sums = [sum(party.weight for party in split.parties) for split in (one, other)]
    pairs = zip(one.parties, other.parties, strict=True)
    return all(mine.weight * sums[1] == theirs.weight * sums[0] for mine, theirs in pairs)


def presence_seconds(tariff: Tariff) -> dict[int, int]:
    """account -> the seconds by which it shared in all; empty where nothing was shared by them."""
    splits = [tariff.split, *(later.split for later in tariff.later)]
    found: dict[int, int] = {}
    for split in splits:
        if split.by == BY_PRESENCE and len(split.parties) > 1:
            for party in split.parties:
                found[party.account] = found.get(party.account, 0) + party.weight
    return found


class Grant(Struct, frozen=True):
    """RFC 8506 Granted-Service-Unit: the hold to have, how far it reaches, and whether nothing more can be granted."""

    hold: int
    granted_ms: int
    final: bool


def grant(tariff: Tariff, *, used_ms: int, settled: int, held: int, available: int, ahead_ms: int) -> Grant:
    """Extend the reservation to cover `ahead_ms` more than was used, as far as the funds reach.

    settled: hundredths already posted. held: hundredths set aside for this session. available: hundredths it may take
    besides. The hold never exceeds held + available, and shrinks only where that is less than `held`.
    Raises RuleUnavailable.
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
