"""How long people watch for free, and how long the site lets them on a day (spec M-15).

Counted on the server in beats of a quarter of a minute, one beat for each person however many tabs it has open: a beat
counts only when the last one counted is a beat ago. Visitors are known by a signed cookie, and their address may not
use more than a few of them would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string
from wagtail.models import Site

from ppv_plugin.rooms.models import Presence, Room

from .models import ChatSettings, FreeUse
from .queries import chat_settings

BEAT_MS = 15_000
_SLACK_MS = 1_000  # a beat may come a little early
ADDRESS_TIMES = 4  # visitors behind one address, before it counts as one that throws its cookies away
COOKIE, COOKIE_SECONDS, _SALT = "ppv_visitor", 2 * 86_400, "ppv_plugin.visitor"
MINUTE_MS = 60_000


def new_cookie() -> str:
    return signing.dumps(get_random_string(20), salt=_SALT)


def visitor_of(cookie: str) -> str:
    """Who the cookie says it is; empty when we did not make it."""
    try:
        return str(signing.loads(cookie, salt=_SALT, max_age=COOKIE_SECONDS))[:32] if cookie else ""
    except signing.BadSignature:
        return ""


def left_ms(*, site: Any, user_key: str, visitor: str, address: str, now: datetime) -> int | None:
    """What is left of today's free time; None where the site does not limit it."""
    limits = _limits(chat_settings(site), user_key, visitor, address)
    if not limits:
        return None
    rows = FreeUse.objects.filter(site=site, day=timezone.localdate(now), key__in=limits)
    used = dict(rows.values_list("key", "used_ms"))
    return max(0, min(limit - used.get(key, 0) for key, limit in limits.items()))


def count(*, connections: Collection[UUID], now: datetime) -> list[Presence]:
    """One more beat for whoever watches for free over one of these sockets. Returns those whose time is used up."""
    over: list[Presence] = []
    for site, rows in _watching(connections).items():
        settings = chat_settings(site)
        limits = {row: _limits(settings, row.user_key, row.visitor, row.address) for row in rows}
        keys = {key for found in limits.values() for key in found}
        if keys:
            used = _beat(site, timezone.localdate(now), keys, now)
            over += [row for row, found in limits.items() if any(used[key] >= limit for key, limit in found.items())]
    return over


def forget_use(*, now: datetime) -> None:
    """What was used the day before yesterday and earlier matters to nobody."""
    FreeUse.objects.filter(day__lt=timezone.localdate(now) - timedelta(days=1)).delete()


def _limits(settings: ChatSettings, user_key: str, visitor: str, address: str) -> dict[str, int]:
    if not settings.free_caps:
        return {}
    if user_key:
        return {f"u:{user_key}": settings.member_free_minutes * MINUTE_MS}
    limit = settings.visitor_free_minutes * MINUTE_MS
    if not visitor:
        return {f"a:{address}": limit}
    return {f"v:{visitor}": limit, **({f"a:{address}": limit * ADDRESS_TIMES} if address else {})}


def _watching(connections: Collection[UUID]) -> dict[Any, list[Presence]]:
    """Sockets in rooms that are free right now, by site, where the site limits it."""
    rows = Presence.objects.filter(id__in=connections, room__state=Room.State.FREE, role__in=("client", "visitor"))
    by_site: dict[int, list[Presence]] = defaultdict(list)
    for row in rows.select_related("room"):
        by_site[row.room.site_id].append(row)
    limiting = ChatSettings.objects.filter(site_id__in=by_site, free_caps=True).values_list("site_id", flat=True)
    return {site: by_site[site.pk] for site in Site.objects.filter(pk__in=list(limiting))}


def _beat(site: Any, day: date, keys: Iterable[str], now: datetime) -> dict[str, int]:
    """A few statements, however many people. Nothing is read before it counts: two processes never count one beat."""
    rows = FreeUse.objects.filter(site=site, day=day, key__in=list(keys))
    due = rows.filter(counted_to__lte=now - timedelta(milliseconds=BEAT_MS - _SLACK_MS))
    due.update(used_ms=F("used_ms") + BEAT_MS, counted_to=now)
    known = dict(rows.values_list("key", "used_ms"))
    new = [FreeUse(site=site, day=day, key=key, counted_to=now) for key in sorted(set(keys) - set(known))]
    if new:
        FreeUse.objects.bulk_create(new, ignore_conflicts=True)
    return {key: known.get(key, 0) for key in keys}
