"""Bo's room in a mode with voyeurs and 2-way places, and what its sockets are told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ppv_plugin.models import RoomMode
from ppv_plugin.realtime import announcements
from ppv_plugin.realtime.events import Event
from ppv_plugin.rooms import presence
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast, connection_of


def seen_mode(cast: Cast, **more: Any) -> RoomMode:
    """1.50 for everybody, 1.75 unseen, 2.00 with the own camera, two places for it; 30 seconds free."""
    terms: dict[str, Any] = {
        "group_cpm": 150,
        "grace_seconds": 30,
        "voyeur_enabled": True,
        "voyeur_cpm": 175,
        "voyeur_private": True,
        "two_way_slots": 2,
        "two_way_cpm": 200,
    }
    return RoomMode.objects.create(
        locale=cast.group.locale, key=f"seen-{uuid4().hex[:6]}", name="Seen", **{**terms, **more}
    )


def inside(cast: Cast, client: Any, manner: str, cpm: int) -> Any:
    """Open the page, agree to the price, go in, connect."""
    presence.open_presence(
        connection=connection_of(client),
        room_id=cast.bo_room.pk,
        user_key=str(client.pk),
        role="client",
        now=cast.now,
    )
    visit = shows.enter_group(
        user=client, room_id=cast.bo_room.pk, cid=uuid4().hex, cpm=cpm, manner=manner, now=cast.now
    )
    cast.join(client, cast.bo_room, "subscribe")
    return visit


def voyeur(cast: Cast, client: Any) -> Any:
    return inside(cast, client, "voyeur", 175)


def leave(cast: Cast, client: Any) -> None:
    shows.leave_group(user=client, room_id=cast.bo_room.pk, now=cast.now)


def private_with(cast: Cast, client: Any, *, watched: bool) -> Any:
    """Bo in private with this client, who was told or not that voyeurs may watch."""
    request = shows.request_private(
        user=client, room_id=cast.bo_room.pk, cid=uuid4().hex, media="video", cpm=200, watched=watched, now=cast.now
    )
    shows.answer_request(user=cast.bo, request_id=request.id, accept=True, now=cast.now)
    request.refresh_from_db()
    for direction in ("publish", "subscribe"):
        cast.join(client, cast.bo_room, direction)
    cast.join(cast.bo, cast.bo_room, "subscribe")
    return request.private_show


class Told:
    """In place of the bus: everything that would go out to sockets."""

    heard = True

    def __init__(self, monkeypatch: Any) -> None:
        self.events: list[Event] = []
        monkeypatch.setattr(announcements, "process_bus", lambda: self)

    def publish(self, event: Event) -> None:
        self.events.append(event)

    def to_others(self, *, user: Any, room_id: int) -> list[Event]:
        """Except to this person."""
        own = {f"ppv.user.{user.pk}", f"ppv.person.{room_id}.{user.pk}"}
        return [event for event in self.events if event.group not in own]
