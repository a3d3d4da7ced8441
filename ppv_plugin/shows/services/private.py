"""Private shows: a client asks, the performer answers, either side ends it (spec M-4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from msgspec.structs import replace

from ppv_plugin import hooks
from ppv_plugin.errors import BadInput, Busy, Gone, NotAllowed, NotFound, PriceChanged
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import rules as metering_rules
from ppv_plugin.metering import services as metering
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.rules import KINDS, TEXT
from ppv_plugin.signals import announce, private_started, request_changed

from ..models import PrivateRequest, PrivateShow, Show, Visit
from ..queries.grace import grace_used
from ..queries.unseen import offers_watching
from ..rules import VOYEUR, GraceUsed, private_kinds, private_participant, with_grace_left
from .common import (
    client_in,
    facts_of,
    live_show,
    lock_room,
    need_user,
    person_moved_on,
    private_tariff,
    room_moved_on,
    wallet_of,
)
from .endings import close_request, end_private_show
from .media import report_usage
from .recorded import asker_answered, both_agreed, follow, offered

_PENDING = PrivateRequest.State.PENDING


def request_private(
    *,
    user: Any,
    room_id: int,
    cid: str,
    media: str,
    cpm: int,
    now: datetime,
    watched: bool = False,
    recording: bool = False,
) -> PrivateRequest:
    """Ask for a private show at the price the client saw. The minimum is held until the request is answered or ends.

    `media`: video, audio or text, each at its own price. `watched`: the client was told that voyeurs may watch; nobody
    does otherwise, and nobody watches text. `recording`: the client agrees to one. The same `cid` again returns the
    same request. Raises PriceChanged, InsufficientFunds (naming the minimum), Busy (one request at a time; somebody is
    in private), NotAllowed (requests are off, hidden or vetoed; this kind is not offered; who asks watches unseen),
    Blocked, Gone. A performer on auto-decline declines at once: the request comes back rejected, with nothing held.
    """
    if media not in KINDS:
        raise BadInput
    show = live_show(room_id)
    client = client_in(user=user, room=show.room, now=now)
    if known := PrivateRequest.objects.filter(client=client, cid=cid).first():
        return known
    hooks.veto_private_request(user=user, room=show.room, features=show.terms.get("features", {}))
    with transaction.atomic():
        room = lock_room(room_id)
        show = live_show(room_id)
        _check_open(show, client)
        if media not in private_kinds(show.terms, show.room.performer):
            raise NotAllowed(_("This kind of private time is not offered here."))
        full = private_tariff(room=show.room, client=client, kind=media)
        tariff = with_grace_left(full, _grace_used(show, client, now))
        if tariff.cpm != cpm:
            raise PriceChanged(price=tokens(tariff.cpm))
        request_id = uuid4()
        hold = metering.reserve(
            account_id=wallet_of(client).id, tariff=tariff, source="request", source_id=str(request_id), now=now
        )
        request = PrivateRequest.objects.create(
            id=request_id,
            show=show,
            client=client,
            hold=hold,
            media=media,
            watched=watched and media != TEXT and offers_watching(show, show.room.performer),
            recording=recording and offered(show.room, media),
            tariff=metering_rules.tariff_to(tariff),
            cid=cid,
            created_at=now,
            expires_at=now + timedelta(seconds=rooms.pricing(room.site).request_seconds),
        )
        asker_answered(request=request, user=user, now=now)
        tell_request(request)
        if show.room.performer.requests == "auto_reject":
            close_request(request=request, state=PrivateRequest.State.REJECTED, now=now)
            request.refresh_from_db()
    return request


def _check_open(show: Show, client: Any) -> None:
    if Visit.objects.in_force().filter(show=show, client=client, manner=VOYEUR).exists():
        raise NotAllowed(_("Nobody knows that you are here. Leave first, then ask."))
    if not show.terms["requests_enabled"] or show.room.performer.requests == "hidden":
        raise NotAllowed
    if is_busy(show, client):
        raise Busy
    if PrivateRequest.objects.filter(show=show, client=client, state=_PENDING).exists():
        raise Busy


def is_busy(show: Show, client: Any) -> bool:
    """Either of the two is in a private show, here or elsewhere."""
    return PrivateShow.objects.filter(Q(show=show) | Q(client=client), state=PrivateShow.State.OPEN).exists()


def cancel_request(*, user: Any, request_id: UUID | str, now: datetime) -> None:
    """The client takes a pending request back. Raises NotFound for anybody else's, Gone when it was answered."""
    request = _request_of(user, request_id, client=True)
    with transaction.atomic():
        lock_room(request.show.room_id)
        if not close_request(request=request, state=PrivateRequest.State.CANCELLED, now=now):
            raise Gone


def answer_request(
    *, user: Any, request_id: UUID | str, accept: bool, now: datetime, free: bool = False, recording: bool = False
) -> None:
    """The performer accepts (the private show begins, metered once media flows) or declines. `free`: accepts, and it
    costs nothing, as it was paid for otherwise or is a gift; the meter runs all the same (spec C-4). `recording`: and
    agrees to one; it is recorded if the client has agreed too.

    Raises NotFound for a request to somebody else, Gone when it was answered, cancelled or has expired, Busy when
    another private show is running.
    """
    request = _request_of(user, request_id, client=False)
    with transaction.atomic():
        room = lock_room(request.show.room_id)
        request.refresh_from_db()
        if request.state != _PENDING or request.expires_at <= now or request.show.state != Show.State.LIVE:
            raise Gone
        if not accept:
            close_request(request=request, state=PrivateRequest.State.REJECTED, now=now)
            return
        if is_busy(request.show, request.client):
            raise Busy
        recorded = both_agreed(request=request, user=user, agrees=recording, now=now)
        begin_private(room, _for_nothing(request, now) if free else request, now, recorded=recorded)


def _for_nothing(request: PrivateRequest, now: datetime) -> PrivateRequest:
    """At no price, and with nothing held for it."""
    tariff = replace(metering_rules.tariff_from(request.tariff), cpm=0)
    ledger.release_hold(hold_id=request.hold_id, now=now)
    request.hold = metering.reserve(
        account_id=request.hold.account_id, tariff=tariff, source="free_call", source_id=str(request.id), now=now
    )
    request.tariff = metering_rules.tariff_to(tariff)
    request.save(update_fields=["hold", "tariff"])
    return request


def begin_private(room: Any, request: PrivateRequest, now: datetime, *, recorded: bool = False) -> None:
    """Call in a transaction that holds the room's lock."""
    private_id = uuid4()
    used = _grace_used(request.show, request.client, request.created_at)  # as it was when the tariff was frozen
    session = metering.open_session(
        client_account_id=request.hold.account_id,
        hold_id=request.hold_id,
        subject="private",
        subject_id=private_id,
        participant=private_participant(private_id),
        tariff=metering_rules.tariff_from(request.tariff),
        facts={
            **facts_of(room=room, client=request.client, mode=request.show.terms["name"], media=request.media),
            **used.fact(request.tariff["rule"]),
        },
        now=now,
    )
    PrivateShow.objects.create(
        id=private_id,
        request=request,
        show=request.show,
        client=request.client,
        session=session,
        recorded=recorded,
        started_at=now,
    )
    follow(room=room, now=now)
    PrivateRequest.objects.filter(id=request.id).update(state=PrivateRequest.State.ACCEPTED, answered_at=now)
    room_moved_on(room)
    tell_request(request, state=PrivateRequest.State.ACCEPTED)
    announce(private_started, private_id=private_id)


def _grace_used(show: Show, client: Any, now: datetime) -> GraceUsed:
    return grace_used(subject="private", room=show.room, client=client, now=now)


def end_private(*, user: Any, private_id: UUID | str, now: datetime) -> None:
    """Either side ends the private show; what the engine proved up to now is taken over first. Again: no change.

    Raises NotFound for somebody else's private show.
    """
    need_user(user)
    private = _find(PrivateShow.objects.select_related("client", "show__room__performer"), private_id)
    sides = {private.client.user_id: "client", private.show.room.performer.user_id: "performer"}
    if user.pk not in sides:
        raise NotFound
    report_usage(now=now, room_id=private.show.room_id)
    end_private_show(private_id=private.id, reason=sides[user.pk], now=now)


def expire_requests(*, now: datetime) -> int:
    """Pending requests whose time is up end, and what they held goes back. Returns how many."""
    due = PrivateRequest.objects.filter(state=_PENDING, expires_at__lte=now).select_related(
        "show__room__performer", "client"
    )
    count = 0
    for request in due:
        with transaction.atomic():
            lock_room(request.show.room_id)
            count += close_request(request=request, state=PrivateRequest.State.EXPIRED, now=now)
    return count


def _request_of(user: Any, request_id: UUID | str, *, client: bool) -> PrivateRequest:
    need_user(user)
    rows = PrivateRequest.objects.select_related("client", "hold", "show__room__performer")
    request: PrivateRequest = _find(rows, request_id)
    owner = request.client.user_id if client else request.show.room.performer.user_id
    if owner != user.pk:
        raise NotFound
    return request


def _find(rows: Any, pk: UUID | str) -> Any:
    try:
        found = rows.filter(id=pk).first()
    except (ValueError, ValidationError):
        found = None
    if found is None:
        raise NotFound
    return found


def tell_request(request: PrivateRequest, state: str = _PENDING) -> None:
    room = request.show.room
    person_moved_on(user_id=request.client.user_id, room_id=room.pk)
    person_moved_on(user_id=room.performer.user_id, room_id=room.pk)
    announce(request_changed, request_id=request.id, state=str(state))
