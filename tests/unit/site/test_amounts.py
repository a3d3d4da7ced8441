"""Amounts as people of each language write them."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from ppv_plugin.amounts import written
from ppv_plugin.errors import InsufficientFunds


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1,234.50"), ("de", "1.234,50"), ("de-at", "1.234,50"), ("ar", "1,234.50")]
)
def test_an_amount_has_the_marks_of_its_language_and_digits_0_to_9(language: str, text: str) -> None:
    with override(language):
        assert written(123_450) == written("1234.50") == text


@pytest.mark.parametrize(("amount", "text"), [(0, "0,00"), (5, "0,05"), (-5, "-0,05"), (-123_450, "-1.234,50")])
def test_small_and_negative_amounts_keep_their_two_decimals(amount: int, text: str) -> None:
    with override("de"):
        assert written(amount) == text


@pytest.mark.parametrize("text", ["", "Ana", "12", "1.5", "v2.00x"])
def test_what_is_no_amount_stays_as_it_is(text: str) -> None:
    with override("de"):
        assert written(text) == text


def test_a_refusal_names_amounts_in_the_readers_language_and_keeps_them_plain_for_programs() -> None:
    with override("de"):
        refused = InsufficientFunds(needed="10.00", available="2.50")
        assert "10,00" in str(refused.text)
        assert "2,50" in str(refused.text)
    assert refused.details == {"needed": "10.00", "available": "2.50"}
