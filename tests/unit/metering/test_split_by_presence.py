"""Shares by seconds on stage: every charge is weighed by its own stretch, and the parts sum whatever happened."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ppv_plugin.metering import rules
from ppv_plugin.metering.rules import Party, Split, Tariff

HOUSE = 9
counts = st.integers(min_value=1, max_value=5)
times = st.integers(min_value=0, max_value=7_200_000)


def split(number: int = 2, *, bp: int = 8000, **more: Any) -> Split:
    parties = tuple(Party(account=pk) for pk in range(1, number + 1))
    return Split(bp, parties, HOUSE, occasion="show", **more)


def tariff(shared: Split) -> Tariff:
    return Tariff(rule="per_second", cpm=200, split=shared)


def of(parts: dict[int, int], number: int = 2) -> tuple[int, ...]:
    return tuple(parts[pk] for pk in (*range(1, number + 1), HOUSE))


def test_each_charge_is_shared_by_the_seconds_of_its_own_stretch() -> None:
    plan = rules.weighed(tariff(split()), 0, {1: 60_000, 2: 20_000})
    assert of(rules.parts(plan, 200)) == (120, 40, 40)
    plan = rules.weighed(plan, 200, {1: 90_000, 2: 110_000})  # 30 s and 90 s since
    assert of(rules.parts(plan, 200)) == (120, 40, 40)
    assert of(rules.parts(plan, 400)) == (160, 160, 80)
    assert rules.presence_seconds(plan) == {1: 90, 2: 110}


def test_a_ratio_that_stays_is_one_stretch_however_often_it_is_charged() -> None:
    plan = tariff(split())
    for turn in range(1, 11):
        plan = rules.weighed(plan, (turn - 1) * 100, {1: turn * 30_000, 2: turn * 30_000})
    assert plan.later == ()
    assert rules.presence_seconds(plan) == {1: 300, 2: 300}
    assert of(rules.parts(plan, 1000)) == (400, 400, 200)


def test_a_stretch_in_which_nobody_was_on_stage_is_shared_equally_and_says_so() -> None:
    plan = rules.weighed(tariff(split()), 0, {1: 400, 2: 900})
    assert of(rules.parts(plan, 100)) == (40, 40, 20)
    assert rules.presence_seconds(plan) == {}
    plan = rules.weighed(plan, 100, {1: 1400, 2: 900})  # what was below a second is not lost
    assert of(rules.parts(plan, 200)) == (120, 40, 40)


def test_who_joins_shares_from_the_own_first_second() -> None:
    alone = replace(split(1), parties=(Party(account=1),))
    plan = rules.weighed(tariff(alone), 0, {1: 60_000})
    joined = replace(split(2), parties=(Party(account=1, mark_ms=60_000), Party(account=2)))
    plan = rules.weighed(rules.shared_from(plan, 100, joined), 100, {1: 90_000, 2: 30_000})
    assert rules.parts(plan, 200) == {1: 120, 2: 40, HOUSE: 40}


@given(
    number=counts,
    bp=st.integers(min_value=0, max_value=10_000),
    steps=st.lists(
        st.tuples(st.integers(min_value=1, max_value=50_000), st.lists(times, min_size=5, max_size=5)), max_size=12
    ),
)
def test_the_parts_sum_and_none_is_negative_after_any_history(
    number: int, bp: int, steps: list[tuple[int, list[int]]]
) -> None:
    plan, settled, clock = tariff(split(number, bp=bp)), 0, dict.fromkeys(range(1, number + 1), 0)
    posted = dict.fromkeys((*clock, HOUSE), 0)
    for amount, passed in steps:
        clock = {pk: clock[pk] + passed[pk - 1] for pk in clock}
        plan = rules.weighed(plan, settled, clock)
        before, after = rules.parts(plan, settled), rules.parts(plan, settled + amount)
        assert before == posted  # what was posted stays: a new weight is for what comes after
        posted, settled = after, settled + amount
        assert sum(posted.values()) == settled
        assert min(posted.values()) >= 0
    assert all(party.mark_ms <= clock[party.account] for party in rules.last_split(plan).parties)


@given(number=counts, total=st.integers(min_value=0, max_value=10**9), sent=st.lists(times, min_size=5, max_size=5))
def test_a_sum_paid_at_once_is_shared_whole_by_any_seconds(number: int, total: int, sent: list[int]) -> None:
    shared = rules.by_presence(split(number, bp=9000), {pk: sent[pk - 1] for pk in range(1, number + 1)})
    parts = rules.shares(shared, total)
    assert sum(parts.values()) == total
    assert min(parts.values()) >= 0
    assert sum(party.weight for party in shared.parties) > 0
