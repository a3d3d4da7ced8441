"""When a performer was before the camera: live in an own room, or checked in with somebody else.

Nothing is measured again: shows and check-ins say when they began and ended. A show whose performer was lost counts
until the last sign of life, `Show.seen_at`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Q

from ..check_in_models import CheckIn
from ..models import Show

Span = tuple[datetime, datetime]
_MS = timedelta(milliseconds=1)


def online_days(*, performer: Any, first: date, last: date, zone: tzinfo, now: datetime) -> dict[date, int]:
    """Milliseconds of each day, both included; days without are left out. Two queries, however long the past is."""
    start, end = _midnight(first, zone), min(_midnight(last + timedelta(days=1), zone), now)
    if end <= start:
        return {}
    shows = Show.objects.filter(
        Q(state=Show.State.LIVE) | Q(seen_at__gt=start), performer=performer, started_at__lt=end
    ).values_list("started_at", "seen_at", "state")
    spans = [(began, now if state == Show.State.LIVE else seen) for began, seen, state in shows]
    check_ins = CheckIn.objects.filter(
        Q(left_at__isnull=True) | Q(left_at__gt=start), performer=performer, joined_at__lt=end
    ).values_list("joined_at", "left_at", "show__seen_at", "show__state")
    for joined, left, seen, state in check_ins:
        until = left or now
        if joined is not None:
            spans.append((joined, until if state == Show.State.LIVE else min(until, seen)))
    return by_day([(max(began, start), min(until, end)) for began, until in spans], zone=zone)


def by_day(spans: Iterable[Span], *, zone: tzinfo) -> dict[date, int]:
    """Milliseconds of each day, where what overlaps counts once. Days may have 23 or 25 hours."""
    found: dict[date, int] = {}
    for began, until in merged(spans):
        while began < until:
            day = began.astimezone(zone).date()
            cut = min(_midnight(day + timedelta(days=1), zone), until)
            found[day] = found.get(day, 0) + (cut - began) // _MS
            began = cut
    return found


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time, without overlaps, in its order."""
    found: list[Span] = []
    for began, until in sorted((a.astimezone(UTC), b.astimezone(UTC)) for a, b in spans if a < b):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((began, until))
    return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    """In UTC: only there the difference of two moments is the time between them."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
