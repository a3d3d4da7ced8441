"""The calendar windows of spend limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.ledger.rules import WINDOWS, window

ZONES = st.sampled_from([UTC, *map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Pacific/Auckland"))])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [("day", "2026-03-01", "2026-03-02"), ("week", "2026-02-23", "2026-03-02"), ("month", "2026-03-01", "2026-04-01")],
)
def test_a_sunday_noon_lies_in_these(kind: str, first: str, last: str) -> None:
    start, end = window(kind, datetime(2026, 3, 1, 12, tzinfo=UTC), UTC)
    assert (start.date().isoformat(), end.date().isoformat()) == (first, last)


@given(MOMENTS, ZONES, st.sampled_from(WINDOWS))
def test_every_moment_lies_in_one_window_and_windows_touch(now: datetime, zone: ZoneInfo, kind: str) -> None:
    start, end = window(kind, now, zone)
    assert start <= now < end
    assert window(kind, end, zone)[0] == end
    assert window(kind, end - timedelta(microseconds=1), zone) == (start, end)


def test_what_is_no_window_is_refused() -> None:
    with pytest.raises(ValueError, match="year"):
        window("year", datetime(2026, 3, 1, tzinfo=UTC), UTC)
