"""What follows a commit: the engine is told who may send and see what, and who was barred goes off stage."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from ppv_plugin.people.queries import last_change
from ppv_plugin.people.rules import BARRED
from ppv_plugin.rooms.models import Room
from ppv_plugin.signals import role_changed, stage_changed

from . import services

NOTE_MAX = 120  # as long as a line of a receipt's timeline


@receiver(stage_changed, dispatch_uid="ppv_plugin.shows.stage")
def tell_engine(*, room_id: int, **_facts: Any) -> None:
    """An engine that does not answer is told again by the worker's repair."""
    services.apply_stage(room_id=room_id)


@receiver(role_changed, dispatch_uid="ppv_plugin.shows.barred")
def end_shows_of_barred(*, role: str, subject: UUID, after: str, at: datetime, **_facts: Any) -> None:
    """Whoever was suspended is off stage at once, as is everybody of a suspended studio, charged to the last proven
    moment; the worker does it otherwise."""
    owners = {"performer": "performer__uuid", "studio": "performer__studio__uuid"}
    if role in owners and after in BARRED:
        change = last_change(role=role, subject=subject)
        rooms = list(Room.objects.filter(**{owners[role]: subject}).values_list("pk", flat=True))
        services.close_suspended(now=at, room_ids=rooms, note=change.reason[:NOTE_MAX] if change is not None else "")
