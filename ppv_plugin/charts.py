"""Bars as plain SVG: whole coordinates, no script and no inline style, colours by style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ppv_plugin.ledger.rules import tokens

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
        return tokens(self.amount)


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
