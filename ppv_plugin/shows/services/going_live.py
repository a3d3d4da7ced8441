"""The performer goes live, sets how requests are answered, and leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin.errors import BadInput, Busy, NotAllowed
from ppv_plugin.people import queries as people
from ppv_plugin.rooms.rules import KINDS
from ppv_plugin.signals import announce, show_started

from ..check_in_models import CheckIn
from ..models import Show
from .common import lock_room, own_room, person_moved_on, room_moved_on
from .endings import close_show
from .media import report_usage
from .modes import choose
from .recorded import follow, need_told, performer_agreed


def go_live(*, user: Any, room_id: int, mode_id: int, cid: str, now: datetime, recorded: bool = False) -> Show:
    """The room is live in this mode, its terms frozen. Going live again while live returns the running show; the same
    `cid` after the end returns the ended one and changes nothing. `recorded`: the performer knows and agrees, if it is.

    Raises NotAllowed (not this performer, not approved, suspended, vetoed), NotFound (no such mode), Busy (live in
    another room), ConsentNeeded. Announces `show_started`, `room_changed`, `stage_changed`.
    """
    choice = choose(user=user, room_id=room_id, mode_id=mode_id)
    room, mode, terms = choice.room, choice.mode, choice.terms
    need_told(recorded=terms.recorded, told=recorded)
    with transaction.atomic():
        locked = lock_room(room_id)
        performers = type(room.performer).objects.select_for_update(no_key=True)  # live in one room only
        performer = performers.get(pk=room.performer_id)
        reassigned = locked.performer_id != performer.pk
        if (
            reassigned or locked.suspended or not people.may_perform(performer=performer, site=room.site)
        ):  # since `choose` looked
            raise NotAllowed
        if known := Show.objects.filter(room_id=room_id, cid=cid).first():
            return known
        if CheckIn.objects.filter(performer_id=room.performer_id, state="in").exists():
            raise Busy(str(_("You are checked in elsewhere. Leave there first.")))
        running = Show.objects.filter(room__performer_id=room.performer_id, state=Show.State.LIVE).first()
        if running is not None:
            if running.room_id != room_id:
                raise Busy
            return running
        show = Show.objects.create(
            id=uuid4(), room=locked, performer=performer, mode=mode, cid=cid, terms=msgspec.to_builtins(terms),
            started_at=now, seen_at=now
        )  # fmt: skip
        type(locked).objects.filter(pk=room_id).update(mode=mode, live_at=now, online_at=now)
        follow(room=locked, now=now)
        performer_agreed(show=show, user=user, now=now)
        room_moved_on(locked)
        person_moved_on(user_id=user.pk, room_id=room_id)
        announce(show_started, show_id=show.id, room_id=room_id)
    return show


def leave(*, user: Any, room_id: int, now: datetime) -> None:
    """The performer ends the show: paid sessions are posted and closed first. Doing it again changes nothing."""
    room = own_room(user=user, room_id=room_id)
    report_usage(now=now, room_id=room_id)
    show = Show.objects.filter(room=room, state=Show.State.LIVE).first()
    if show is not None:
        close_show(show_id=show.id, reason="performer", now=now)


def set_private_kinds(*, user: Any, room_id: int, kinds: Collection[str], now: datetime) -> None:
    """Private shows of these kinds may be asked for from now on, where the mode has them; pending requests stay."""
    room = own_room(user=user, room_id=room_id)
    if not set(kinds) <= set(KINDS):
        raise BadInput
    with transaction.atomic():
        offered = [kind for kind in KINDS if kind in kinds]
        type(room.performer).objects.filter(pk=room.performer.pk).update(private_kinds=offered)
        room_moved_on(lock_room(room_id))
        person_moved_on(user_id=user.pk, room_id=room_id)


def set_requests(*, user: Any, room_id: int, value: str, now: datetime) -> None:
    """Open, auto-decline or hide private requests from now on; pending ones stay."""
    room = own_room(user=user, room_id=room_id)
    performer = room.performer
    if value not in performer.Requests.values:
        raise BadInput
    with transaction.atomic():
        type(performer).objects.filter(pk=performer.pk).update(requests=value)
        room_moved_on(lock_room(room_id))
        person_moved_on(user_id=user.pk, room_id=room_id)
