"""What the books have to say, without a database: dictionaries, whole numbers, one thing after the other.

The acceptance's formulas are written here once more, as exact fractions, so that an error in the product's arithmetic
is not also an error of its judge. Who is who stands in plain names; keys, rows and locks do not exist here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

MINUTE = 60_000
FOREVER = 10**15


# --- prices -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Terms:
    """`parties`: (performer, weight, studio or "", the studio's basis points)."""

    rule: str
    cpm: int
    grace: int
    parties: tuple[tuple[str, int, str, int], ...]
    performers_bp: int = 8000
    minutes_to_start: int = 0
    blocks: int = 1
    reserve_minutes: int = 0

    @property
    def kept(self) -> int:
        return self.reserve_minutes * self.cpm


def exact(t: Terms, d: int) -> Fraction:
    """R1 to R8 of the acceptance after `d` milliseconds, before rounding."""
    minute, late = Fraction(t.cpm, MINUTE), d - t.grace
    if t.rule == "per_second":
        return max(late, 0) * minute
    if t.rule == "started_minutes":
        return Fraction(ceil(Fraction(max(late, 0), MINUTE)) * t.cpm)
    if t.rule == "upfront_minutes":
        return Fraction((d // MINUTE + 1) * t.cpm if d > 0 else 0)
    if t.rule == "upfront_after_grace":
        return Fraction((late // MINUTE + 1) * t.cpm if late > 0 else 0)
    if t.rule == "threshold":
        return d * minute if d > 20_000 else Fraction(0)
    if t.rule == "steps":
        return ceil(Fraction(max(late, 0), 6_000)) * 6_000 * minute
    if t.rule == "minimum":
        return max(late, 300_000) * minute if late > 0 else Fraction(0)
    assert t.rule == "blocks"
    return Fraction(ceil(Fraction(d, 600_000)) * 10 * t.cpm)


def owed(t: Terms, d: int) -> int:
    return floor(exact(t, d) + Fraction(1, 2))


def reach(t: Terms, funds: int) -> int:
    """The last millisecond that `funds` pay for in full, found by looking for it."""
    if not t.cpm:
        return FOREVER
    last = int(bisect_right(range(FOREVER), funds, key=lambda d: ceil(exact(t, d)))) - 1
    return min(last, t.blocks * 600_000) if t.rule == "blocks" else last


def to_start(t: Terms) -> int:
    free = {"upfront_minutes": 0, "blocks": 0, "threshold": 20_000}.get(t.rule, t.grace)
    return max(t.minutes_to_start * t.cpm, t.kept + owed(t, free + 1)) if t.cpm else 0


def split(total: int, weights: list[int]) -> list[int]:
    """Largest remainder; of equal remainders the earlier one."""
    quotas = [Fraction(total * w, sum(weights)) for w in weights]
    parts = [floor(q) for q in quotas]
    for _hundredth in range(total - sum(parts)):
        poorest = max(range(len(parts)), key=lambda i: (quotas[i] - parts[i], -i))
        parts[poorest] += 1
    return parts


def shares(t: Terms, total: int) -> dict[str, int]:
    pool, house = split(total, [t.performers_bp, 10_000 - t.performers_bp])
    got: dict[str, int] = {}
    for (who, _weight, studio, studio_bp), part in zip(t.parties, split(pool, [p[1] for p in t.parties]), strict=True):
        own, theirs = split(part, [10_000 - studio_bp, studio_bp]) if studio else (part, 0)
        if studio:
            got[studio] = got.get(studio, 0) + theirs
        got[who] = got.get(who, 0) + own
    return got | {"house": house}


# --- sessions ---------------------------------------------------------------------------------------------------------
@dataclass
class Visit:
    client: str
    terms: Terms
    held: int
    order: int
    granted: int = 0
    proven: dict[str, int] = field(default_factory=dict)  # boot -> highest counter that arrived
    kept: int = 0  # their sum, and what an engine's clock has proved beside it
    flow: str = "idle"
    boot: str = ""
    anchor: int | None = None  # that engine's clock when this session had used nothing, while it flows without a break
    settled: int = 0
    settled_ms: int = 0
    postings: int = 0
    final: bool = False
    beyond: bool = False  # more was used than the reserve leaves
    open: bool = True
    reason: str = ""
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Not given back and not asked for by anybody."""
        return self.settled - sum(int(r["amount"]) for r in self.refunds.values() if r["state"] != "declined")


class Reference:
    """`balance` by name; "owes NAME" is what that account owes, below zero."""

    def __init__(self, *, grant_ms: int, settle_ms: int) -> None:
        self.balance: dict[str, int] = defaultdict(int)
        self.visits: dict[Any, Visit] = {}
        self.clocks: dict[str, int] = {}
        self.speakers: dict[str, str] = {}
        self.grant_ms, self.settle_ms = grant_ms, settle_ms

    # money
    def held(self, who: str) -> int:
        return sum(v.held for v in self.visits.values() if v.client == who)

    def free(self, who: str) -> int:
        return self.balance[who] - self.held(who)

    def move(self, debit: str, credit: str, amount: int) -> None:
        self.balance[debit] -= amount
        self.balance[credit] += amount

    def spend(self, debit: str, parts: dict[str, int]) -> bool:
        if self.free(debit) < sum(parts.values()):
            return False
        for credit, amount in parts.items():
            self.move(debit, credit, amount)
        return True

    # time
    def used(self, visit: Visit) -> int:
        """Of a session that flows without a break all but the last ten seconds of the engine's clock, once granted."""
        if visit.anchor is None or not visit.open:
            return visit.kept
        return max(visit.kept, min(self.clocks[visit.boot] - visit.anchor - 10_000, visit.granted))

    def speak(self, boot: str, mono: int, who: str) -> bool:
        """Whether `who` may speak for this engine; one who takes over trusts no anchor of those before."""
        before = self.speakers.get(boot, who)
        if before != who and mono < self.clocks[boot] + 3000:
            return False
        if before != who:
            for visit in self.visits.values():
                if visit.open and visit.boot == boot:
                    visit.kept, visit.anchor = self.used(visit), None
        self.speakers[boot], self.clocks[boot] = who, self.clocks.get(boot, mono)
        return True

    def hear(self, key: Any, boot: str, counter: int, flow: str, mono: int | None) -> None:
        """`mono`: the engine's clock at this moment, when somebody who speaks for it says so."""
        visit = self.visits[key]
        if not visit.open:
            return
        proven = dict(visit.proven)
        if (more := self.used(visit) - sum(proven.values())) > 0:
            proven[visit.boot] = proven.get(visit.boot, 0) + more
        late = counter < proven.get(boot, 0)
        proven[boot] = max(proven.get(boot, 0), counter)
        kept, anchor = sum(proven.values()), visit.anchor if boot == visit.boot else None
        if flow != "flowing" or late:
            anchor = None
        elif mono is not None:
            anchor = mono - kept
        if (kept, flow, anchor) != (visit.kept, visit.flow, visit.anchor):
            visit.proven, visit.kept, visit.flow, visit.boot, visit.anchor = proven, kept, flow, boot, anchor

    def open(self, key: Any, client: str, terms: Terms, held: int, order: int) -> None:
        visit = self.visits[key] = Visit(client, terms, held, order)
        visit.granted = reach(terms, held + min(self.free(client) - terms.kept, 0))

    def reserve(self, visit: Visit, ahead: int) -> bool:
        """Hold what the time until `ahead` from now costs, as far as there is money; True when it ends before."""
        t = visit.terms
        if not t.cpm:
            visit.granted = FOREVER
            return False
        used = self.used(visit)
        funds = visit.settled + visit.held + self.free(visit.client) - t.kept
        if t.kept:  # what was granted and used is paid for also where that leaves less than the reserve
            cost = owed(t, min(used, visit.granted))
            visit.beyond, funds = funds < cost, max(funds, cost)
        last = reach(t, funds)
        wanted = min(used + ahead, last)
        visit.held = min(max(visit.held, owed(t, wanted) - visit.settled), funds - visit.settled)
        visit.granted = max(reach(t, visit.settled + visit.held), wanted)
        return last <= used + ahead

    def settle(self, visit: Visit) -> bool:
        billed = min(self.used(visit), visit.granted)
        total = owed(visit.terms, billed)
        if total <= visit.settled:
            return False
        before, after = shares(visit.terms, visit.settled), shares(visit.terms, total)
        for payee, amount in after.items():
            self.move(visit.client, payee, amount - before[payee])
        visit.held -= total - visit.settled
        visit.settled, visit.settled_ms, visit.postings = total, billed, visit.postings + 1
        return True

    def tick(self) -> dict[str, set[Any]]:
        """First everybody's hold is extended, in the order of their keys, then what is due is posted."""
        done: dict[str, set[Any]] = {"granted": set(), "settled": set(), "exhausted": set(), "failed": set()}
        in_order = sorted(self.visits.items(), key=lambda item: item[1].order)
        paying = [(key, visit) for key, visit in in_order if visit.open and visit.terms.cpm]
        for key, visit in paying:
            if visit.granted >= self.used(visit) + self.grant_ms // 2 and not visit.terms.kept:
                continue
            before, used = visit.granted, self.used(visit)
            visit.final = self.reserve(visit, self.grant_ms)
            if visit.granted != before:
                done["granted"].add(key)
            if visit.final and (visit.beyond or used >= visit.granted):
                done["exhausted"].add(key)
        for key, visit in paying:
            ends = visit.final and self.used(visit) >= visit.granted
            if self.used(visit) >= visit.settled_ms + self.settle_ms and not ends and self.settle(visit):
                done["settled"].add(key)
        return done

    def close(self, key: Any, reason: str) -> bool:
        visit = self.visits[key]
        if not visit.open:
            return False
        visit.kept, visit.anchor = self.used(visit), None
        self.reserve(visit, 0)
        self.settle(visit)
        used = min(self.used(visit), visit.granted)
        visit.held, visit.open, visit.reason, visit.kept = 0, False, reason, used
        if visit.settled:
            for payee in shares(visit.terms, 0):
                self.move(payee, f"owes {payee}", min(-self.balance[f"owes {payee}"], self.balance[payee]))
        return True

    # giving back
    def refund(self, visit: Visit, cid: str) -> None:
        """Post the refund `cid`: in proportion to what each got, and what one no longer has it owes."""
        refund, got = visit.refunds[cid], shares(visit.terms, visit.settled)
        before = [r["parts"] for r in visit.refunds.values() if r["state"] == "posted"]
        given = {who: sum(parts.get(who, 0) for parts in before) for who in got}
        due = sum(given.values()) + refund["amount"]
        behind = [max(due * got[who] - given[who] * visit.settled, 0) for who in got]
        parts = dict(zip(got, split(refund["amount"], behind), strict=True))
        for who, part in parts.items():
            own = min(part, self.balance[who])
            self.move(who, visit.client, own)
            self.move(f"owes {who}", visit.client, part - own)
        refund |= {"state": "posted", "parts": parts}
