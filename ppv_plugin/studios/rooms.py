"""Rooms of a studio: made, named, and given to one of its performers or to nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from ppv_plugin.errors import BadInput, NotFound
from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.client_price import ClientPrice
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.opening import add_room
from ppv_plugin.rooms.rules import CPM_FIELDS
from ppv_plugin.shows.services.common import lock_room
from ppv_plugin.signals import announce, person_changed, room_changed

from . import log
from .common import lock_studio, need_room_place, need_unused, own_performer


@transaction.atomic
def create_room(*, user: Any, studio_id: int, site: Any, title: str, performer_id: int | None, now: datetime) -> Room:
    """The studio has one room more on this site, of one of its performers or of nobody yet.

    Raises NotFound (not this user's studio or performer), NotApproved, StudioFull (naming the limit), BadInput.
    """
    studio = lock_studio(user=user, studio_id=studio_id, creating=True)
    need_room_place(studio)
    performer = None if performer_id is None else own_performer(studio=studio, performer_id=performer_id)
    room = add_room(studio=studio, site=site, title=_title(title), performer=performer)
    log.record(log.ROOM, subject=room, user=user, changes=_changes({}, room))
    return room


@transaction.atomic
def change_room(
    *, user: Any, studio_id: int, room_id: int, title: str, performer_id: int | None, now: datetime
) -> Room:
    """The room has this title and belongs to this performer of the studio, or to nobody (None).

    With another performer its prices go: they were the one's own. Its address stays. Raises NotFound, NotApproved,
    BadInput, and Busy when somebody is live there and would lose it. Announces `room_changed`.
    """
    studio = lock_studio(user=user, studio_id=studio_id, creating=True)
    if not Room.objects.filter(pk=room_id, studio=studio).exists():
        raise NotFound
    room: Room = lock_room(room_id)
    before = {"title": room.title, "performer": _name(room)}
    if performer_id != room.performer_id:
        need_unused(room)
        performer = None if performer_id is None else own_performer(studio=studio, performer_id=performer_id)
        _tell(room)
        give_to(room=room, performer=performer)
    room.title = _title(title)
    room.save(update_fields=["title"])
    if changes := _changes(before, room):
        log.record(log.ROOM, subject=room, user=user, changes=changes)
        _tell(room)
        announce(room_changed, room_id=room.pk)
    return room


def give_to(*, room: Room, performer: Performer | None) -> None:
    """The room is locked and unused. What it says about itself, unless somebody wrote more, is who is met there."""
    if room.description in {"", room.performer.bio if room.performer is not None else ""}:
        room.description = performer.bio if performer is not None else ""
    room.performer = performer
    for price in CPM_FIELDS.values():
        setattr(room, price, None)
    room.save(update_fields=["performer", *CPM_FIELDS.values(), "description"])
    ClientPrice.objects.filter(room=room).delete()


def _title(text: str) -> str:
    title = text.strip()
    if not title or len(title) > Room._meta.get_field("title").max_length:
        raise BadInput
    return title


def _name(room: Room) -> str:
    return room.performer.name if room.performer is not None else ""


def _changes(before: dict[str, str], room: Room) -> dict[str, list[str]]:
    after = {"title": room.title, "performer": _name(room)}
    return {name: [before.get(name, ""), text] for name, text in after.items() if before.get(name, "") != text}


def _tell(room: Room) -> None:
    if room.performer is not None:
        announce(person_changed, user_key=str(room.performer.user_id), room_id=room.pk)
