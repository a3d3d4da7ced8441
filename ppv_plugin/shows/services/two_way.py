"""2-way: the performer closes somebody's camera; and lets voyeurs into private shows, or no more."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ppv_plugin.errors import Gone

from ..models import Visit
from ..rules import TWO_WAY
from .common import lock_room, own_room, person_moved_on, room_moved_on
from .endings import end_visit
from .media import report_usage


def close_camera(*, user: Any, room_id: int, visit_id: UUID, now: datetime) -> None:
    """The client goes out, charged to the proven moment, and its place is free. Raises Gone when it was closed."""
    own_room(user=user, room_id=room_id)
    report_usage(now=now, room_id=room_id)
    visit = Visit.objects.filter(id=visit_id, show__room_id=room_id, manner=TWO_WAY, state=Visit.State.INSIDE).first()
    if visit is None or not end_visit(visit_id=visit.id, reason="performer", now=now):
        raise Gone


def allow_voyeurs(*, user: Any, room_id: int, allowed: bool, now: datetime) -> None:
    """Whether voyeurs may watch this performer's private shows, where the mode has it. A private show that runs is
    watched no more when it is taken back; it is not watched after all when it is given, unless its client was told."""
    room = own_room(user=user, room_id=room_id)
    with transaction.atomic():
        type(room.performer).objects.filter(pk=room.performer_id).update(voyeurs_in_private=allowed)
        room_moved_on(lock_room(room_id))
        person_moved_on(user_id=user.pk, room_id=room_id)
