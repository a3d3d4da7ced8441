"""Laws 2 to 6 of the acceptance for every input, on the pure rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.ledger.rules import parse_tokens, split_by_weight, tokens
from ppv_plugin.metering import rules
from ppv_plugin.metering.rules import Party, Split, Tariff

times = st.integers(0, 7_200_000)
funds = st.integers(0, 100_000)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    return Tariff(
        rule=draw(st.sampled_from(rules.RULES)),
        cpm=draw(st.integers(1, 2_000)),
        split=draw(splits()),
        grace_ms=draw(st.sampled_from([0, 1, 10_000, 30_000, 600_000])),
        blocks_agreed=draw(st.integers(1, 20)),
    )


@st.composite
def splits(draw: st.DrawFn) -> Split:
    count = draw(st.integers(1, 6))
    parties = tuple(
        Party(
            account=i,
            weight=draw(st.integers(1, 1000)),
            studio_account=100 + i if draw(st.booleans()) else None,
            studio_bp=draw(st.integers(0, 10_000)),
        )
        for i in range(count)
    )
    return Split(draw(st.integers(0, 10_000)), parties, 999)


@given(tariffs(), times, times)
def test_what_is_owed_never_falls(plan: Tariff, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 0 <= rules.owed(plan, low) <= rules.owed(plan, high)


@given(tariffs(), funds)
def test_a_sum_lasts_as_long_as_it_pays_and_no_unit_longer(plan: Tariff, sum_: int) -> None:
    last = rules.affordable_ms(plan, sum_)
    assert rules.owed(plan, last) <= sum_
    if plan.rule == "blocks" and last == plan.blocks_agreed * plan.block_ms:
        return  # the end is what was agreed to, not what the money reaches
    exact_unit = -(-rules.MINUTE_MS // plan.cpm)  # one more hundredth of the linear rules
    assert rules.owed(plan, last + max(exact_unit, plan.step_ms) + 1) > sum_ or last < rules.grace_free_ms(plan)


@given(tariffs(), times, funds, st.lists(st.integers(0, 40_000), max_size=12), st.integers(1_000, 90_000))
def test_ticks_never_change_a_charge_and_never_pass_the_funds(
    plan: Tariff, end: int, wallet: int, cuts: list[int], ahead: int
) -> None:
    """Whatever moments the meter looks at, the total is the same, and within the wallet (laws 2, 3 and 5)."""
    moments = sorted({*(c for c in cuts if c < end), end})
    one = _run(plan, wallet, [end], ahead)
    many = _run(plan, wallet, moments, ahead)
    assert one == many
    assert 0 <= one <= wallet
    assert one == min(rules.owed(plan, end), rules.owed(plan, min(end, rules.affordable_ms(plan, wallet))))


def _run(plan: Tariff, wallet: int, moments: list[int], ahead: int) -> int:
    settled = held = 0
    for used in moments:
        got = rules.grant(
            plan, used_ms=used, settled=settled, held=held, available=wallet - settled - held, ahead_ms=ahead
        )
        held = got.hold
        assert settled + held <= wallet
        due = rules.owed(plan, min(used, got.granted_ms)) - settled
        assert 0 <= due <= held
        settled, held = settled + due, held - due
    return settled


@given(splits(), st.integers(0, 10**9))
def test_shares_are_not_negative_and_sum_to_the_charge(split: Split, total: int) -> None:
    parts = rules.shares(split, total)
    assert all(part >= 0 for part in parts.values())
    assert sum(parts.values()) == total


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
def test_largest_remainder_is_fair_within_one_hundredth(total: int, weights: list[int]) -> None:
    parts = split_by_weight(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), times), max_size=20), st.randoms())
def test_reports_may_come_late_doubled_and_in_any_order(reports: list[tuple[str, int]], random: object) -> None:
    shuffled = [*reports, *reports]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _used(reports) == _used(shuffled)


def _used(reports: list[tuple[str, int]]) -> int:
    usage: dict[str, int] = {}
    for boot, flow_ms in reports:
        usage = rules.used_after(usage, boot, flow_ms)
    return sum(usage.values())


@given(st.integers(-(10**12), 10**12))
def test_amounts_survive_text(amount: int) -> None:
    assert parse_tokens(tokens(amount)) == amount
