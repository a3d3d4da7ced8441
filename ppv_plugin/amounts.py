"""Amounts as people write them in the language at hand: "1234.50" as 1,234.50 or 1.234,50. For eyes only: what a
program reads, a form holds or a receipt signs stays plain.

Digits are 0 to 9 in every language: Django writes no others, forms take no others, and so pages and scripts agree.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils import formats, numberformat
from django.utils.translation import get_language

PLAIN = re.compile(r"-?\d+\.\d\d")
HUNDREDTHS = 100
# (decimal mark, thousands mark) where Django's are not those that browsers write, and so `js/format.js`.
MARKS = {"ar": (".", ",")}


def written(amount: int | str) -> str:
    """An int is hundredths of a token. A text that is no plain amount stays as it is."""
    if isinstance(amount, str) and not PLAIN.fullmatch(amount):
        return amount
    value = Decimal(amount) / HUNDREDTHS if isinstance(amount, int) else Decimal(amount)
    decimal_mark, thousands_mark = marks()
    return numberformat.format(value, decimal_mark, 2, 3, thousands_mark, force_grouping=True, use_l10n=True)


def marks() -> tuple[str, str]:
    language = (get_language() or "").split("-")[0]
    if language in MARKS:
        return MARKS[language]
    return formats.get_format("DECIMAL_SEPARATOR"), formats.get_format("THOUSAND_SEPARATOR")
