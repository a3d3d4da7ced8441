"""A site's own billing rule: what follows from its one function, and what happens when it breaks its word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ppv_plugin.hooks import BillingRule
from ppv_plugin.metering import own_rules, rules
from ppv_plugin.metering.rules import Party, RuleUnavailable, Split, Tariff
from ppv_plugin.testing.billing_contract import BillingRuleContract


def first_minute_double(*, cpm: int, grace_ms: int, used_ms: int) -> int:
    paid_ms = max(used_ms - grace_ms, 0)
    return (2 * cpm * (paid_ms + min(paid_ms, 60_000)) + 60_000) // 120_000


def a_fee_then_seconds(*, cpm: int, grace_ms: int, used_ms: int) -> int:
    return 300 + cpm * used_ms // 60_000


def a_fee_lasts(*, cpm: int, grace_ms: int, funds: int) -> int:
    return ((funds - 299) * 60_000 - 1) // cpm if funds >= 300 else 0


OPENING = BillingRule("opening", "The first minute double", "the first minute counts twice", first_minute_double)
FEE = BillingRule("fee", "A fee, then seconds", "3.00 to begin, then by the second", a_fee_then_seconds, a_fee_lasts)


class TestASteepBeginning(BillingRuleContract):
    @pytest.fixture
    def rule(self) -> BillingRule:
        return OPENING


class TestAFee(BillingRuleContract):
    durations = (1, 2, 90)

    @pytest.fixture
    def rule(self) -> BillingRule:
        return FEE


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    before = own_rules.find_by({rule.id: rule for rule in (OPENING, FEE)}.get)
    yield
    own_rules.find_by(before)


def tariff(rule: str, **numbers: int) -> Tariff:
    return Tariff(**{"rule": rule, "cpm": 200, "split": Split(8000, (Party(1),), 2), **numbers})


def install(rule: BillingRule) -> Tariff:
    own_rules.find_by({rule.id: rule}.get)
    return tariff(rule.id)


def test_nothing_is_owed_before_any_time_was_used() -> None:
    assert rules.owed(tariff("fee"), 0) == 0
    assert rules.owed(tariff("fee"), 1) == 300


def test_free_time_is_found_from_what_is_owed() -> None:
    assert rules.grace_free_ms(tariff("opening", grace_ms=25_000)) == 25_000
    assert rules.grace_free_ms(tariff("fee", grace_ms=25_000)) == 0


def test_long_free_time_is_found_too() -> None:
    late = BillingRule("late", "l", "t", lambda cpm, grace_ms, used_ms: max(used_ms - 2_700_000, 0) * cpm // 60_000)
    assert rules.grace_free_ms(install(late)) == 2_700_000


def test_a_wrong_word_on_how_long_a_sum_lasts_is_not_believed() -> None:
    for said in (0, 10**9):
        lying = replace(FEE, lasts_ms=lambda cpm, grace_ms, funds, said=said: said)
        assert rules.affordable_ms(install(lying), 500) == 60_299


def test_a_rule_that_stops_charging_lasts_for_ever() -> None:
    capped = BillingRule("capped", "c", "t", lambda cpm, grace_ms, used_ms: min(used_ms, 90_000) * cpm // 60_000)
    assert rules.affordable_ms(install(capped), 1000) == rules.UNLIMITED_MS


@pytest.mark.parametrize("answer", [-1, 1.5, True, None, "3"])
def test_what_is_no_amount_is_not_charged(answer: object) -> None:
    broken = install(BillingRule("broken", "b", "t", lambda cpm, grace_ms, used_ms: answer))
    with pytest.raises(RuleUnavailable, match="broken"):
        rules.owed(broken, 1000)


def test_a_rule_that_raises_is_unavailable() -> None:
    with pytest.raises(RuleUnavailable, match="ZeroDivisionError"):
        rules.owed(install(BillingRule("zero", "z", "t", lambda cpm, grace_ms, used_ms: used_ms // 0)), 1000)


def test_a_rule_that_no_app_has_is_unavailable() -> None:
    gone = tariff("gone")
    for ask in (rules.owed, rules.affordable_ms):
        with pytest.raises(RuleUnavailable, match="gone"):
            ask(gone, 1000)
    assert rules.grace_free_ms(gone) == 0


def test_a_free_price_needs_no_rule() -> None:
    assert rules.affordable_ms(tariff("gone", cpm=0), 0) == rules.UNLIMITED_MS


def test_what_is_needed_to_start_has_the_fee_and_the_reserve() -> None:
    assert rules.minimum_funds(tariff("fee", minutes_to_start=1, reserve_minutes=0)) == 300
    assert rules.minimum_funds(tariff("fee", minutes_to_start=1, reserve_minutes=2)) == 700
