"""Unwanted words are found as whole words, however they are written."""

from __future__ import annotations

import pytest

from ppv_plugin.chat.filtering import masked, word_list

WORDS = word_list("Bad\nvery  wrong\nstraße\n\n  \nκακός")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a bad word", "a ••• word"),
        ("BAD, bad! Bad?", "•••, •••! •••?"),
        ("badge and embad", "badge and embad"),
        ("ｂａｄ ⓑⓐⓓ 𝐛𝐚𝐝", "••• ••• •••"),
        ("b\u200dad b\u00adad", "•••• ••••"),
        ("a Very wrong thing", "a •••• ••••• thing"),
        ("very good, wrong", "very good, wrong"),
        ("STRASSE und Straße", "••••••• und ••••••"),
        ("ΚΑΚΌΣ", "•••••"),
        ("bad-tempered", "•••-tempered"),
    ],
)
def test_whole_words_are_masked_whatever_their_case_or_width(text: str, shown: str) -> None:
    assert masked(text, WORDS) == shown


def test_nothing_is_masked_without_a_list() -> None:
    assert masked("bad", word_list(" \n")) == "bad"


def test_a_masked_line_is_as_long_as_it_was() -> None:
    assert len(masked("bad " * 100, WORDS)) == 400
