"""The site takes a room or a performer out of use: what runs there ends, charged to its last proven millisecond."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from ppv_plugin.people.rules import BARRED

from ..models import PrivateShow, Show, Visit
from .endings import close_show
from .media import report_usage


@dataclass(frozen=True, slots=True)
class Running:
    """A live show in a room, with so many paid sessions in it."""

    show_id: UUID
    room_id: int
    sessions: int


def running_in(*, room_ids: Collection[int]) -> list[Running]:
    """What a suspension of these rooms would end."""
    rows = Show.objects.filter(state=Show.State.LIVE, room_id__in=room_ids)
    inside = Count("visits", filter=Q(visits__state=Visit.State.INSIDE), distinct=True)
    private = Count("private_shows", filter=Q(private_shows__state=PrivateShow.State.OPEN), distinct=True)
    counted = rows.annotate(sessions=inside + private).order_by("room_id")
    return [Running(*row) for row in counted.values_list("id", "room_id", "sessions")]


def close_suspended(*, now: datetime, room_ids: Collection[int] | None = None, note: str = "") -> None:
    """End every live show in a suspended room, of a suspended or rejected performer, of one whom its studio has
    disabled, or of one of a suspended studio; of these rooms or of all.

    `note` is the site's reason, which both sides read on their receipts. The worker does this every second too, for
    rooms that were suspended by other ways than the admin. Call it outside a transaction, as `close_show`.
    """
    rows = Show.objects.filter(state=Show.State.LIVE)
    performer = Q(room__performer__status__in=BARRED) | Q(room__performer__disabled=True)
    rows = rows.filter(performer | Q(room__suspended=True) | Q(room__performer__studio__status__in=BARRED))
    if room_ids is not None:
        rows = rows.filter(room_id__in=room_ids)
    for show_id, room_id in list(rows.order_by("id").values_list("id", "room_id")):
        report_usage(now=now, room_id=room_id)
        close_show(show_id=show_id, reason="staff", now=now, note=note)
