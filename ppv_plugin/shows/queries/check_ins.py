"""Reads of check-ins: who is in a show, who is asked, and whom a performer may ask."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from ppv_plugin.people.models import Performer
from ppv_plugin.people.queries import stage_statuses

from ..check_in_models import CheckIn
from ..states import CheckInView

_HERE = [CheckIn.State.INVITED, CheckIn.State.IN]
CHOICES_MAX = 200


def check_ins_of(*, show_id: UUID) -> list[CheckInView]:
    """Those asked and those in, in the order in which they were asked."""
    rows = CheckIn.objects.filter(show_id=show_id, state__in=_HERE).select_related("performer", "show__room")
    return [_view(row, row.performer.name) for row in rows.order_by("invited_at", "id")]


def visiting(*, performer_id: int) -> list[CheckInView]:
    """Where this performer is asked to come, or is checked in."""
    rows = CheckIn.objects.filter(performer_id=performer_id, state__in=_HERE)
    found = rows.select_related("show__room__performer").order_by("invited_at", "id")
    return [_view(row, row.show.room.performer.name) for row in found]


def visits(*, user: Any, room_id: int) -> list[CheckInView]:
    """Where this user is asked to come into the show of this room, or is checked in there."""
    rows = CheckIn.objects.filter(performer__user=user, show__room_id=room_id, show__state="live", state__in=_HERE)
    found = rows.select_related("performer", "show__room__performer").order_by("invited_at", "id")
    return [_view(row, row.show.room.performer.name) for row in found]


def is_asked(*, user: Any, room_id: int) -> bool:
    """Whether this user may come there as a guest, not as a client."""
    return bool(visits(user=user, room_id=room_id))


def room_visited(*, user: Any, check_in_id: str) -> Any:
    """The room of the show which this check-in of this user is into, while it lasts; else None."""
    try:
        rows = CheckIn.objects.filter(pk=check_in_id, performer__user=user, show__state="live", state__in=_HERE)
        check_in = rows.select_related("show__room").first()
    except (ValueError, ValidationError):
        return None
    return check_in.show.room if check_in is not None else None


def _view(row: CheckIn, name: str) -> CheckInView:
    return CheckInView(id=str(row.pk), name=name, state=row.state, room=row.show.room.title)


def guests_of(*, show_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """show -> the names of who is in; shows without guests are left out."""
    rows = CheckIn.objects.filter(show_id__in=show_ids, state=CheckIn.State.IN).order_by("joined_at", "id")
    found: dict[UUID, list[str]] = {}
    for show_id, name in rows.values_list("show_id", "performer__name"):
        found.setdefault(show_id, []).append(name)
    return found


def performers_to_ask(*, room: Any) -> list[Performer]:
    """Others who may perform on the site of this room, by name."""
    rows = Performer.objects.filter(status__in=stage_statuses(room.site)).exclude(pk=room.performer_id)
    return list(rows.order_by("name", "id")[:CHOICES_MAX])
