"""Paid group shows: everybody inside pays per minute after having agreed to the price (spec M-3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from ppv_plugin import hooks
from ppv_plugin.errors import Busy, Gone, NotAllowed, PriceChanged, RoomFull
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import services as metering

from ..models import PrivateShow, Show, Visit
from ..queries.grace import grace_used
from ..rules import visit_participant, with_grace_left
from .common import (
    client_in,
    facts_of,
    live_show,
    lock_room,
    need_user,
    person_moved_on,
    room_moved_on,
    tariff_for,
    wallet_of,
)
from .endings import end_visit
from .media import report_usage


def enter_group(*, user: Any, room_id: int, cid: str, cpm: int, now: datetime, mode_number: int | None = None) -> Visit:
    """Consent to `cpm` and go in. Who is inside already gets the running visit back: a second tab, no second meter.
    The same `cid` again returns the same visit, also when it has ended. `mode_number`: of the show's modes the one
    that the client was shown, as grace and rule may change where the price does not; None takes the one in force.

    Raises Gone (nobody live), NotAllowed (the show is free; vetoed), PriceChanged, InsufficientFunds (naming the
    minimum), RoomFull, Busy (the performer is in private), Blocked.
    """
    show = live_show(room_id)
    client = client_in(user=user, room=show.room, now=now)
    hooks.veto_group_entry(user=user, room=show.room, features=show.terms.get("features", {}))
    with transaction.atomic():
        room = lock_room(room_id)
        show = live_show(room_id)
        inside = Visit.objects.in_force().filter(show=show)
        known = Visit.objects.filter(client=client, cid=cid).first() or inside.filter(client=client).first()
        if known is not None:
            return known
        _check_entry(show, cpm, mode_number, inside.count())
        for visit in Visit.objects.left_behind().filter(show=show, client=client):
            end_visit(visit_id=visit.id, reason="mode_changed", now=now)
        visit = _begin(show, client, cid, now)
        person_moved_on(user_id=user.pk, room_id=room_id)
        room_moved_on(room)
    return visit


def _check_entry(show: Show, cpm: int, mode_number: int | None, inside: int) -> None:
    price = show.terms["group_cpm"]
    if not price:
        raise NotAllowed
    if price != cpm or mode_number not in (None, show.mode_number):
        raise PriceChanged(price=tokens(price))
    if PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).exists():
        raise Busy
    places = show.terms["viewers_max"]
    if places is not None and inside >= places:
        raise RoomFull


def _begin(show: Show, client: Any, cid: str, now: datetime) -> Visit:
    terms = show.terms
    full = tariff_for(room=show.room, rule=terms["rule"], cpm=terms["group_cpm"], grace_seconds=terms["grace_seconds"])
    used = grace_used(subject="group", room=show.room, client=client, now=now)
    tariff = with_grace_left(full, used)
    visit_id = uuid4()
    hold = metering.reserve(
        account_id=wallet_of(client).id, tariff=tariff, source="visit", source_id=str(visit_id), now=now
    )
    session = metering.open_session(
        client_account_id=hold.account_id,
        hold_id=hold.id,
        subject="group",
        subject_id=visit_id,
        participant=visit_participant(visit_id),
        tariff=tariff,
        facts={**facts_of(room=show.room, client=client, mode=terms["name"], media="video"), **used.fact(full.rule)},
        now=now,
    )
    return Visit.objects.create(
        id=visit_id,
        show=show,
        client=client,
        session=session,
        mode_number=show.mode_number,
        cid=cid,
        entered_at=now,
    )


def leave_group(*, user: Any, room_id: int, now: datetime) -> None:
    """The client goes out; what the engine proved up to now is charged. Raises Gone when not inside."""
    need_user(user)
    report_usage(now=now, room_id=room_id)
    visit = Visit.objects.in_force().filter(show__room_id=room_id, client__user=user).first()
    if visit is None:
        raise Gone
    end_visit(visit_id=visit.id, reason="client", now=now)
