"""Locked calls: made for one client, opened by that client alone, metered like a private show (spec M-12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ppv_plugin.errors import BadInput, Busy, Gone, NotAllowed, NotFound, PriceChanged, TooFast
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import rules as metering_rules
from ppv_plugin.metering import services as metering
from ppv_plugin.people import queries as people
from ppv_plugin.people import throttle
from ppv_plugin.people.models import Client
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.services import cpm_refusal

from ..call_links import send_link
from ..call_models import LockedCall
from ..models import PrivateRequest, Show
from ..queries.calls import open_calls
from ..queries.grace import grace_used
from ..rules import show_kind, with_grace_left
from .common import client_in, live_show, lock_room, need_user, own_room, person_moved_on, tariff_for, wallet_of
from .private import begin_private, is_busy, tell_request

CALLS_PER_HOUR = 30
OPEN_MAX = 50  # links of one room that work at once


def make_call(
    *, user: Any, room_id: int, client: Client, cpm: int, expires_at: datetime | None, now: datetime
) -> LockedCall:
    """The performer makes a link for this client, at `cpm` hundredths a minute, 0 = free. Price, rule and grace are
    those of now, whatever changes later.

    Raises NotAllowed, BadInput (a price outside the bounds, a time that is over, too many links), TooFast.
    """
    room = own_room(user=user, room_id=room_id)
    if not throttle.allowed(key=f"calls.{room.performer_id}", times=CALLS_PER_HOUR, seconds=3600):
        raise TooFast(_("You have made many links. Please wait an hour."))
    return place_call(user=user, room=room, client=client, cpm=cpm, expires_at=expires_at, now=now)


@transaction.atomic
def place_call(
    *, user: Any, room: Any, client: Client, cpm: int, expires_at: datetime | None, now: datetime
) -> LockedCall:
    """The same by staff, for any room; whoever calls has checked the permission."""
    if room.performer is None or room.suspended or client.user_id == room.performer.user_id:
        raise NotAllowed
    if people.is_blocked(performer_id=room.performer_id, client_id=client.pk, now=now):
        raise NotAllowed(_("This person is blocked."))
    prices = rooms.pricing(room.site)
    refusal = cpm_refusal(cpm=cpm, limits=prices) if cpm not in (0, prices.private_cpm) else ""
    if refusal:
        raise BadInput(refusal)
    if expires_at is not None and expires_at <= now:
        raise BadInput(_("This time is over."))
    lock_room(room.pk)
    if open_calls(now=now).filter(room=room).count() >= OPEN_MAX:
        raise BadInput(_("Too many links are open. Cancel some first."))
    made = LockedCall.objects.create(
        room=room,
        client=client,
        cpm=cpm,
        rule=prices.rule,
        grace_seconds=prices.grace_seconds,
        made_by=user,
        created_at=now,
        expires_at=expires_at,
    )
    _tell(made)
    transaction.on_commit(partial(send_link, call=made))
    return made


def cancel_call(*, user: Any, call_id: UUID, now: datetime) -> None:
    """The performer takes the link back. Raises NotFound for another's, Gone when it works no more anyway."""
    need_user(user)
    row = LockedCall.objects.filter(uuid=call_id, room__performer__user=user).first()
    if row is None:
        raise NotFound
    withdraw_call(row=row, now=now)


@transaction.atomic
def withdraw_call(*, row: LockedCall, now: datetime) -> None:
    """The same for staff. A call that runs goes on; nobody opens the link again."""
    lock_room(row.room_id)
    open_rows = LockedCall.objects.filter(pk=row.pk, state=LockedCall.State.OPEN)
    if not open_rows.update(state=LockedCall.State.CANCELLED, ended_at=now):
        raise Gone
    _tell(row)


def join_call(*, user: Any, room_id: int, call_id: UUID, cpm: int, cid: str, now: datetime) -> LockedCall:
    """The client agrees to the frozen terms and is there. In a mode with calls by link alone the call begins at once;
    elsewhere the performer is asked, who may be busy with others. While nobody is live there it waits.

    Raises NotFound (also for anybody else's), Gone (used, cancelled, too old), PriceChanged, InsufficientFunds (naming
    the minimum), Busy, NotAllowed, Blocked.
    """
    need_user(user)
    row = open_calls(now=now).filter(uuid=call_id, room_id=room_id, client__user=user).first()
    if row is None:
        if LockedCall.objects.filter(uuid=call_id, room_id=room_id, client__user=user).exists():
            raise Gone
        raise NotFound
    if row.cpm != cpm:
        raise PriceChanged(price=tokens(row.cpm))
    client = client_in(user=user, room=row.room, now=now)
    with transaction.atomic():
        room = lock_room(room_id)
        row = LockedCall.objects.select_for_update(of=("self",)).select_related("client", "room").get(pk=row.pk)
        if row.state != LockedCall.State.OPEN:
            raise Gone
        if row.accepted_at is None:
            LockedCall.objects.filter(pk=row.pk).update(accepted_at=now)
            _tell(row)
        if Show.objects.filter(room_id=room_id, state=Show.State.LIVE).exists():
            _ask(room, row, client, cid, now)
    return row


def _ask(room: Any, row: LockedCall, client: Any, cid: str, now: datetime) -> None:
    """A request at the call's own terms; begun at once where calls by link are all there is."""
    show = live_show(room.pk)
    if PrivateRequest.objects.filter(client=client, cid=cid).exists():
        return
    if is_busy(show, client):
        raise Busy
    if PrivateRequest.objects.filter(show=show, client=client, state=PrivateRequest.State.PENDING).exists():
        raise Busy
    full = tariff_for(room=show.room, rule=row.rule, cpm=row.cpm, grace_seconds=row.grace_seconds)
    tariff = with_grace_left(full, grace_used(subject="private", room=show.room, client=client, now=now))
    request_id = uuid4()
    hold = metering.reserve(
        account_id=wallet_of(client).id, tariff=tariff, source="request", source_id=str(request_id), now=now
    )
    request = PrivateRequest.objects.create(
        id=request_id,
        show=show,
        client=client,
        hold=hold,
        media=show_kind(show.terms),
        tariff=metering_rules.tariff_to(tariff),
        cid=cid,
        created_at=now,
        expires_at=now + timedelta(seconds=rooms.pricing(show.room.site).request_seconds),
    )
    LockedCall.objects.filter(pk=row.pk).update(request=request)
    if show.terms.get("by_link"):
        begin_private(room, request, now)
    else:
        tell_request(request)


def _tell(row: LockedCall) -> None:
    performer = row.room.performer
    for user_id in (row.client.user_id, performer.user_id if performer is not None else None):
        if user_id is not None:
            person_moved_on(user_id=user_id, room_id=row.room_id)
