"""Being inside a show: as a viewer who pays per minute, unseen, or with the own camera (spec M-3, M-6, M-7).

Whoever goes in has agreed to the price.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from msgspec.structs import replace

from ppv_plugin import hooks
from ppv_plugin.errors import BadInput, Busy, Gone, NotAllowed, PriceChanged, RoomFull
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import services as metering

from ..models import PrivateRequest, PrivateShow, Show, Visit
from ..queries.grace import grace_used
from ..queries.unseen import may_be_watched
from ..rules import GROUP, MANNERS, TWO_WAY, VOYEUR, manner_cpm, show_kind, visit_participant, with_grace_left
from .common import (
    client_in,
    facts_of,
    group_split,
    live_show,
    lock_room,
    named,
    need_user,
    person_moved_on,
    tariff_for,
    wallet_of,
)
from .endings import end_visit
from .media import report_usage
from .recorded import need_told, viewer_agreed
from .unseen import inside_changed, veiled


def enter_group(
    *,
    user: Any,
    room_id: int,
    cid: str,
    cpm: int,
    now: datetime,
    mode_number: int | None = None,
    manner: str = GROUP,
    recorded: bool = False,
) -> Visit:
    """Consent to `cpm` and go in, or go on inside in another `manner`: as a viewer, unseen, or with the own camera sent
    to the performer. Who is inside in this manner already gets the running visit back: a second tab, no second meter.
    The same `cid` again returns the same visit, also when it has ended. `mode_number`: of the show's modes the one
    that the client was shown, as grace and rule may change where the price does not; None takes the one in force.
    `recorded`: the client was told that it is, if it is.

    Raises Gone (nobody live), NotAllowed (the mode does not have it, or for nothing; vetoed), PriceChanged,
    InsufficientFunds (naming the minimum), RoomFull, Busy (the performer is in private), Blocked,
    ConsentNeeded.
    """
    if manner not in MANNERS:
        raise BadInput
    show = live_show(room_id)
    client = client_in(user=user, room=show.room, now=now)
    hooks.veto_group_entry(user=user, room=show.room, features=show.terms.get("features", {}))
    if Visit.objects.in_force().filter(show=show, client=client).exclude(manner=manner).exists():
        report_usage(now=now, room_id=room_id)
    with transaction.atomic():
        room = lock_room(room_id)
        show = live_show(room_id)
        inside = Visit.objects.in_force().filter(show=show)
        known = (
            Visit.objects.filter(client=client, cid=cid).first() or inside.filter(client=client, manner=manner).first()
        )
        if known is not None:
            return known
        _check_price(show, manner, cpm, mode_number)
        need_told(recorded=bool(show.terms.get("recorded")), told=recorded)
        _check_private(show, manner, client)
        _check_places(show, manner, inside.exclude(client=client))
        for visit in Visit.objects.filter(show=show, client=client, state=Visit.State.INSIDE):
            left_behind = visit.mode_number < show.mode_number
            end_visit(visit_id=visit.id, reason="mode_changed" if left_behind else "client", now=now)
        visit = _begin(show, client, manner, cid, now)
        viewer_agreed(show=show, user=user, manner=manner, now=now)
        person_moved_on(user_id=user.pk, room_id=room_id)
        inside_changed(room=room, visit=visit, user_key=str(user.pk))
    return visit


def _check_price(show: Show, manner: str, cpm: int, mode_number: int | None) -> None:
    price = manner_cpm(show.terms, manner)
    if price is None:
        raise NotAllowed
    if price != cpm or mode_number not in (None, show.mode_number):
        raise PriceChanged(price=tokens(price))


def _check_private(show: Show, manner: str, client: Any) -> None:
    """Only who watches unseen may come in meanwhile, and only where both of the private show know that somebody may."""
    private = PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).select_related("request").first()
    if private is not None and (manner != VOYEUR or private.client_id == client.pk or not may_be_watched(private)):
        raise Busy
    pending = show.requests.filter(client=client, state=PrivateRequest.State.PENDING)
    if manner == VOYEUR and pending.exists():
        raise Busy(_("You asked for private time. Take the request back first."))


def _check_places(show: Show, manner: str, others: QuerySet[Visit]) -> None:
    """Who watches unseen takes no place: one that is missing would tell of it."""
    places = show.terms["viewers_max"]
    if manner != VOYEUR and places is not None and others.exclude(manner=VOYEUR).count() >= places:
        raise RoomFull
    if manner == TWO_WAY and others.filter(manner=TWO_WAY).count() >= show.terms["two_way_slots"]:
        raise RoomFull


def _begin(show: Show, client: Any, manner: str, cid: str, now: datetime) -> Visit:
    terms = show.terms
    cpm = manner_cpm(terms, manner) or 0
    full = tariff_for(room=show.room, rule=terms["rule"], cpm=cpm, grace_seconds=terms["grace_seconds"])
    used = grace_used(subject="group", room=show.room, client=client, now=now)
    split, names = group_split(show)
    tariff = with_grace_left(full, used)
    told = facts_of(room=show.room, client=client, mode=terms["name"], media=show_kind(terms))
    facts = {**told, **used.fact(full.rule)}
    if manner == VOYEUR:  # guests are not told of it, so it is not shared
        tariff, facts = veiled(tariff, show.id), {**facts, "client": ""}
    else:
        tariff, facts = replace(tariff, split=split), {**facts, **named(names)}
    visit_id = uuid4()
    hold = metering.reserve(
        account_id=wallet_of(client).id, tariff=tariff, source="visit", source_id=str(visit_id), now=now
    )
    session = metering.open_session(
        client_account_id=hold.account_id,
        hold_id=hold.id,
        subject=manner,
        subject_id=visit_id,
        participant=visit_participant(visit_id),
        tariff=tariff,
        facts=facts,
        now=now,
    )
    return Visit.objects.create(
        id=visit_id,
        show=show,
        client=client,
        session=session,
        mode_number=show.mode_number,
        manner=manner,
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
