"""How much of the free lead-in a client has left with a performer (spec B-4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ppv_plugin.metering import rules as metering_rules
from ppv_plugin.rooms import queries as rooms

from ..models import PrivateShow, Show, Visit
from ..rules import GraceUsed, free_used_ms

_PAID: dict[str, Any] = {"private": PrivateShow, "group": Visit}


def grace_used(*, subject: str, room: Any, client: Any, now: datetime) -> GraceUsed:
    """What visits of this kind used for nothing that ended within the site's window, with the same performer.

    A change of mode gives a new grace (spec M-1): of the group visits only those after the last one count.
    """
    minutes = rooms.pricing(room.site).grace_window_minutes
    rows = _PAID[subject].objects.filter(
        client=client,
        show__performer_id=room.performer_id,
        session__closed_at__gt=now - timedelta(minutes=minutes),
    )
    if subject == "group" and (switched_at := _switched_at(room)):
        rows = rows.filter(entered_at__gte=switched_at)
    used_ms, used_at = 0, None
    for session in (row.session for row in rows.select_related("session").order_by("session__closed_at")):
        if free_ms := free_used_ms(metering_rules.tariff_from(session.tariff), session.used_ms):
            used_ms, used_at = used_ms + free_ms, session.closed_at
    return GraceUsed(used_ms, used_at)


def _switched_at(room: Any) -> datetime | None:
    show = Show.objects.filter(room=room, state=Show.State.LIVE).first()
    last = show.mode_switches.order_by("-number").first() if show is not None and show.mode_number else None
    return last.at if last is not None else None
