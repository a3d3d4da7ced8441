"""What a tip is made of, for every input: amounts that are offered, parts that sum up, goals that pass the rest on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.metering import rules
from ppv_plugin.metering.rules import ONCE, Party, Split, Tariff
from ppv_plugin.shows.tip_rules import filled_by, is_offered

amounts = st.integers(1, 10**9)
sums = st.lists(st.integers(0, 10**6), max_size=20)


@st.composite
def splits(draw: st.DrawFn) -> Split:
    parties = tuple(
        Party(n, draw(st.integers(1, 10_000)), 100 + n if draw(st.booleans()) else None, draw(st.integers(0, 10_000)))
        for n in range(draw(st.integers(1, 5)))
    )
    return Split(draw(st.integers(0, 10_000)), parties, 999)


@given(amounts, splits())
def test_the_parts_of_a_tip_sum_to_it(amount: int, split: Split) -> None:
    parts = rules.shares(split, amount)
    assert all(part >= 0 for part in parts.values())
    assert sum(parts.values()) == amount


@given(amounts, st.integers(0, 10**9))
def test_what_is_paid_once_is_its_price_whatever_the_time(amount: int, used_ms: int) -> None:
    tariff = Tariff(rule=ONCE, cpm=amount, split=Split(9000, (Party(1),), 2))
    assert rules.owed(tariff, used_ms) == rules.owed(tariff, 0) == amount


@given(st.integers(0, 10**7), sums)
def test_goals_take_in_their_order_what_they_need_and_no_more(amount: int, wanted: list[int]) -> None:
    parts = filled_by(amount, wanted)
    assert sum(parts) == min(amount, sum(wanted))
    assert all(0 <= part <= most for part, most in zip(parts, wanted, strict=True))
    first_open = next((n for n, (part, most) in enumerate(zip(parts, wanted, strict=True)) if part < most), None)
    assert first_open is None or not any(parts[first_open + 1 :])


@given(st.lists(st.integers(1, 1000), max_size=8), sums)
def test_many_tips_fill_what_one_of_their_sum_fills(tips: list[int], wanted: list[int]) -> None:
    left = list(wanted)
    for tip in tips:
        left = [most - part for most, part in zip(left, filled_by(tip, left), strict=True)]
    at_once = filled_by(sum(tips), wanted)
    assert left == [most - part for most, part in zip(wanted, at_once, strict=True)]


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_an_option_takes_its_own_amount_and_no_other(amount: int, fixed: int) -> None:
    assert is_offered(amount, fixed=fixed, low=1, high=10**6) == (amount == fixed)


@given(st.integers(-(10**6), 10**6), st.integers(-10, 1000), st.integers(0, 10**6))
def test_a_free_amount_is_never_nothing_and_keeps_to_the_bounds(amount: int, low: int, more: int) -> None:
    taken = is_offered(amount, fixed=None, low=low, high=low + more)
    assert taken == (amount > 0 and low <= amount <= low + more)


def test_a_tip_of_five_at_ninety_percent_with_two_checked_in_is_two_and_a_quarter_each() -> None:
    split = Split(9000, (Party(1), Party(2)), 3)
    assert rules.shares(split, 500) == {1: 225, 2: 225, 3: 50}


@given(splits(), st.lists(st.tuples(st.integers(1, 10**6), splits()), max_size=6), st.integers(0, 10**7))
def test_who_joins_and_leaves_never_changes_the_sum(first: Split, changes: list[tuple[int, Split]], total: int) -> None:
    tariff, settled = Tariff(rule="per_second", cpm=100, split=first), 0
    before: dict[int, int] = {}
    for more, split in changes:
        settled += more
        before = rules.parts(tariff, settled)
        tariff = rules.shared_from(tariff, settled, split)
        assert {pk: part for pk, part in rules.parts(tariff, settled).items() if part} == {
            pk: part for pk, part in before.items() if part
        }  # what was earned stays whoever comes
    parts = rules.parts(tariff, settled + total)
    assert sum(parts.values()) == settled + total
    assert all(part >= before.get(pk, 0) >= 0 for pk, part in parts.items() if not total)
