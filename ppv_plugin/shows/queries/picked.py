"""Rooms that an editor picked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ppv_plugin.rooms.listed import visible

from .rooms import RoomTile, _views, _with_relations, tile_of


def picked(*, site: Any, room_ids: Sequence[int], now: datetime) -> list[RoomTile]:
    """Those of these rooms that a visitor may see, in the order of the ids."""
    rows = _with_relations(visible(site).filter(pk__in=room_ids)).prefetch_related("tags")
    found = {room.pk: room for room in rows}
    rooms = [found[room_id] for room_id in dict.fromkeys(room_ids) if room_id in found]
    return [tile_of(room, view, now=now) for room, view in zip(rooms, _views(rooms), strict=True)]
