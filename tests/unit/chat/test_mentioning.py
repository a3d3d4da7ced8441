"""A name behind an @ speaks to somebody."""

from __future__ import annotations

import pytest

from ppv_plugin.chat.mentioning import MENTIONS_MAX, Person, matching, mentioned

PEOPLE = [Person("1", "Ana"), Person("2", "Ana Maria"), Person("3", "Žofie"), Person("4", "דנה")]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("@Ana hello", ["1"]),
        ("hello @ana maria!", ["2"]),
        ("@Ana and @ŽOFIE, @Ana", ["1", "3"]),
        ("@דנה שלום", ["4"]),
        ("@Anabel", []),
        ("mail ana@Ana.example", []),
        ("@ Ana", []),
        ("nobody", []),
    ],
)
def test_names_are_found_longest_first(text: str, keys: list[str]) -> None:
    assert [person.key for person in mentioned(text, PEOPLE)] == keys


def test_one_line_speaks_to_a_few_at_most() -> None:
    crowd = [Person(str(number), f"P{number}") for number in range(9)]
    assert len(mentioned(" ".join(f"@P{number}" for number in range(9)), crowd)) == MENTIONS_MAX


def test_names_match_by_the_beginning_of_any_of_their_words() -> None:
    assert matching("ma", PEOPLE, limit=8) == ["Ana Maria"]
    assert matching("", PEOPLE, limit=2) == ["Ana", "Ana Maria"]
