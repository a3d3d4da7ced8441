"""Verbs of studios about their performers: who comes in, who is off stage for a while, who goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from ppv_plugin.errors import NotFound
from ppv_plugin.people import services as people
from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.people.queries import performer_of, role_settings
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.opening import open_room
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.services.common import lock_room, need_user
from ppv_plugin.signals import announce, person_changed, room_changed

from . import log
from .common import lock_studio, need_unused, own_performer
from .invitations import accept, decline, invite, send_again, withdraw
from .rooms import change_room, create_room, give_to

__all__ = [
    "accept",
    "change_room",
    "create_room",
    "decline",
    "disable",
    "enable",
    "invite",
    "leave",
    "moved_by_staff",
    "release",
    "send_again",
    "withdraw",
]


@transaction.atomic
def disable(*, user: Any, studio_id: int, performer_id: int, reason: str, now: datetime) -> Performer:
    """The performer cannot go live as long as it is in the studio; what runs ends once this is committed, charged to
    its last proven millisecond, with the reason on both sides' receipts. Doing it again changes nothing.

    It says nothing of what the site thinks: a studio can neither approve nor suspend. Raises NotFound.
    """
    studio = lock_studio(user=user, studio_id=studio_id)
    performer = own_performer(studio=studio, performer_id=performer_id)
    if performer.disabled:
        return performer
    performer.disabled, performer.disabled_reason = True, reason.strip()[:120]
    performer.save(update_fields=["disabled", "disabled_reason"])
    rooms = list(Room.objects.filter(performer=performer).values_list("pk", flat=True))
    running = sum(show.sessions for show in shows.running_in(room_ids=rooms))
    log.record(log.DISABLE, subject=performer, user=user, reason=performer.disabled_reason, sessions=running)
    _tell(performer, rooms)
    transaction.on_commit(partial(shows.close_suspended, now=now, room_ids=rooms, note=performer.disabled_reason))
    return performer


@transaction.atomic
def enable(*, user: Any, studio_id: int, performer_id: int, now: datetime) -> Performer:
    """The performer may go live again, if the site lets it. Raises NotFound, NotApproved (the studio itself)."""
    studio = lock_studio(user=user, studio_id=studio_id, creating=True)
    performer = own_performer(studio=studio, performer_id=performer_id)
    if performer.disabled:
        performer.disabled, performer.disabled_reason = False, ""
        performer.save(update_fields=["disabled", "disabled_reason"])
        log.record(log.ENABLE, subject=performer, user=user)
        _tell(performer, list(Room.objects.filter(performer=performer).values_list("pk", flat=True)))
    return performer


@transaction.atomic
def release(*, user: Any, studio_id: int, performer_id: int, now: datetime) -> None:
    """The studio lets a performer go. Raises NotFound, and Busy while it is live in a room of the studio."""
    studio = lock_studio(user=user, studio_id=studio_id)
    _part(studio, performer_id, user=user, by="studio")


@transaction.atomic
def leave(*, user: Any, now: datetime) -> None:
    """A performer goes of its own will, at any time but while it is live in a room of the studio (Busy).

    What runs in its own room keeps the split it was opened with. Raises SignInNeeded, NotFound (in no studio).
    """
    need_user(user)
    found = performer_of(user)
    if found is None or found.studio_id is None:
        raise NotFound
    studio = Studio.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.studio_id)
    _part(studio, found.pk, user=user, by="performer")


def _part(studio: Studio, performer_id: int, *, user: Any, by: str) -> None:
    """Rooms are locked before the performer, as by going live."""
    room_ids = _empty_rooms(studio, performer_id)
    performer = own_performer(studio=studio, performer_id=performer_id)
    people.leave_studio(performer=performer)
    log.record(log.LEAVE, subject=performer, user=user, studio=studio.name, by=by)
    _with_room_of_its_own(performer)
    _tell(performer, room_ids)


def _empty_rooms(studio: Studio, performer_id: int) -> list[int]:
    """The studio keeps its rooms; nobody is in them any more."""
    rows = Room.objects.filter(studio=studio, performer_id=performer_id).order_by("pk")
    room_ids = list(rows.values_list("pk", flat=True))
    for room_id in room_ids:
        room = lock_room(room_id)
        need_unused(room)
        give_to(room=room, performer=None)
    return room_ids


def _with_room_of_its_own(performer: Performer) -> None:
    """Where the site gives performers one; whoever has rooms keeps to those."""
    if performer.site is not None and role_settings(performer.site).performer_room:
        open_room(performer=performer, site=performer.site)


@transaction.atomic
def moved_by_staff(*, performer: Performer, before: Studio | None, now: datetime) -> None:
    """What follows when staff has put a performer into another studio, or into none. Raises Busy as `release` does."""
    if before is not None:
        _empty_rooms(before, performer.pk)
    since = now if performer.studio_id is not None else None
    Performer.objects.filter(pk=performer.pk).update(studio_since=since, disabled=False, disabled_reason="")


def _tell(performer: Performer, room_ids: Sequence[int]) -> None:
    announce(person_changed, user_key=str(performer.user_id), room_id=None)
    for room_id in room_ids:
        announce(room_changed, room_id=room_id)
