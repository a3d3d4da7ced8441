"""What staff changes of rooms and performers: each change is logged with its old and new value, and what a suspension
leaves running is ended once the change is committed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from ppv_plugin import signals
from ppv_plugin.people import rules
from ppv_plugin.people import services as people
from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows import services as shows

from . import audit

Changes = dict[str, tuple[Any, Any]]


def change_rooms(*, room_ids: Collection[int], values: Mapping[str, Any], user: Any, reason: str = "") -> int:
    """These fields of these rooms get these values. Returns how many rooms that changed. Call inside a transaction."""
    rows = list(Room.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=room_ids).order_by("pk"))
    changed = _write(Room, rows, values, user, reason)
    for room in changed:
        signals.announce(signals.room_changed, room_id=room.pk)
    if values.get("suspended") and changed:
        end_later(room_ids=[room.pk for room in changed], user=user, reason=reason)
    return len(changed)


def change_performers(*, performer_ids: Collection[int], values: Mapping[str, Any], user: Any, reason: str = "") -> int:
    """The same for performers."""
    rows = Performer.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=performer_ids).order_by("pk")
    return len(_write(Performer, list(rows), values, user, reason))


def suspend_performers(*, performer_ids: Collection[int], suspend: bool, user: Any, reason: str) -> int:
    """Suspend whoever may still be suspended, or approve again who was. Returns how many that were."""
    decision = "suspend" if suspend else "approve"
    before = rules.DECISIONS["suspend"][0] if suspend else {rules.SUSPENDED}
    rows = list(Performer.objects.filter(pk__in=performer_ids, status__in=before).order_by("pk"))
    if suspend:
        rooms = Room.objects.filter(performer__in=rows).values_list("pk", flat=True)
        end_later(room_ids=list(rooms), user=user, reason=reason)
    for row in rows:
        people.decide(
            role="performer", subject=row.uuid, decision=decision, reason=reason, actor=user, now=timezone.now()
        )
        audit.reviewed(subject=row, decision=decision, reason=reason, user=user)
    return len(rows)


def _write(model: Any, rows: Sequence[Any], values: Mapping[str, Any], user: Any, reason: str) -> list[Any]:
    changed = []
    for row in rows:
        if changes := differences(row, values):
            audit.changed(subject=row, changes=changes, user=user, reason=reason)
            changed.append(row)
    if changed:
        model.objects.filter(pk__in=[row.pk for row in changed]).update(**values)
    return changed


def differences(before: Any, after: Mapping[str, Any]) -> Changes:
    return {name: (getattr(before, name), value) for name, value in after.items() if getattr(before, name) != value}


def end_later(*, room_ids: Collection[int], user: Any, reason: str) -> None:
    """Once the suspension is committed: every session is then closed in a transaction of its own."""
    transaction.on_commit(partial(_end, shows.running_in(room_ids=room_ids), user, reason))


def _end(running: Sequence[shows.Running], user: Any, reason: str) -> None:
    sessions = {show.room_id: show.sessions for show in running}
    shows.close_suspended(now=timezone.now(), room_ids=sessions, note=reason)
    for room in Room.objects.filter(pk__in=sessions).order_by("pk"):
        audit.show_ended(room=room, sessions=sessions[room.pk], reason=reason, user=user)
