"""The table of the acceptance, cell by cell."""

from __future__ import annotations

import pytest

from ppv_plugin.ledger.rules import parse_tokens, tokens
from ppv_plugin.metering import rules
from tests.unit.metering.samples import tariff

RULES = [
    "per_second",
    "started_minutes",
    "upfront_minutes",
    "upfront_after_grace",
    "threshold",
    "steps",
    "minimum",
    "blocks",
]
TABLE = """
5     0.00   0.00   2.00   0.00   0.00   0.00   0.00   20.00
10    0.00   0.00   2.00   0.00   0.00   0.00   0.00   20.00
11    0.03   2.00   2.00   2.00   0.00   0.20   10.00  20.00
60    1.67   2.00   4.00   2.00   2.00   1.80   10.00  20.00
70    2.00   2.00   4.00   4.00   2.33   2.00   10.00  20.00
71    2.03   4.00   4.00   4.00   2.37   2.20   10.00  20.00
130   4.00   4.00   6.00   6.00   4.33   4.00   10.00  20.00
185   5.83   6.00   8.00   6.00   6.17   6.00   10.00  20.00
190   6.00   6.00   8.00   8.00   6.33   6.00   10.00  20.00
240   7.67   8.00   10.00  8.00   8.00   7.80   10.00  20.00
310   10.00  10.00  12.00  12.00  10.33  10.00  10.00  20.00
600   19.67  20.00  22.00  20.00  20.00  19.80  19.67  20.00
3600  119.67 120.00 122.00 120.00 120.00 119.80 119.67 120.00
"""
CELLS = [
    (rule, int(row.split()[0]), amount)
    for row in TABLE.strip().splitlines()
    for rule, amount in zip(RULES, row.split()[1:], strict=True)
]


@pytest.mark.parametrize(("rule", "seconds", "expected"), CELLS)
def test_a_rule_charges_what_the_table_says(rule: str, seconds: int, expected: str) -> None:
    assert tokens(rules.owed(tariff(rule=rule, cpm=200, grace_seconds=10), seconds * 1000)) == expected


def test_every_rule_is_in_the_table() -> None:
    assert set(rules.RULES) == set(RULES)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(239, "12.00"), (240, "15.00"), (299, "15.00"), (1, "3.00"), (59, "3.00")]
)
def test_up_front_minutes_match_the_published_table_at_three_a_minute(seconds: int, expected: str) -> None:
    assert tokens(rules.owed(tariff(rule="upfront_minutes", cpm=300), seconds * 1000)) == expected


@pytest.mark.parametrize(
    ("cpm", "grace", "seconds", "expected"),
    [
        (150, 10, 185, "4.38"),  # a client's own rate
        (30, 30, 600, "2.85"),  # audio
        (20, 30, 600, "1.90"),  # text
        (50, 30, 600, "4.75"),  # video
        (150, 30, 25, "0.00"),
        (150, 30, 30, "0.00"),
        (150, 30, 95, "1.63"),
        (150, 30, 640, "15.25"),
        (150, 30, 1200, "29.25"),
        (175, 30, 420, "11.38"),  # voyeur
        (200, 30, 420, "13.00"),  # 2-way
        (150, 30, 420, "9.75"),
        (150, 30, 400, "9.25"),
        (200, 10, 170, "5.33"),  # a call of 200 s with a pause of 30 s
        (200, 10, 45, "1.17"),
        (0, 10, 3600, "0.00"),
    ],
)
def test_worked_examples_per_second(cpm: int, grace: int, seconds: int, expected: str) -> None:
    assert tokens(rules.owed(tariff(cpm=cpm, grace_seconds=grace), seconds * 1000)) == expected


@pytest.mark.parametrize(
    ("funds", "expected_ms"),
    [("10.00", 310_000), ("20.00", 610_000), ("5.00", 160_000), ("0.33", 10_000 + 9_900), ("0.00", 10_000)],
)
def test_a_balance_lasts_to_the_exact_moment(funds: str, expected_ms: int) -> None:
    assert rules.affordable_ms(tariff(cpm=200, grace_seconds=10), parse_tokens(funds)) == expected_ms


@pytest.mark.parametrize(
    ("rule", "total", "expected"),
    [
        ("per_second", 583, [466, 117]),
        ("started_minutes", 600, [480, 120]),
        ("upfront_minutes", 800, [640, 160]),
    ],
)
def test_a_private_show_of_185_seconds_splits_as_worked_out(rule: str, total: int, expected: list[int]) -> None:
    plan = tariff(rule=rule, cpm=200, grace_seconds=10)
    assert rules.owed(plan, 185_000) == total
    assert list(rules.shares(plan.split, total).values()) == expected


def test_a_studio_takes_its_share_of_the_performers_part() -> None:
    split = rules.Split(8000, (rules.Party(1, 1, 5, 3000),), 9)
    assert rules.shares(split, 583) == {5: 140, 1: 326, 9: 117}


@pytest.mark.parametrize(("pool", "parts"), [(800, [267, 267, 266]), (466, [156, 155, 155])])
def test_a_pool_over_three_performers(pool: int, parts: list[int]) -> None:
    split = rules.Split(10_000, tuple(rules.Party(i) for i in (1, 2, 3)), 9)
    assert rules.shares(split, pool) == {1: parts[0], 2: parts[1], 3: parts[2], 9: 0}


def test_the_minimum_to_start_is_five_minutes_of_the_price() -> None:
    assert rules.minimum_funds(tariff(cpm=200, grace_seconds=10)) == 1000
    assert rules.minimum_funds(tariff(cpm=0)) == 0


def test_a_stored_tariff_comes_back_the_same() -> None:
    plan = tariff(rule="steps", cpm=123, grace_seconds=7)
    assert rules.tariff_from(rules.tariff_to(plan)) == plan
