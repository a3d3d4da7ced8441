"""The preview's table is the acceptance's table."""

from __future__ import annotations

import pytest

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering.price_table import DURATIONS, price_lines

from .samples import tariff

# CPM 2.00, grace 10 s: the charges of the acceptance, in the order of DURATIONS
TABLE = {
    "per_second": "0.00 0.00 0.03 1.67 2.00 2.03 4.00 5.83 6.00 7.67 10.00 19.67 119.67",
    "started_minutes": "0.00 0.00 2.00 2.00 2.00 4.00 4.00 6.00 6.00 8.00 10.00 20.00 120.00",
    "upfront_minutes": "2.00 2.00 2.00 4.00 4.00 4.00 6.00 8.00 8.00 10.00 12.00 22.00 122.00",
    "upfront_after_grace": "0.00 0.00 2.00 2.00 4.00 4.00 6.00 6.00 8.00 8.00 12.00 20.00 120.00",
    "threshold": "0.00 0.00 0.00 2.00 2.33 2.37 4.33 6.17 6.33 8.00 10.33 20.00 120.00",
    "steps": "0.00 0.00 0.20 1.80 2.00 2.20 4.00 6.00 6.00 7.80 10.00 19.80 119.80",
    "minimum": "0.00 0.00 10.00 10.00 10.00 10.00 10.00 10.00 10.00 10.00 10.00 19.67 119.67",
}


@pytest.mark.parametrize("rule", TABLE)
def test_thirteen_durations_are_charged_as_accepted(rule: str) -> None:
    lines = price_lines(tariff(rule=rule, grace_seconds=10))
    assert [line.seconds for line in lines] == list(DURATIONS)
    assert len(lines) == 13
    assert " ".join(tokens(line.paid) for line in lines) == TABLE[rule]


def test_the_parts_sum_to_what_is_paid() -> None:
    lines = price_lines(tariff(cpm=233, grace_seconds=10))
    assert all(line.performers + line.house == line.paid for line in lines)
    by_time = {line.seconds: line for line in price_lines(tariff(cpm=200, grace_seconds=10))}
    assert (by_time[185].performers, by_time[185].house) == (466, 117)
