"""What a site's own billing rule has to keep, as tests: subclass `BillingRuleContract` and return the rule.

```python
class TestOurRule(BillingRuleContract):
    @pytest.fixture
    def rule(self):
        return our_rule
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from ppv_plugin.hooks import BillingRule
from ppv_plugin.metering import own_rules, rules
from ppv_plugin.metering.price_table import DURATIONS, price_lines
from ppv_plugin.metering.rules import Party, Split, Tariff

PRICES = (1, 7, 150, 200, 1999)
GRACES = (0, 10_000, 30_000)
# every edge that a rule may have, and some times that are none
TIMES = sorted({0, 1, 999, *(ms for s in DURATIONS for ms in (s * 1000 - 1, s * 1000, s * 1000 + 1)), 7_200_000})
FUNDS = (0, 1, 99, 100, 1000, 12_345)


class BillingRuleContract:
    """`durations`: more seconds to be tried beside the thirteen of the price table."""

    durations: Sequence[int] = ()

    @pytest.fixture
    def rule(self) -> BillingRule:
        raise NotImplementedError

    @pytest.fixture(params=PRICES)
    def cpm(self, request: pytest.FixtureRequest) -> int:
        return int(request.param)

    @pytest.fixture(params=GRACES)
    def tariff(self, request: pytest.FixtureRequest, rule: BillingRule, cpm: int) -> Iterator[Tariff]:
        """A price under this rule, and the rule where the meter finds it."""
        before = own_rules.find_by(lambda name: rule if name == rule.id else None)
        yield Tariff(rule=rule.id, cpm=cpm, split=Split(8000, (Party(1),), 2), grace_ms=int(request.param))
        own_rules.find_by(before)

    def times(self) -> list[int]:
        return sorted({*TIMES, *(seconds * 1000 for seconds in self.durations)})

    def test_it_has_a_name_of_its_own(self, rule: BillingRule) -> None:
        assert rule.id
        assert len(rule.id) <= 24
        assert rule.id not in rules.RULES
        assert str(rule.label)
        assert str(rule.text)

    def test_whole_hundredths_are_owed_and_never_fewer_for_more_time(self, tariff: Tariff) -> None:
        owed = [rules.owed(tariff, ms) for ms in self.times()]
        assert owed[0] == 0
        assert all(early <= late for early, late in pairwise(owed))

    def test_the_same_time_always_costs_the_same(self, tariff: Tariff) -> None:
        assert [rules.owed(tariff, ms) for ms in self.times()] == [rules.owed(tariff, ms) for ms in self.times()]

    @pytest.mark.parametrize("funds", FUNDS)
    def test_a_sum_lasts_to_the_last_millisecond_that_it_pays_for(self, tariff: Tariff, funds: int) -> None:
        last = rules.affordable_ms(tariff, funds)
        assert rules.owed(tariff, last) <= funds
        assert last == rules.UNLIMITED_MS or rules.owed(tariff, last + 1) > funds

    @pytest.mark.parametrize("funds", FUNDS)
    def test_its_own_word_on_how_long_a_sum_lasts_is_exact(self, rule: BillingRule, tariff: Tariff, funds: int) -> None:
        lasts_ms = rule.lasts_ms or (lambda **_facts: rules.affordable_ms(tariff, funds))  # None: it is searched for
        assert lasts_ms(cpm=tariff.cpm, grace_ms=tariff.grace_ms, funds=funds) == rules.affordable_ms(tariff, funds)

    @pytest.mark.parametrize("step_ms", [1_000, 7_777, 60_000])
    def test_cutting_time_into_ticks_changes_no_total(self, tariff: Tariff, step_ms: int) -> None:
        funds, end_ms = 20 * tariff.cpm + 3, 3_600_000
        settled = held = 0
        for used_ms in (*range(0, end_ms, step_ms), end_ms):
            got = rules.grant(
                tariff, used_ms=used_ms, settled=settled, held=held, available=funds - settled - held, ahead_ms=60_000
            )
            due = rules.owed(tariff, min(used_ms, got.granted_ms)) - settled
            assert 0 <= due <= got.hold <= funds - settled
            settled, held = settled + due, got.hold - due
        assert settled == rules.owed(tariff, min(end_ms, rules.affordable_ms(tariff, funds)))

    def test_the_price_table_has_a_line_for_each_of_the_thirteen_times(self, tariff: Tariff) -> None:
        lines = price_lines(tariff)
        assert [line.seconds for line in lines] == list(DURATIONS)
        assert all(line.performers + line.house == line.paid for line in lines)
