"""One person's own state in a room."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from ppv_plugin.chat import queries as chat
from ppv_plugin.errors import NotFound
from ppv_plugin.ledger import limits
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import rules as metering_rules
from ppv_plugin.people import queries as people
from ppv_plugin.people.services import public_name
from ppv_plugin.rooms import presence
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.rules import VIDEO

from .. import rules
from ..models import PrivateRequest, PrivateShow, Show, Visit
from ..states import CameraView, PersonView, RequestView, SessionView
from .calls import call_for, calls_expected
from .check_ins import check_ins_of, visiting, visits
from .free_time import free_left_ms
from .meters import meters
from .own_terms import own_terms
from .prices import minimum_of, price_of
from .tips import tips_of_show

_VISITOR = PersonView(role="visitor", name=None, blocked=False, balance=None)


def person_view(
    *, user: Any, room_id: int, connection: UUID | None, now: datetime, moderates: bool = False, guest: bool = False
) -> PersonView:
    """`moderates`: came in to keep order, `guest`: to perform in this show of another; neither is a client there.
    Raises NotFound when there is no such room."""
    room = Room.objects.select_related("performer", "site").filter(id=room_id).first()
    if room is None or room.performer is None:
        raise NotFound
    if user is None or not user.is_authenticated:
        return replace(_VISITOR, free_left_ms=free_left_ms(room=room, connection=connection, now=now))
    show = Show.objects.filter(room=room, state=Show.State.LIVE).first()
    if room.performer.user_id == user.pk:
        view = _performer_view(room, show, connection, now)
    elif guest:
        view = _guest_view(user, room, connection, now)
    elif moderates:
        view = PersonView(role="moderator", name=public_name(user), blocked=False, balance=None)
    else:
        view = _client_view(user, room, show, connection, now)
    return replace(view, ref=chat.ref_of(room_id=room_id, user_key=str(user.pk)))


def _performer_view(room: Any, show: Show | None, connection: UUID | None, now: datetime) -> PersonView:
    private = _open_private(show)
    account = ledger.balance_of(kind="performer", owner=str(room.performer.uuid)).account_id
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    line = meters(session_ids=[private.session_id])[0].performer if private is not None else None
    return PersonView(
        role="performer",
        name=room.performer.name,
        blocked=False,
        balance=None,
        session=_session("private", private, for_performer=True) if private is not None else None,
        meter=line,
        elsewhere=_elsewhere(rules.performer_participant(show.id), connection, now) if show else False,
        requests=_pending(show, now) if show is not None else [],
        requests_mode=room.performer.requests,
        private_kinds=room.performer.private_kinds,
        voyeurs=room.performer.voyeurs_in_private,
        cameras=_cameras(show) if show is not None else [],
        earned_today=tokens(ledger.earned_since(account_id=account, since=midnight) if account else 0),
        check_ins=check_ins_of(show_id=show.id) if show is not None else [],
        visiting=visiting(performer_id=room.performer_id),
        calls=calls_expected(room=room, now=now),
        show_tips=tokens(tips_of_show(show_id=show.id)) if show is not None else None,
    )


def _guest_view(user: Any, room: Any, connection: UUID | None, now: datetime) -> PersonView:
    """`visiting` is what this show has with the guest: nothing any more when it is over."""
    own = visits(user=user, room_id=room.pk)
    held = [rules.guest_participant(UUID(view.id)) for view in own if view.state == "in"]
    return PersonView(
        role="guest",
        name=public_name(user),
        blocked=False,
        balance=None,
        visiting=own,
        elsewhere=any(_elsewhere(participant, connection, now) for participant in held),
    )


def _client_view(user: Any, room: Any, show: Show | None, connection: UUID | None, now: datetime) -> PersonView:
    client = people.client_of(user)
    if client is None:
        left = free_left_ms(room=room, connection=connection, now=now)
        return PersonView(role="client", name=public_name(user), blocked=False, balance=tokens(0), free_left_ms=left)
    blocked = people.is_blocked(performer_id=room.performer_id, client_id=client.pk, now=now)
    private = _open_private(show, client)
    visit = (
        Visit.objects.in_force().filter(show=show, client=client).select_related("session").first()
        if show is not None
        else None
    )
    paid: Any = private or visit
    session, participant = None, ""
    if private is not None:
        session, participant = _session("private", private), rules.private_participant(private.id)
    elif visit is not None:
        session, participant = _session(visit.manner, visit), rules.visit_participant(visit.id)
    wallet = ledger.balance_of(kind="client", owner=str(client.uuid))
    lines = meters(session_ids=[paid.session_id]) if paid is not None else []
    return PersonView(
        role="client",
        name=client.name,
        blocked=blocked,
        balance=tokens(wallet.available),
        request=_own_request(show, client),
        session=session,
        meter=lines[0].client if lines else None,
        elsewhere=_elsewhere(participant, connection, now) if participant else False,
        own=own_terms(room=room, show=show, client=client, wallet=wallet, now=now) if show and not paid else None,
        blocked_until=_unix_ms(
            blocked and chat.blocked_until(performer_id=room.performer_id, client_id=client.pk, now=now)
        ),
        muted_until=_unix_ms(chat.muted_until(room_id=room.pk, client_id=client.pk, now=now)),
        call=call_for(room=room, client=client, now=now) if not paid else None,
        free_left_ms=None if paid else free_left_ms(room=room, connection=connection, now=now),
    )


def _unix_ms(moment: datetime | bool | None) -> int | None:
    return rules.unix_ms(moment) if isinstance(moment, datetime) else None


def _open_private(show: Show | None, client: Any = None) -> PrivateShow | None:
    if show is None:
        return None
    rows = PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).select_related("client", "session")
    return (rows.filter(client=client) if client is not None else rows).first()


def _elsewhere(participant: str, connection: UUID | None, now: datetime) -> bool:
    holder = presence.holder_of(participant=participant, now=now)
    return holder is not None and holder != connection


def _session(kind: str, row: Any, *, for_performer: bool = False) -> SessionView:
    tariff = metering_rules.tariff_from(row.session.tariff)
    facts = row.session.facts
    return SessionView(
        kind=kind,
        id=str(row.id),
        session=str(row.session_id),
        price=price_of(tariff),
        partner=facts["client" if for_performer else "performer"],
        client=str(row.client.uuid) if for_performer else None,
        mode_number=0 if kind == "private" else row.mode_number,
        recorded=kind == "private" and row.recorded,
        media=facts.get("media", VIDEO),
    )


def _cameras(show: Show) -> list[CameraView]:
    rows = Visit.objects.in_force().filter(show=show, manner=rules.TWO_WAY).select_related("client")
    return [CameraView(str(row.id), str(row.client.uuid), row.client.name) for row in rows.order_by("entered_at", "id")]


def _pending(show: Show, now: datetime) -> list[RequestView]:
    rows = PrivateRequest.objects.filter(show=show, state=PrivateRequest.State.PENDING)
    found = list(rows.select_related("client", "hold__account").order_by("created_at"))
    allowed = limits.allowances_of(wallets=[row.hold.account for row in found], now=now)
    return [_to_performer(row, allowed.get(row.hold.account_id)) for row in found]


def _own_request(show: Show | None, client: Any) -> RequestView | None:
    if show is None:
        return None
    rows = PrivateRequest.objects.filter(show=show, client=client).select_related("client", "hold__account")
    row = rows.order_by("-created_at").first()
    return _request(row) if row is not None else None


def _request(row: PrivateRequest) -> RequestView:
    tariff = metering_rules.tariff_from(row.tariff)
    pending = row.state == PrivateRequest.State.PENDING  # a client's own limits may have let less be held
    return RequestView(
        id=str(row.id),
        state=row.state,
        media=row.media,
        price=price_of(tariff),
        minimum=tokens(row.hold.amount if pending else minimum_of(tariff)),
        expires_at=rules.unix_ms(row.expires_at),
        recording=row.recording,
    )


def _to_performer(row: PrivateRequest, allowance: limits.Allowance | None) -> RequestView:
    """With who asks and for how long, by funds and own limits."""
    tariff, held, available = metering_rules.tariff_from(row.tariff), row.hold.amount, row.hold.account.available
    more = allowance.more(held=held) if allowance is not None else None
    funds = held + (available if more is None else min(available, more))
    try:
        lasts_ms = metering_rules.lasting_ms(tariff, funds)
    except metering_rules.RuleUnavailable:
        lasts_ms = 0
    minutes = None if lasts_ms >= metering_rules.UNLIMITED_MS else lasts_ms // metering_rules.MINUTE_MS
    return replace(_request(row), client=str(row.client.uuid), client_name=row.client.name, funded_minutes=minutes)
