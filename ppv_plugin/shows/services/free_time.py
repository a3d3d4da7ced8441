"""Free watching that is used up for today: media stop, and the room says what opens it again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from ppv_plugin.chat import free_time
from ppv_plugin.rooms import presence
from ppv_plugin.signals import announce, stage_changed

from ..queries.free_time import has_funds


def count_free_time(*, connections: Collection[UUID], now: datetime) -> list[UUID]:
    """One more beat of free time for these sockets. Returns those whose time is used up: they hold no media any more.
    A client with anything in its wallet may watch on."""
    over = free_time.count(connections=connections, now=now)
    spared = {key for key in {row.user_key for row in over} if has_funds(user_key=key)}
    ended = [row for row in over if row.user_key not in spared]
    for row in ended:
        if row.participant:
            presence.hold_participant(connection=row.id, participant="", now=now)
    for room_id in {row.room_id for row in ended if row.participant}:
        announce(stage_changed, room_id=room_id)
    return [row.id for row in ended]
