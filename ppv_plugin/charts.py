"""Bars as plain SVG: whole coordinates, no script and no inline style, colours by style sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ppv_plugin.amounts import marks, written

WIDTH, HEIGHT = 900, 180


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    amount: int  # hundredths
    x: int
    y: int
    width: int
    height: int

    @property
    def text(self) -> str:
        return written(self.amount)


@dataclass(frozen=True, slots=True)
class Chart:
    """`baseline` is where zero is; bars of negative amounts hang below it."""

    bars: tuple[Bar, ...]
    baseline: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def highest(self) -> Bar | None:
        return max(self.bars, key=lambda bar: bar.amount, default=None)


def chart(values: Sequence[tuple[str, int]]) -> Chart:
    """One bar for each (label, hundredths), from the first to the last."""
    amounts = [amount for _label, amount in values]
    top, bottom = max([0, *amounts]), min([0, *amounts])
    span = top - bottom
    baseline = HEIGHT * top // span if span else HEIGHT
    bars = []
    for number, (label, amount) in enumerate(values):
        left, right = WIDTH * number // len(values), WIDTH * (number + 1) // len(values)
        gap = 2 if right - left > 6 else 0
        height = max(HEIGHT * abs(amount) // span, 1) if amount else 0  # what is there is seen
        y = baseline - height if amount >= 0 else min(baseline, HEIGHT - height)
        bars.append(Bar(label, amount, left + gap, max(y, 0), max(right - left - 2 * gap, 1), height))
    return Chart(tuple(bars), baseline)


def permille(amount: int, highest: int) -> int:
    """How long a bar is beside the longest, for bars in a table."""
    return max(amount, 0) * 1000 // highest if highest > 0 else 0


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of amount, day by day. `number` names its colour, `.ppv-series--NUMBER`."""

    label: str
    number: int
    amounts: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Column:
    """A day. `text` says what is in it; `cells` are its amounts in the order of the series."""

    label: str
    total: int
    text: str
    cells: tuple[int, ...]
    x: int
    width: int
    parts: tuple[Part, ...]

    @property
    def inner_x(self) -> int:
        return self.x + self._gap

    @property
    def inner_width(self) -> int:
        return max(self.width - 2 * self._gap, 1)

    @property
    def _gap(self) -> int:
        return min(self.width // 8, 12)


@dataclass(frozen=True, slots=True)
class Stack:
    """Columns of several kinds on top of each other. `ticks` stand at equal distances from the top to the bottom."""

    columns: tuple[Column, ...]
    series: tuple[Series, ...]
    ticks: tuple[str, ...]
    lines: tuple[int, ...]
    baseline: int
    highest: Column | None
    highest_text: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def middle(self) -> Column:
        return self.columns[len(self.columns) // 2]


def plain(amount: int) -> str:
    """For an axis: hundredths only where there are some."""
    return written(amount).removesuffix(f"{marks()[0]}00")


def money_step(highest: int) -> int:
    """A round distance between the lines of an axis, of which two to four are needed."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * 4 >= highest:
                return factor * power
        power *= 10


_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480)


def time_step(highest: int) -> int:
    """The same for milliseconds, in whole minutes and hours."""
    return next((minutes * 60_000 for minutes in _MINUTES if minutes * 240_000 >= highest), 12 * 3_600_000)


def stacked(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    text: Callable[[int], str] = written,
    tick: Callable[[int], str] = plain,
    step: Callable[[int], int] = money_step,
) -> Stack:
    """One column for each label. `text` words an amount, `tick` one of the axis, `step` chooses its lines."""
    days = [tuple(one.amounts[n] for one in series) for n in range(len(labels))]
    top = max((sum(a for a in day if a > 0) for day in days), default=0)
    bottom = max((-sum(a for a in day if a < 0) for day in days), default=0)
    between = step(max(top, bottom)) if top or bottom else 0
    above = -(-top // between) if between else 1
    below = -(-bottom // between) if between else 0
    count = above + below
    baseline = HEIGHT * above // count
    columns = tuple(
        Column(
            label=label,
            total=sum(cells),
            text=_told(label, cells, series, text),
            cells=cells,
            x=(left := WIDTH * n // len(labels)),
            width=WIDTH * (n + 1) // len(labels) - left,
            parts=tuple(_parts(cells, series, baseline, HEIGHT, between * count)),
        )
        for n, (label, cells) in enumerate(zip(labels, days, strict=True))
    )
    highest = max(columns, key=lambda column: column.total, default=None)
    highest = highest if highest is not None and highest.total > 0 else None
    return Stack(
        columns=columns,
        series=tuple(series),
        ticks=tuple(tick(between * level) for level in range(above, -below - 1, -1)) if between else (),
        lines=tuple(HEIGHT * n // count for n in range(count + 1)) if between else (HEIGHT,),
        baseline=baseline,
        highest=highest,
        highest_text=text(highest.total) if highest else "",
    )


def _told(label: str, cells: Sequence[int], series: Sequence[Series], text: Callable[[int], str]) -> str:
    """What a pointer that rests on a column reads."""
    parts = [f"{one.label} {text(amount)}" for one, amount in zip(series, cells, strict=True) if amount]
    return f"{label}: {', '.join(parts) if parts else text(0)}"


def _parts(cells: Sequence[int], series: Sequence[Series], baseline: int, height: int, span: int) -> Iterator[Part]:
    """Amounts above zero stand on each other, those below hang from each other."""
    up = down = 0
    for one, amount in zip(series, cells, strict=True):
        if not amount:
            continue
        before = up if amount > 0 else down
        after = before + abs(amount)
        near, far = height * before // span, height * after // span
        tall = max(far - near, 2)  # what is there is seen
        if amount > 0:
            up = after
            yield Part(one.number, max(baseline - near - tall, 0), tall)
        else:
            down = after
            yield Part(one.number, min(baseline + near, height - tall), tall)
