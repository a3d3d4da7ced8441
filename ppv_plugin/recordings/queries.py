"""Reads of recordings: what runs, whose they are, and who may open one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .models import Recording

SEE = "ppv_plugin.view_recording"


def running_stretch(room_id: int) -> str:
    """What the engine is to call the recording of now; empty while nothing is recorded."""
    rows = Recording.objects.filter(room_id=room_id, state=Recording.State.RUNNING)
    return str(rows.values_list("stretch", flat=True).first() or "")


def own(*, performer: Any) -> Any:
    """What a performer finds in the list, newest first; deleted and empty ones are not among them."""
    rows = Recording.objects.filter(performer=performer)
    rows = rows.exclude(state__in=[Recording.State.DELETED, Recording.State.EMPTY])
    return rows.select_related("room").order_by("-started_at", "stretch", "part")


def openable(*, user: Any, recording_id: UUID) -> Recording | None:
    """A finished recording, for its owner and for staff with the permission. For everybody else there is none."""
    if not user.is_authenticated:
        return None
    rows = Recording.objects.select_related("performer", "room").filter(id=recording_id, state=Recording.State.READY)
    row = rows.first()
    if row is None:
        return None
    return row if row.performer.user_id == user.pk or user.has_perm(SEE) else None


def last_trouble(*, performer: Any) -> Recording | None:
    """The newest recording, if something of it is missing."""
    row = own(performer=performer).first()
    return row if row is not None and row.trouble else None


def ready_count(*, performer: Any) -> int:
    return Recording.objects.filter(performer=performer, state=Recording.State.READY).count()
