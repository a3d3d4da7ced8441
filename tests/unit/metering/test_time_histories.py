"""Random lives of media engines, told by several readers whose reports are doubled, late, reordered or lost, while wall
clocks jump: whatever happened, the used time is what the engines proved, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ppv_plugin.metering.rules import used_after

moments = st.lists(
    st.one_of(
        st.tuples(st.just("flow"), st.integers(0, 90_000)),
        st.tuples(st.just("suspend"), st.integers(0, 7200)),
        st.tuples(st.just("wall clock"), st.integers(-7200, 7200)),
        st.tuples(st.just("reboot"), st.just(0)),
        st.tuples(st.just("sample"), st.integers(0, 2)),
        st.tuples(st.just("deliver"), st.integers(0, 50)),
    ),
    max_size=60,
)


class Engine:
    """`proven`: boot -> milliseconds, of those that were sampled. A suspended machine's own clock stands still."""

    def __init__(self) -> None:
        self.boot, self.flow_ms, self.wall = 0, 0, datetime(2026, 3, 1, tzinfo=UTC)
        self.proven: dict[str, int] = {}
        self.on_the_way: list[tuple[str, int]] = []

    def live(self, verb: str, number: int) -> None:
        if verb == "flow":
            self.flow_ms += number
            self.wall += timedelta(milliseconds=number)
        elif verb in ("suspend", "wall clock"):
            self.wall += timedelta(seconds=number)
        elif verb == "reboot":
            self.boot, self.flow_ms = self.boot + 1, 0
        elif verb == "sample":
            self.proven[f"b{self.boot}"] = self.flow_ms
            self.on_the_way += [(f"b{self.boot}", self.flow_ms)] * (number + 1)


@settings(max_examples=2000, deadline=None)
@given(moments, st.randoms(use_true_random=False))
@example([("flow", 5000), ("sample", 0), ("reboot", 0), ("flow", 3000), ("sample", 2), ("deliver", 1)], None)
def test_the_error_is_zero_and_nothing_unproven_ever_counts(
    history: list[tuple[str, int]], order: object | None
) -> None:
    engine, usage = Engine(), dict[str, int]()
    for verb, number in history:
        engine.live(verb, number)
        if verb == "deliver" and engine.on_the_way:
            usage = used_after(usage, *engine.on_the_way[number % len(engine.on_the_way)])
        assert sum(usage.values()) <= sum(engine.proven.values())
    rest = list(engine.on_the_way)
    if order is not None:
        order.shuffle(rest)  # type: ignore[attr-defined]
    for report in rest:
        usage = used_after(usage, *report)
    assert sum(usage.values()) == sum(engine.proven.values())
