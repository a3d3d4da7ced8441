"""Rooms that an editor picked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ppv_plugin.people.queries import stage_statuses
from ppv_plugin.rooms.models import Room

from .rooms import RoomTile, _views, _with_relations


def picked(*, site: Any, room_ids: Sequence[int]) -> list[RoomTile]:
    """Those of these rooms that a visitor may see, in the order of the ids."""
    rows = Room.objects.filter(site=site, suspended=False, performer__status__in=stage_statuses(site))
    found = {room.pk: room for room in _with_relations(rows.filter(pk__in=room_ids)).prefetch_related("tags")}
    rooms = [found[room_id] for room_id in dict.fromkeys(room_ids) if room_id in found]
    return [
        RoomTile(
            room=view,
            uuid=str(room.uuid),
            description=room.description,
            featured=room.featured,
            tags=[tag.name for tag in room.tags.all()],
        )
        for room, view in zip(rooms, _views(rooms), strict=True)
    ]
