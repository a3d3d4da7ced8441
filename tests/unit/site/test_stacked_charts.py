"""Stacked columns: whole coordinates inside the picture, round axes, nothing lost of what is there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.charts import HEIGHT, WIDTH, Series, money_step, stacked, time_step

pytestmark = pytest.mark.unit
amounts = st.integers(-(10**9), 10**12)
days = st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=92)


@given(days)
def test_every_part_is_inside_the_picture_and_on_its_side_of_zero(rows: list[tuple[int, int, int]]) -> None:
    series = [Series(str(n), n, [row[n] for row in rows]) for n in range(3)]
    plot = stacked([str(n) for n in range(len(rows))], series)
    for column, row in zip(plot.columns, rows, strict=True):
        assert column.total == sum(row)
        assert len(column.parts) == sum(1 for amount in row if amount)
        assert 0 <= column.inner_x <= WIDTH - column.inner_width
        for part in column.parts:
            assert part.height >= 2
            assert 0 <= part.y <= HEIGHT - part.height


@given(days)
def test_the_axis_spans_what_is_shown_in_few_even_steps(rows: list[tuple[int, int, int]]) -> None:
    series = [Series(str(n), n, [row[n] for row in rows]) for n in range(3)]
    plot = stacked([str(n) for n in range(len(rows))], series, tick=str)
    values = [int(tick) for tick in plot.ticks]
    if not any(any(row) for row in rows):
        assert values == []
        return
    assert 2 <= len(values) <= 9
    assert len(values) == len(plot.lines)
    assert 0 in values
    assert len({a - b for a, b in pairwise(values)}) == 1
    assert values[0] >= max(sum(a for a in row if a > 0) for row in rows)
    assert values[-1] <= min(sum(a for a in row if a < 0) for row in rows)


@pytest.mark.parametrize(
    ("highest", "step"), [(1, 1), (4, 1), (5, 2), (40_00, 10_00), (41_00, 20_00), (12_345_678_90, 5_000_000_00)]
)
def test_an_axis_of_amounts_has_round_steps(highest: int, step: int) -> None:
    assert money_step(highest) == step


@pytest.mark.parametrize(("minutes", "step"), [(3, 1), (60, 15), (61, 30), (240, 60), (5 * 60, 120), (24 * 60, 360)])
def test_an_axis_of_time_has_steps_of_a_clock(minutes: int, step: int) -> None:
    assert time_step(minutes * 60_000) == step * 60_000


def test_a_plot_of_nothing_has_no_axis_and_no_highest_column() -> None:
    plot = stacked(["1", "2"], [])
    assert (plot.ticks, plot.highest, plot.highest_text) == ((), None, "")
    assert [column.parts for column in plot.columns] == [(), ()]


def test_what_rests_under_a_pointer_is_told_by_kind() -> None:
    plot = stacked(["1 May"], [Series("Private", 0, [1250]), Series("Group", 1, [0]), Series("Tip", 2, [500])])
    assert plot.columns[0].text == "1 May: Private 12.50, Tip 5.00"
