"""The listing pictures: kept while the room is live, gone when the show ends."""

from __future__ import annotations

from datetime import datetime

from .pictures import Snapshot


def keep_snapshot(*, room_id: int, jpeg: bytes, now: datetime) -> None:
    Snapshot.objects.update_or_create(room_id=room_id, defaults={"jpeg": jpeg, "taken_at": now})


def forget_snapshot(*, room_id: int) -> None:
    Snapshot.objects.filter(room_id=room_id).delete()
