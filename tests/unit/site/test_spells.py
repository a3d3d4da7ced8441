"""Stretches of days that figures are asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ppv_plugin.pages import spells

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "last", "before"),
    [
        ("7", date(2026, 3, 9), date(2026, 3, 15), date(2026, 3, 2)),
        ("30", date(2026, 2, 14), date(2026, 3, 15), date(2026, 1, 15)),
        ("90", date(2025, 12, 16), date(2026, 3, 15), date(2025, 9, 17)),
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31), date(2026, 2, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), date(2024, 1, 1)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31), date(2025, 11, 1)),
    ],
)
def test_an_address_names_one_and_the_one_before_ends_where_it_begins(
    text: str, first: date, last: date, before: date
) -> None:
    found = spells.spell(text, now=NOW)
    assert found is not None
    assert (found.key, found.first, found.last) == (text, first, last)
    assert (found.before.first, found.before.end) == (before, found.start)
    assert len(found.days) == (last - first).days + 1


@pytest.mark.parametrize(
    "text", ["", "1", "31", "-7", "2026-04", "2026-13", "2026-00", "1999-12", "9999-12", "2026-3", "٣٠", "x" * 99]
)
def test_nothing_else_is_one(text: str) -> None:
    assert spells.spell(text, now=NOW) is None


def test_the_last_twelve_months_are_offered() -> None:
    found = [one.key for one in spells.months(NOW)]
    assert (len(found), found[0], found[-1]) == (12, "2026-03", "2025-04")
    assert spells.months(NOW)[1].following.key == "2026-03"
