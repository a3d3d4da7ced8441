"""The figures of a dashboard: what was earned or spent in a stretch of days, by day and kind, and the time online.

Any kind of session has its place here by being one: colours go by what is known first, then by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ppv_plugin.charts import Series, Stack, stacked, time_step
from ppv_plugin.metering.kinds import kind_text
from ppv_plugin.metering.turnover import Counted, Moved, by_kind, counted, turnover
from ppv_plugin.people.models import Performer
from ppv_plugin.shows.queries.online import online_days
from ppv_plugin.shows.queries.unseen import untold

from . import spells
from .spells import Spell

_ORDER = ("private", "group", "tip", "two_way", "voyeur", "adjustment")
_COLOURS = 8
_ONLINE_COLOUR = 6
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Row:
    """A kind in the table beside the plot."""

    kind: str
    label: str
    number: int
    amount: int
    sessions: int
    used_ms: int


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` and `before` are what was earned, or what was spent; never signed by the side of the account."""

    plot: Stack
    rows: list[Row]
    amount: int
    before: int
    sessions: int

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True, slots=True)
class Online:
    plot: Stack
    ms: int
    before_ms: int
    days: int  # with any time online


def earned(*, account_id: int | None, performer: Performer, spell: Spell) -> Money:
    hidden = untold(performer=performer)
    return _money(account_id, spell, sign=1, hidden=hidden)


def spent(*, account_id: int | None, spell: Spell) -> Money:
    return _money(account_id, spell, sign=-1, hidden=None)


def per_hour(amount: int, online_ms: int) -> int | None:
    """Hundredths in an hour online; None where an hour says nothing yet."""
    return amount * _HOUR_MS // online_ms if online_ms >= _HOUR_MS else None


def _money(account_id: int | None, spell: Spell, *, sign: int, hidden: Q | None) -> Money:
    if account_id is None:
        return plotted(spell=spell, moved=[], counts={}, before=0)
    rows = turnover(account_id=account_id, start=spell.before.start, end=spell.end, zone=spells.zone())
    moved = [Moved(row.day, row.kind, sign * row.amount) for row in rows]
    counts = counted(account_id=account_id, paid=sign < 0, start=spell.start, end=spell.end, untold=hidden)
    return plotted(
        spell=spell,
        moved=[row for row in moved if row.day >= spell.first],
        counts=counts,
        before=sum(row.amount for row in moved if row.day < spell.first),
    )


def plotted(*, spell: Spell, moved: Iterable[Moved], counts: Mapping[str, Counted], before: int) -> Money:
    found = list(moved)
    sums = by_kind(found)
    kinds = sorted({*sums, *counts}, key=_place)
    numbers = {kind: _number(kind, kinds) for kind in kinds}
    days = spell.days
    place = {day: n for n, day in enumerate(days)}
    amounts = {kind: [0] * len(days) for kind in kinds if kind in sums}
    for row in found:
        amounts[row.kind][place[row.day]] += row.amount
    series = [Series(kind_text(kind), numbers[kind], values) for kind, values in amounts.items()]
    nothing = Counted(0, 0)
    rows = [
        Row(kind, kind_text(kind), numbers[kind], sums.get(kind, 0), got.sessions, got.used_ms)
        for kind in kinds
        for got in (counts.get(kind, nothing),)
    ]
    return Money(
        plot=stacked(_labels(days), series),
        rows=rows,
        amount=sum(sums.values()),
        before=before,
        sessions=sum(got.sessions for got in counts.values()),
    )


def online(*, performer: Any, spell: Spell, now: datetime) -> Online:
    whole = online_days(performer=performer, first=spell.before.first, last=spell.last, zone=spells.zone(), now=now)
    return online_plotted(spell=spell, found=whole)


def online_plotted(*, spell: Spell, found: Mapping[date, int]) -> Online:
    """`found`: day -> milliseconds, of this stretch and of the one before."""
    values = [found.get(day, 0) for day in spell.days]
    plot = stacked(
        _labels(spell.days),
        [Series(_("Online"), _ONLINE_COLOUR, values)],
        text=hours,
        tick=hours,
        step=time_step,
    )
    before = sum(ms for day, ms in found.items() if spell.before.first <= day <= spell.before.last)
    return Online(plot=plot, ms=sum(values), before_ms=before, days=sum(ms > 0 for ms in values))


def hours(milliseconds: int) -> str:
    """A duration in hours and minutes: 12:05."""
    minutes = max(milliseconds, 0) // 60_000
    return f"{minutes // 60}:{minutes % 60:02d}"


def _labels(days: Iterable[date]) -> list[str]:
    return [date_format(day, "SHORT_DATE_FORMAT") for day in days]


def _place(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind)


def _number(kind: str, kinds: list[str]) -> int:
    """The colour stays with the kind, whatever else is there; those not known share the colours that are left."""
    if kind in _ORDER:
        return _ORDER.index(kind)
    others = [one for one in kinds if one not in _ORDER]
    return len(_ORDER) + others.index(kind) % (_COLOURS - len(_ORDER))
