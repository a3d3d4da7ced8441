"""The stretch of days that figures and histories are asked for: the last 7, 30 or 90, or a month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

LENGTHS = (7, 30, 90)
DEFAULT = "30"
MONTHS_OFFERED = 12
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spell:
    """Both days are included. `key` is what the address says."""

    key: str
    first: date
    last: date

    @property
    def is_month(self) -> bool:
        return "-" in self.key

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, zone())

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + _DAY, time.min, zone())

    @property
    def days(self) -> list[date]:
        return [self.first + _DAY * number for number in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> Spell:
        """What it is compared with: as many days, or the month before."""
        if self.is_month:
            return month(_month_before(self.first))
        return Spell(self.key, self.first - (self.last - self.first) - _DAY, self.first - _DAY)

    @property
    def following(self) -> Spell:
        """The month after a month."""
        return month((self.last + _DAY).replace(day=1))

    @property
    def title(self) -> str:
        if self.is_month:
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        days = (self.last - self.first).days + 1
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def zone() -> tzinfo:
    """The site's: figures count by its days."""
    return timezone.get_default_timezone()


def today(now: datetime) -> date:
    return timezone.localdate(now, zone())


def month(first: date) -> Spell:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Spell(f"{first:%Y-%m}", first, following - _DAY)


def _month_before(first: date) -> date:
    return (first - _DAY).replace(day=1)


def spell(text: str, *, now: datetime) -> Spell | None:
    """None for what names no stretch of days, or one that is still to come."""
    last = today(now)
    if text in {str(length) for length in LENGTHS}:
        return Spell(text, last - _DAY * (int(text) - 1), last)
    if not text.isascii() or not _MONTH.fullmatch(text) or text < "2000" or text > f"{last:%Y-%m}":
        return None
    return month(date.fromisoformat(f"{text}-01"))


def months(now: datetime) -> list[Spell]:
    """Those that are offered, the running one first."""
    found = [month(today(now).replace(day=1))]
    while len(found) < MONTHS_OFFERED:
        found.append(found[-1].before)
    return found


def offered(now: datetime) -> list[Spell]:
    """What a history may be narrowed to."""
    return [known for length in LENGTHS if (known := spell(str(length), now=now))] + months(now)


def default(now: datetime) -> Spell:
    last = today(now)
    return Spell(DEFAULT, last - _DAY * (int(DEFAULT) - 1), last)
