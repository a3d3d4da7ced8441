"""Amounts in and out of text."""

from __future__ import annotations

import pytest

from ppv_plugin.ledger.rules import parse_tokens, round_half_up, split_by_bp, split_by_weight, tokens


@pytest.mark.parametrize("text", ["", "abc", "1.005", "NaN", "Infinity", "1e99", "1,50", None])
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_tokens(text)


@pytest.mark.parametrize(("amount", "text"), [(0, "0.00"), (5, "0.05"), (583, "5.83"), (-117, "-1.17")])
def test_amounts_are_shown_with_two_decimals(amount: int, text: str) -> None:
    assert tokens(amount) == text


def test_halves_round_up() -> None:
    assert [round_half_up(n, 10) for n in (4, 5, 14, 15, 25)] == [0, 1, 1, 2, 3]


def test_half_a_refund_of_583_takes_from_each_in_proportion() -> None:
    assert split_by_weight(292, [466, 117]) == [233, 59]


@pytest.mark.parametrize(("total", "bp", "parts"), [(500, 9000, (450, 50)), (500, 8000, (400, 100)), (1, 5000, (1, 0))])
def test_two_way_splits(total: int, bp: int, parts: tuple[int, int]) -> None:
    assert split_by_bp(total, bp) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_a_split_without_parties_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        split_by_weight(100, weights)
