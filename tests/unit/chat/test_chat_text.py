"""What is left of a chat line once it is cleaned."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ppv_plugin.chat.rules import clean, is_too_long


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  hello   there ", "hello there"),
        ("one\ntwo\r\n\tthree", "one two three"),
        ("a\x00b\x07c", "abc"),
        ("pay \u202egnihton", "pay gnihton"),  # would turn the rest of the line around
        ("\u2066x\u2069\ufeff", "x"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # the non-joiner belongs to the word
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("cafe\u0301", "café"),
        (" \u200d \ufe0f ", ""),
        ("\u3164", ""),
    ],
)
def test_a_line_keeps_its_words_and_loses_what_cannot_be_seen(said: str, kept: str) -> None:
    assert clean(said) == kept


def test_stacked_marks_are_cut_so_that_other_lines_stay_readable() -> None:
    assert len(clean("a" + "\u0338" * 50)) < 8


@given(st.text())
@example("0\r\x1b\r0")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    assert len(clean(text).splitlines()) <= 1


def test_the_limit_counts_characters() -> None:
    assert not is_too_long("x" * 500)
    assert is_too_long("x" * 501)
