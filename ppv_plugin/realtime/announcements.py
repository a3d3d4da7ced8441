"""From a fact (`ppv_plugin.signals`) to a message. Runs in the service's own thread, after its commit.

Of states only the staleness is published: each process reads them afterwards (`room_states`, the sockets), so that an
older state never follows a newer one. What is a message of its own, a chat line or a receipt, is made here once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.dispatch import Signal

from ppv_plugin import signals
from ppv_plugin.chat import queries as chat
from ppv_plugin.people.models import Client
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows import queries as shows
from ppv_plugin.shows.models import PrivateShow

from . import events
from . import protocol as p
from .bus import Bus
from .wiring import process_bus


def room_changed(bus: Bus, *, room_id: int) -> None:
    site_id = Room.objects.filter(pk=room_id).values_list("site_id", flat=True).first()
    if site_id is not None:
        for group in (events.room_group(room_id), events.listing_group(site_id)):
            bus.publish(events.Event(group=group, stale=events.ROOM, room=room_id, site=site_id))


def person_changed(bus: Bus, *, user_key: str, room_id: int | None) -> None:
    group = events.user_group(user_key) if room_id is None else events.person_group(user_key, room_id)
    bus.publish(events.Event(group=group, stale=events.ME))


def wallet_changed(bus: Bus, *, account_id: int, owner: str) -> None:
    user_id = Client.objects.filter(uuid=owner).values_list("user_id", flat=True).first() if _is_uuid(owner) else None
    if user_id is not None:
        bus.publish(events.Event(group=events.user_group(str(user_id)), stale=events.WALLET))


def session_metered(bus: Bus, *, session_ids: list[UUID]) -> None:
    for line in shows.meters(session_ids=session_ids):
        key = f"meter.{line.session_id}"
        for user_key, meter in ((line.client_user_key, line.client), (line.performer_user_key, line.performer)):
            if not user_key:
                continue
            bus.publish(
                events.framed(events.person_group(user_key, line.room_id), p.MeterMessage(meter=meter), key=key)
            )


def session_warned(bus: Bus, *, session_id: UUID, left_ms: int) -> None:
    """Both are told: the client to top up, the performer to come to an end."""
    warning = p.SessionWarning(session=str(session_id), left_ms=left_ms)
    for line in shows.meters(session_ids=[session_id]):
        for user_key in filter(None, (line.client_user_key, line.performer_user_key)):
            bus.publish(events.framed(events.person_group(user_key, line.room_id), warning))


def session_closed(bus: Bus, *, session_id: UUID, reason: str) -> None:
    notice = shows.receipt_notices(session_id=session_id)
    if notice.kind == "tip":  # nothing has ended: the chat tells of it
        return
    for user_key, receipt in (
        (notice.client_user_key, notice.client),
        (notice.performer_user_key, notice.performer),
    ):
        if user_key:
            group = events.person_group(user_key, notice.room_id)
            bus.publish(events.framed(group, p.SessionEnded(receipt=receipt)))


def media_taken(bus: Bus, *, user_key: str, room_id: int, connection: str) -> None:
    if user_key:
        group = events.person_group(user_key, room_id)
        bus.publish(events.framed(group, p.MediaTaken(connection=connection)))
        bus.publish(events.Event(group=group, stale=events.ME))  # `elsewhere` differs from tab to tab


def chat_posted(bus: Bus, *, message_id: int, room_id: int) -> None:
    row = chat.message(message_id=message_id)
    if row is None:
        return
    author = row.author_key
    told = p.encode(p.ChatMessage(message=chat.line_of(row, viewer_key="")))
    own = p.encode(p.ChatMessage(message=chat.line_of(row, viewer_key=author))) if author else ""
    ref = str(row.pk)
    if row.private_show is None:
        bus.publish(
            events.Event(
                group=events.room_group(room_id), frame=told, author=author, author_frame=own, ref=ref, numbered=True
            )
        )
        return
    for user_key in _sides(row.private_show):
        frame = own if user_key == author else told
        bus.publish(events.Event(group=events.person_group(user_key, room_id), frame=frame, ref=ref))


def chat_deleted(bus: Bus, *, message_id: int, room_id: int) -> None:
    row = chat.message(message_id=message_id)
    if row is None:
        return
    frame = p.encode(p.ChatGone(id=row.pk))
    if row.private_show is None:
        bus.publish(events.Event(group=events.room_group(room_id), frame=frame, numbered=True))
        return
    for user_key in _sides(row.private_show):
        bus.publish(events.Event(group=events.person_group(user_key, room_id), frame=frame))


def address_banned(bus: Bus, *, performer_id: int, address: str) -> None:
    for room_id in Room.objects.filter(performer_id=performer_id).values_list("pk", flat=True):
        bus.publish(events.Event(group=events.room_group(room_id), stale=f"{events.ADDRESS}{address}"))


HANDLERS: dict[Signal, Callable[..., None]] = {
    signals.room_changed: room_changed,
    signals.person_changed: person_changed,
    signals.wallet_changed: wallet_changed,
    signals.session_metered: session_metered,
    signals.session_warned: session_warned,
    signals.session_closed: session_closed,
    signals.media_taken: media_taken,
    signals.chat_posted: chat_posted,
    signals.chat_deleted: chat_deleted,
    signals.address_banned: address_banned,
}


def connect() -> None:
    """Called once, when the app is ready. Connecting again changes nothing."""
    for signal, handler in HANDLERS.items():
        signal.connect(_receiver(handler), weak=False, dispatch_uid=f"ppv_plugin.realtime.{handler.__name__}")


def _receiver(handler: Callable[..., None]) -> Callable[..., None]:
    def receive(*, signal: Signal, sender: Any, **facts: Any) -> None:
        bus = process_bus()
        if bus.heard:  # nobody to tell: nothing need be read
            handler(bus, **facts)

    return receive


def _sides(private_show: UUID) -> list[str]:
    rows = PrivateShow.objects.filter(id=private_show)
    sides = rows.values_list("client__user_id", "show__room__performer__user_id").first()
    return [str(user_id) for user_id in sides] if sides else []


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
