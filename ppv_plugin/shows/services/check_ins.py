"""Check-in: the performer invites others into the show; each answers, and shares group time and tips until leaving.

A guest is before the same camera, or sends one of the own. Private shows are the performer's own, and are not shared.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin.errors import BadInput, Busy, Gone, NotFound
from ppv_plugin.metering.sharing import share_from_now_on
from ppv_plugin.people import queries as people
from ppv_plugin.people.models import Performer
from ppv_plugin.signals import announce, person_changed, room_changed, stage_changed

from ..check_in_models import CheckIn
from ..models import Show, Visit
from .common import group_split, live_show, lock_room, need_user, own_room, person_moved_on
from .media import report_usage

GUESTS_MAX = 8
_ASKED_BUSY = {
    "live": _("%(name)s is live and cannot come in now."),
    "in": _("%(name)s is checked in elsewhere and has to leave there first."),
}
_SELF_BUSY = {
    "live": _("You are live. End that first."),
    "in": _("You are checked in elsewhere. Leave there first."),
}
INVITED, IN, DECLINED, LEFT = CheckIn.State.INVITED, CheckIn.State.IN, CheckIn.State.DECLINED, CheckIn.State.LEFT


def invite(*, user: Any, room_id: int, performer: UUID | str, now: datetime) -> CheckIn:
    """Ask another performer of the site into the show. Asked again while it waits or is in: the same check-in.

    Raises NotAllowed (not this performer), Gone (not live), NotFound (nobody who may perform here), BadInput (oneself,
    or too many), Busy (live, or checked in elsewhere).
    """
    own_room(user=user, room_id=room_id)
    guest = _performer(performer)
    with transaction.atomic():
        lock_room(room_id)
        show = live_show(room_id)
        if guest.pk == show.room.performer_id:
            raise BadInput
        if not people.may_perform(performer=guest, site=show.room.site):
            raise NotFound
        here = CheckIn.objects.filter(show=show, state__in=[INVITED, IN])
        if known := here.filter(performer=guest).first():
            return known
        if here.count() >= GUESTS_MAX:
            raise BadInput
        if where := _busy(guest):
            raise Busy(str(_ASKED_BUSY[where]) % {"name": guest.name})
        check_in = CheckIn.objects.create(id=uuid4(), show=show, performer=guest, invited_at=now)
        _tell(check_in, show)
    return check_in


def answer_invitation(*, user: Any, check_in_id: UUID | str, accept: bool, now: datetime) -> None:
    """The one who was asked comes in, or does not. Who comes in shares what is used from now on.

    Raises NotFound (nobody asked this performer), Gone (answered, taken back, or the show has ended), Busy (live, or
    checked in elsewhere).
    """
    check_in = _found(user, check_in_id, host=False)
    room_id = check_in.show.room_id
    if accept:
        report_usage(now=now, room_id=room_id)
    with transaction.atomic():
        lock_room(room_id)
        Performer.objects.select_for_update(no_key=True).get(pk=check_in.performer_id)  # in one show only
        check_in.refresh_from_db()
        show = Show.objects.select_related("room__performer__studio", "room__site").get(pk=check_in.show_id)
        if check_in.state != INVITED or show.state != Show.State.LIVE:
            raise Gone
        if accept and (where := _busy(check_in.performer)):
            raise Busy(str(_SELF_BUSY[where]))
        times = {"joined_at": now} if accept else {"left_at": now}
        CheckIn.objects.filter(pk=check_in.pk).update(state=IN if accept else DECLINED, **times)
        if accept:
            _share_anew(show, now)
        _tell(check_in, show)


def end_check_in(*, user: Any, check_in_id: UUID | str, now: datetime) -> None:
    """The guest leaves, or whoever invited takes it back. What was used up to now stays shared. Again: no change.

    Raises NotFound for anybody else's.
    """
    check_in = _found(user, check_in_id, host=True)
    report_usage(now=now, room_id=check_in.show.room_id)
    _leave(check_in, now)


def leave_barred(*, now: datetime) -> int:
    """Guests whom the site has suspended go out. Returns how many; the worker does this every second."""
    rows = CheckIn.objects.filter(state__in=[INVITED, IN]).select_related("performer", "show__room__site")
    out = [row for row in rows if not people.may_perform(performer=row.performer, site=row.show.room.site)]
    for check_in in out:
        report_usage(now=now, room_id=check_in.show.room_id)
        _leave(check_in, now)
    return len(out)


def _leave(check_in: CheckIn, now: datetime) -> None:
    with transaction.atomic():
        lock_room(check_in.show.room_id)
        show = Show.objects.select_related("room__performer__studio", "room__site").get(pk=check_in.show_id)
        rows = CheckIn.objects.filter(pk=check_in.pk)
        was_in = rows.filter(state=IN).update(state=LEFT, left_at=now)
        if was_in and show.state == Show.State.LIVE:
            _share_anew(show, now)
        if was_in or rows.filter(state=INVITED).update(state=LEFT, left_at=now):
            _tell(check_in, show)


def _share_anew(show: Show, now: datetime) -> None:
    """The room is locked. Private shows, and visits that guests know nothing of, are left as they are."""
    split, names = group_split(show)
    inside = Visit.objects.filter(show=show, state=Visit.State.INSIDE).exclude(manner=Visit.Manner.VOYEUR)
    share_from_now_on(session_ids=list(inside.values_list("session_id", flat=True)), split=split, names=names, now=now)


def _busy(performer: Any) -> str:
    """Why this performer cannot come in anywhere now; empty where nothing hinders it."""
    if Show.objects.filter(room__performer=performer, state=Show.State.LIVE).exists():
        return "live"
    return "in" if CheckIn.objects.filter(performer=performer, state=IN).exists() else ""


def _performer(uuid: UUID | str) -> Performer:
    try:
        found = Performer.objects.filter(uuid=uuid).first()
    except (ValueError, ValidationError):
        found = None
    if found is None:
        raise NotFound
    return found


def _found(user: Any, check_in_id: UUID | str, *, host: bool) -> CheckIn:
    """A check-in of this user, with `host` also one into its own show."""
    need_user(user)
    try:
        row = CheckIn.objects.select_related("performer", "show__room__performer").filter(pk=check_in_id).first()
    except (ValueError, ValidationError):
        row = None
    owners = [] if row is None else [row.performer.user_id, *([row.show.room.performer.user_id] if host else [])]
    if row is None or user.pk not in owners:
        raise NotFound
    return row


def _tell(check_in: CheckIn, show: Show) -> None:
    person_moved_on(user_id=show.room.performer.user_id, room_id=show.room_id)
    announce(person_changed, user_key=str(check_in.performer.user_id), room_id=None)
    announce(room_changed, room_id=show.room_id)
    announce(stage_changed, room_id=show.room_id)
