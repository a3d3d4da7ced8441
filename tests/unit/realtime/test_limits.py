"""How much one socket may ask for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.realtime.limits import Strikes, TokenBucket


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    bucket = TokenBucket(rate=2, burst=5)
    assert [bucket.take(1, 100.0) for _ in range(6)] == [True] * 5 + [False]
    assert bucket.take(1, 100.5)
    assert not bucket.take(1, 100.5)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_never_more_than_burst_plus_rate_times_time(pauses: list[float]) -> None:
    bucket, now, taken = TokenBucket(rate=5, burst=10), 1000.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(1, now)
    assert taken <= 10 + 5 * sum(pauses) + 1e-6


def test_strikes_are_counted_within_a_window() -> None:
    strikes = Strikes(most=2, seconds=10)
    assert [strikes.hit(now) for now in (100, 101, 102)] == [False, False, True]
    assert not strikes.hit(150)
