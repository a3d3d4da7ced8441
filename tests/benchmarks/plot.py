"""Two drawings of a run as SVG: tick durations against sessions, and what grows with the ledger."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 40, 50
# Told apart by dash and mark as well as by colour; both backgrounds carry them (3:1 on white and on #1b1b1b).
STYLES = (("#2f7fbf", "", "circle"), ("#c2571a", "6 4", "square"), ("#2e8b57", "2 3", "circle"))
INK = "#767676"


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: Sequence[tuple[float, float]]


def drawing(*, title: str, description: str, across: str, up: str, lines: Sequence[Line]) -> str:
    """A chart on two logarithmic axes."""
    xs = [x for line in lines for x, _y in line.points]
    ys = [y for line in lines for _x, y in line.points]
    x_of, y_of = _scale(xs, LEFT, WIDTH - RIGHT), _scale(ys, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title description" font-family="sans-serif" font-size="12">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        _text(LEFT, 20, title, size=14),
        *_grid(xs, ys, x_of, y_of),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, across, anchor="middle"),
        _text(LEFT - 4, TOP - 8, up, anchor="end"),
    ]
    for number, line in enumerate(lines):
        parts += _curve(line, *STYLES[number % len(STYLES)], x_of, y_of)
    return "\n".join([*parts, "</svg>", ""])


class _scale:
    """Decades that hold all values, from `start` to `end` in pixels."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self.high = max(self.high, self.low + 1)
        self._start, self._per_decade = start, (end - start) / (self.high - self.low)

    def __call__(self, value: float) -> float:
        return round(self._start + (math.log10(value) - self.low) * self._per_decade, 1)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def _grid(xs: Sequence[float], ys: Sequence[float], x_of: _scale, y_of: _scale) -> list[str]:
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
    found = []
    for value in y_of.decades():
        found.append(f'<path d="M{left} {y_of(value)}H{right}" stroke="{INK}" stroke-opacity=".35"/>')
        found.append(_text(left - 6, y_of(value) + 4, _short(value), anchor="end"))
    for value in x_of.decades():
        found.append(f'<path d="M{x_of(value)} {top}V{bottom}" stroke="{INK}" stroke-opacity=".35"/>')
        found.append(_text(x_of(value), bottom + 18, _short(value), anchor="middle"))
    return found


def _curve(line: Line, colour: str, dash: str, mark: str, x_of: _scale, y_of: _scale) -> list[str]:
    places = [(x_of(x), y_of(y)) for x, y in line.points]
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    found = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>']
    for x, y in places:
        if mark == "circle":
            found.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        else:
            found.append(f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8" fill="{colour}"/>')
    x, y = places[-1]
    return [*found, _text(x + 10, y + 4, line.name, colour=colour)]


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, colour: str = INK) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{escape(words)}</text>'


def _short(value: float) -> str:
    for size, letter in ((10**6, "M"), (10**3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
