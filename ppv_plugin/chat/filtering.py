"""Unwanted words in a chat line: whole words, whatever their case, width or hidden joiners. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_JOINERS = {"\u200c", "\u200d", "\u00ad"}  # drawn as nothing inside a word
DOT = "•"


class _Word(NamedTuple):
    begin: int
    end: int
    plain: str


def plain(text: str) -> str:
    """The same for all ways to write the same letters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in folded if char not in _JOINERS)


@lru_cache(maxsize=256)
def word_list(text: str) -> frozenset[tuple[str, ...]]:
    """What an editor typed, one entry a line, as sequences of words."""
    entries = (tuple(word.plain for word in _words(line)) for line in text.splitlines())
    return frozenset(entry for entry in entries if entry)


def masked(text: str, unwanted: frozenset[tuple[str, ...]]) -> str:
    """The text with dots in place of every unwanted word; the same text when there is none."""
    if not unwanted:
        return text
    words = list(_words(text))
    longest = max(map(len, unwanted))
    chars = list(text)
    for first in range(len(words)):
        for count in range(min(longest, len(words) - first), 0, -1):
            found = words[first : first + count]
            if tuple(word.plain for word in found) in unwanted:
                for word in found:
                    chars[word.begin : word.end] = DOT * (word.end - word.begin)
                break
    return "".join(chars)


def _words(text: str) -> Iterator[_Word]:
    begin = None
    for index, char in enumerate(text):
        if _belongs(char):
            begin = index if begin is None else begin
        elif begin is not None:
            yield _Word(begin, index, plain(text[begin:index]))
            begin = None
    if begin is not None:
        yield _Word(begin, len(text), plain(text[begin:]))


def _belongs(char: str) -> bool:
    """To a word: letters, digits and marks, also those that only look different (ⓐ, ａ)."""
    if char in _JOINERS:
        return True
    return any(unicodedata.category(part)[0] in "LNM" for part in unicodedata.normalize("NFKC", char))
