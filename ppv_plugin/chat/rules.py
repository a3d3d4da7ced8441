"""What may stand in a chat line. Pure."""

from __future__ import annotations

import re
import unicodedata

TEXT_CHARS_MAX = 500

# Cc, Cf and Cs hold what is invisible or turns the direction of the text around it; joiners that scripts
# and emoji need are let through. Co and Cn have no agreed meaning, but break nothing.
_DROPPED_CATEGORIES = {"Cc", "Cf", "Cs"}
_KEPT = {"\u200c", "\u200d"}  # zero-width non-joiner and joiner
_TAGS = range(0xE0020, 0xE0080)  # flag emoji of regions
_BLANKS = set("\u115f\u1160\u3164\uffa0\u2800")  # letters and symbols that are drawn as nothing
_SPACES = re.compile(r"\s+")
_MARKS_IN_A_ROW = 4  # more combining marks on one letter paint over the lines above


def clean(text: str) -> str:
    """One line of plain text: spaces and line breaks become one space, control and bidi characters go.

    Markup is left as it is: it is text, and whoever shows it shows it as text. May be empty.
    """
    spaced = _SPACES.sub(" ", text)
    kept: list[str] = []
    marks = 0
    for char in spaced:
        category = unicodedata.category(char)
        if category in _DROPPED_CATEGORIES and char not in _KEPT and ord(char) not in _TAGS:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(char)
    # once more: what was dropped may have stood between two spaces
    line = _SPACES.sub(" ", unicodedata.normalize("NFC", "".join(kept))).strip()
    return "" if is_blank(line) else line


def is_blank(text: str) -> bool:
    """Nothing that can be seen."""
    return not any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANKS for char in text)


def is_too_long(text: str) -> bool:
    return len(text) > TEXT_CHARS_MAX
