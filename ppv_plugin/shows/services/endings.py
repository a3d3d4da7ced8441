"""How things end: a private show, a visit, a whole show. Money first, then the rows, then everybody is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import queries as metering_queries
from ppv_plugin.metering import refunds
from ppv_plugin.metering import services as metering
from ppv_plugin.rooms import presence
from ppv_plugin.rooms import snapshots as rooms
from ppv_plugin.rooms.queries import pricing
from ppv_plugin.signals import announce, person_changed, private_ended, request_changed, show_ended

from ..call_models import LockedCall
from ..check_in_models import CheckIn
from ..models import PrivateRequest, PrivateShow, Show, Visit
from .common import lock_room, performer_moved_on, person_moved_on, room_moved_on
from .recorded import follow
from .unseen import inside_changed, lift_veils

BROKE_OFF = frozenset({"client_lost", "performer_lost", "media_lost", "never_started"})


@transaction.atomic
def end_private_show(*, private_id: UUID, reason: str, now: datetime, note: str = "") -> bool:
    """Close the session, bring the room back to its public show. False when it had ended before."""
    private = PrivateShow.objects.select_related("show", "client").get(id=private_id)
    room = lock_room(private.show.room_id)
    ended = PrivateShow.objects.filter(id=private_id, state=PrivateShow.State.OPEN).update(
        state=PrivateShow.State.ENDED, ended_at=now
    )
    if not ended:
        return False
    _close_session(room, private.session_id, reason, now, note)
    _settle_call(private, reason, now)
    follow(room=room, now=now)
    room_moved_on(room)
    _tell_both(room, private.client.user_id)
    announce(private_ended, private_id=private_id)
    return True


def _settle_call(private: PrivateShow, reason: str, now: datetime) -> None:
    """The link of a locked call is used up, unless nothing came of it or it broke off."""
    if reason not in BROKE_OFF and metering_queries.receipt(session_id=private.session_id).used_ms:
        calls = LockedCall.objects.filter(request=private.request_id, state=LockedCall.State.OPEN)
        calls.update(state=LockedCall.State.DONE, ended_at=now)


@transaction.atomic
def end_visit(*, visit_id: UUID, reason: str, now: datetime, note: str = "") -> bool:
    """Take a client out of a paid show. False when the visit had ended before."""
    visit = Visit.objects.select_related("show", "client").get(id=visit_id)
    room = lock_room(visit.show.room_id)
    ended = Visit.objects.filter(id=visit_id, state=Visit.State.INSIDE).update(state=Visit.State.ENDED, left_at=now)
    if not ended:
        return False
    _close_session(room, visit.session_id, reason, now, note)
    inside_changed(room=room, visit=visit, user_key=str(visit.client.user_id), gone=True)
    person_moved_on(user_id=visit.client.user_id, room_id=room.pk)
    return True


def _end_check_ins(show_id: UUID, now: datetime) -> None:
    guests = CheckIn.objects.filter(show_id=show_id, state__in=["invited", "in"])
    for user_id in list(guests.values_list("performer__user_id", flat=True)):
        announce(person_changed, user_key=str(user_id), room_id=None)
    guests.update(state=CheckIn.State.LEFT, left_at=now)


def _close_session(room: Any, session_id: UUID, reason: str, now: datetime, note: str) -> None:
    """Charge what was used; what a technical fault cut off early is given back at once (spec B-10)."""
    metering.close_session(session_id=session_id, reason=reason, now=now, note=note)
    if reason in refunds.FAULTS:
        within = pricing(room.site).fault_refund_seconds
        refunds.refund_fault(session_id=session_id, within_seconds=within, now=now)


def end_session(*, session_id: UUID, reason: str, now: datetime) -> bool:
    """End whatever this open session pays for. False when it is closed already. Funds that end where the site keeps a
    reserve end it with that reason."""
    session = metering_queries.open_sessions(session_ids=[session_id]).get(session_id)
    if session is None:
        return False
    if reason == "funds" and session.reserve:
        reason = "reserve"
    if session.subject == "private":
        return end_private_show(private_id=session.subject_id, reason=reason, now=now)
    return end_visit(visit_id=session.subject_id, reason=reason, now=now)


def close_show(*, show_id: UUID, reason: str, now: datetime, note: str = "", seen_at: datetime | None = None) -> bool:
    """End a show with all in it: the private show, every visit, every pending request. False when it was over.

    `note` stands on the receipts beside the reason, in the site's own words. `seen_at`: the last sign of life of a
    performer who was lost; None = what presence knows of it.

    The show ends first, so that nobody enters any more; then everything in it, each in a transaction of its own: one
    that closed several would lock the second client's wallet after the shared house account, against the order of all
    others. What a crash leaves open in between is closed by supervision and by the time-out of requests.
    """
    ended = _end_show(show_id, reason, now, seen_at)
    show = Show.objects.get(id=show_id)
    for private_id in show.private_shows.filter(state=PrivateShow.State.OPEN).values_list("id", flat=True):
        end_private_show(private_id=private_id, reason=reason, now=now, note=note)
    visit_reason = "show_ended" if reason == "performer" else reason
    for visit_id in show.visits.filter(state=Visit.State.INSIDE).values_list("id", flat=True):
        end_visit(visit_id=visit_id, reason=visit_reason, now=now, note=note)
    for request in show.requests.filter(state=PrivateRequest.State.PENDING).select_related("client"):
        with transaction.atomic():
            lock_room(show.room_id)
            close_request(request=request, state=PrivateRequest.State.EXPIRED, now=now)
    lift_veils(now=now, show_id=show_id)
    return ended


@transaction.atomic
def _end_show(show_id: UUID, reason: str, now: datetime, seen_at: datetime | None) -> bool:
    room_id, began = Show.objects.values_list("room_id", "started_at").get(id=show_id)
    room = lock_room(room_id)
    if reason != "performer_lost":
        seen_at = now
    elif seen_at is None:
        seen_at = presence.performer_seen_at(room_id=room_id) or now
    ended = Show.objects.filter(id=show_id, state=Show.State.LIVE).update(
        state=Show.State.ENDED, ended_at=now, end_reason=reason, seen_at=min(max(seen_at, began), now)
    )
    if ended:
        _end_check_ins(show_id, now)
        rooms.forget_snapshot(room_id=room.pk)
        follow(room=room, now=now)
        type(room).objects.filter(pk=room.pk).update(online_at=now)
        room_moved_on(room)
        performer_moved_on(room)
        announce(show_ended, show_id=show_id, room_id=room.pk, reason=reason)
    return bool(ended)


def close_request(*, request: PrivateRequest, state: str, now: datetime) -> bool:
    """A pending request ends without a show: the hold goes back. Call in a transaction that holds the room's lock."""
    done = PrivateRequest.objects.filter(id=request.id, state=PrivateRequest.State.PENDING).update(
        state=state, answered_at=now
    )
    if not done:
        return False
    ledger.release_hold(hold_id=request.hold_id, now=now)
    room = request.show.room
    _tell_both(room, request.client.user_id)
    announce(request_changed, request_id=request.id, state=str(state))
    return True


def _tell_both(room: Any, client_user_id: Any) -> None:
    person_moved_on(user_id=client_user_id, room_id=room.pk)
    performer_moved_on(room)
