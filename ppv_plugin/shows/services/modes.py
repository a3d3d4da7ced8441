"""The performer changes the mode while live: what was agreed to ends, and whoever watched is asked anew (spec M-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from ppv_plugin import hooks
from ppv_plugin.errors import InPrivate, NotAllowed, NotApproved, NotFound
from ppv_plugin.people import queries as people
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.rooms import presence, snapshots
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.rules import Terms
from ppv_plugin.signals import announce, mode_switched

from ..models import ModeSwitch, PrivateRequest, PrivateShow, Show, Visit
from .common import live_show, lock_room, own_room, person_moved_on, room_moved_on
from .endings import close_request, end_visit
from .media import report_usage
from .recorded import follow, need_told, performer_agreed

MODE_CHANGED = "mode_changed"


@dataclass(frozen=True, slots=True)
class Choice:
    """A room, a mode its performer may choose, and what the mode says now."""

    room: Any
    mode: Any
    terms: Terms


def choose(*, user: Any, room_id: int, mode_id: int) -> Choice:
    """Raises SignInNeeded, NotFound (no such room or mode), NotAllowed (not this performer, a suspended room, vetoed),
    NotApproved (what is missing, in words)."""
    room = own_room(user=user, room_id=room_id)
    if room.suspended:
        raise NotAllowed(_("Whoever runs the site has closed this for now: nobody can go live here."))
    if not people.may_perform(performer=room.performer, site=room.site):
        raise NotApproved(blocking_text(role="performer", row=room.performer))
    mode = next((mode for mode in rooms.modes(room.site) if mode.pk == mode_id), None)
    if mode is None:
        raise NotFound
    terms = rooms.terms_of(mode, rooms.pricing(room.site))
    hooks.veto_go_live(user=user, room=room, features=terms.features)
    return Choice(room, mode, terms)


def switch_mode(*, user: Any, room_id: int, mode_id: int, cid: str, now: datetime, recorded: bool = False) -> Show:
    """The live show goes on in another mode, its new terms frozen. Every visit ends, charged to its last proven
    millisecond at the price it was agreed at; without a new consent nobody is inside, and nobody pays. `recorded`: the
    performer knows and agrees that the new mode records, if it does.

    The same `cid` again changes nothing, nor does a mode that says what is in force already. Raises NotAllowed (not
    this performer, not approved, suspended, vetoed), NotFound (no such mode), Gone (not live), InPrivate,
    ConsentNeeded. Announces `mode_switched`, `room_changed`, `stage_changed`.

    The mode changes first, which ends everybody's media at once; then each visit is closed in a transaction of its own,
    for the reason that `close_show` has. What a crash leaves open in between, `close_left_behind` finds.
    """
    choice = choose(user=user, room_id=room_id, mode_id=mode_id)
    need_told(recorded=choice.terms.recorded, told=recorded)
    report_usage(now=now, room_id=room_id)
    show = _switch(choice, user, cid, now)
    close_left_behind(show_id=show.id, now=now)
    if not show.terms["requests_enabled"]:
        _decline_requests(show, now)
    return show


@transaction.atomic
def _switch(choice: Choice, user: Any, cid: str, now: datetime) -> Show:
    room_id, mode, terms = choice.room.pk, choice.mode, choice.terms
    room = lock_room(room_id)
    if known := ModeSwitch.objects.filter(show__room_id=room_id, cid=cid).select_related("show").first():
        return known.show
    show = live_show(room_id)
    if PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).exists():
        raise InPrivate
    before = msgspec.convert(show.terms, Terms)
    if msgspec.structs.replace(before, name=terms.name) == terms:  # the name may be in another language
        return show
    show.mode, show.terms, show.mode_number = mode, msgspec.to_builtins(terms), show.mode_number + 1
    show.save(update_fields=["mode", "terms", "mode_number"])
    ModeSwitch.objects.create(
        show=show,
        number=show.mode_number,
        mode=mode,
        terms_before=msgspec.to_builtins(before),
        terms=show.terms,
        cid=cid,
        at=now,
    )
    type(room).objects.filter(pk=room_id).update(mode=mode)
    if terms.snapshot_seconds is None:
        snapshots.forget_snapshot(room_id=room_id)
    follow(room=room, now=now)
    performer_agreed(show=show, user=user, now=now)
    room_moved_on(room)
    for user_key in [str(room.performer.user_id), *presence.known_viewers(room_id=room_id)]:
        person_moved_on(user_id=user_key, room_id=room_id)  # what entering means for them follows from the mode
    announce(mode_switched, show_id=show.id, room_id=room_id, number=show.mode_number)
    return show


def close_left_behind(*, now: datetime, show_id: UUID | None = None) -> int:
    """Close visits that a change of mode has ended, of one show or of all. Returns how many were still open.

    The worker does it every second too, for the case that whoever changed the mode died before it was through.
    """
    rows = Visit.objects.left_behind()
    if show_id is not None:
        rows = rows.filter(show_id=show_id)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    return sum(end_visit(visit_id=visit_id, reason=MODE_CHANGED, now=now) for visit_id in ids)


def _decline_requests(show: Show, now: datetime) -> None:
    """The new mode takes no private requests: who waits for an answer gets it, and the hold back."""
    for request in show.requests.filter(state=PrivateRequest.State.PENDING).select_related("client"):
        with transaction.atomic():
            lock_room(show.room_id)
            close_request(request=request, state=PrivateRequest.State.REJECTED, now=now)
