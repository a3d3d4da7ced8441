"""What a socket needs from the database when it says hello. Synchronous; runs in a service thread."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import translation
from msgspec.structs import replace
from wagtail.models import Site

from ppv_plugin.chat import queries as chat
from ppv_plugin.chat.free_time import COOKIE, visitor_of
from ppv_plugin.chat.states import ChatView
from ppv_plugin.conf import conf
from ppv_plugin.errors import Blocked, BlockedUntil
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger.limits import local_text
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.media.ice import ice_servers
from ppv_plugin.people import queries as people
from ppv_plugin.people.models import Block
from ppv_plugin.rooms import presence
from ppv_plugin.rooms.addresses import hashed
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows import queries as shows
from ppv_plugin.shows.models import PrivateShow
from ppv_plugin.shows.services.moderation import MODERATE, note_moderator
from ppv_plugin.shows.states import PersonView, RoomView

from .asgi_types import Scope
from .identity import Identity, cookies_of, identify, still_holds
from .protocol import WalletState


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came where. `room_id` None = there is no such room. `address`: keyed hash; `visitor`: of a signed cookie."""

    identity: Identity
    room_id: int | None = None
    role: str = "visitor"
    address: str = ""
    visitor: str = ""

    @property
    def moderates(self) -> bool:
        return self.role == presence.MODERATOR


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a screen starts from. `chat` holds public lines only when asked for, private ones always."""

    room: RoomView
    me: PersonView
    chat: list[ChatView]
    ice_servers: list[dict[str, Any]]


def arrive(scope: Scope, room: UUID) -> Arrival:
    identity = identify(scope)
    rows = Room.objects.filter(uuid=room, suspended=False, performer__isnull=False)
    row = rows.values_list("id", "performer__user_id").first()
    if row is None:
        return Arrival(identity)
    room_id, performer_user = row
    address = hashed((scope.get("client") or ("",))[0])
    if identity.user is None:
        return Arrival(identity, room_id, address=address, visitor=visitor_of(cookies_of(scope).get(COOKIE, "")))
    role = "performer" if identity.user.pk == performer_user else "client"
    wish = _wish(scope) if role == "client" else ""
    if wish == presence.MODERATOR and identity.user.has_perm(MODERATE):
        role = presence.MODERATOR
    elif wish == presence.GUEST and shows.is_asked(user=identity.user, room_id=room_id):
        role = presence.GUEST
    return Arrival(identity, room_id, role, address=address)


def _wish(scope: Scope) -> str:
    """As what somebody comes who is not live there. Staff and performers come as clients unless they say otherwise:
    whoever watches to keep order has said so, and it is written down."""
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("as", [""])[0]


def enter(arrival: Arrival, connection: UUID, *, with_chat: bool, now: datetime) -> Scene:
    """Presence begins, unless the person is blocked; the state of now is read after it."""
    identity, room_id = arrival.identity, arrival.room_id
    assert room_id is not None, "only an existing room is entered"
    with translation.override(identity.language or None):
        stays = may_stay(arrival, now)
        if stays:
            open_presence(arrival, connection, now)
            if arrival.moderates:
                note_moderator(room_id=room_id, user=identity.user)
        me = person(arrival, connection, now)
        return Scene(
            room=shows.room_view(room_id=room_id, now=now),
            me=me if stays is not False else replace(me, blocked=True),
            chat=lines(identity, room_id, with_public=with_chat),
            ice_servers=ice_servers(user_ref=_reference(identity, connection), now=now.timestamp(), settings=conf),
        )


def open_presence(arrival: Arrival, connection: UUID, now: datetime) -> None:
    assert arrival.room_id is not None, "only an existing room is entered"
    unseen = shows.watches_unseen(user=arrival.identity.user, room_id=arrival.room_id)
    presence.open_presence(
        connection=connection,
        room_id=arrival.room_id,
        user_key=arrival.identity.user_key,
        role=presence.VOYEUR if unseen else arrival.role,
        now=now,
        address=arrival.address,
        visitor=arrival.visitor,
    )


def depart(connection: UUID, now: datetime) -> None:
    presence.close_presence(connection=connection, now=now)


def person(arrival: Arrival, connection: UUID, now: datetime) -> PersonView:
    assert arrival.room_id is not None, "only an existing room is entered"
    identity = arrival.identity
    with translation.override(identity.language or None):
        return shows.person_view(
            user=identity.user,
            room_id=arrival.room_id,
            connection=connection,
            now=now,
            moderates=arrival.moderates,
            guest=arrival.role == presence.GUEST,
        )


def lines(identity: Identity, room_id: int, *, with_public: bool) -> list[ChatView]:
    public = chat.recent(room_id=room_id, private_show=None, viewer_key=identity.user_key) if with_public else []
    private_show = current_private(identity, room_id)
    if private_show is None:
        return public
    return public + chat.recent(room_id=room_id, private_show=private_show, viewer_key=identity.user_key)


def current_private(identity: Identity, room_id: int) -> UUID | None:
    """The open private show in this room that this person is a side of."""
    if identity.user is None:
        return None
    mine = Q(client__user=identity.user) | Q(show__room__performer__user=identity.user)
    rows = PrivateShow.objects.filter(mine, show__room_id=room_id, state=PrivateShow.State.OPEN)
    return rows.values_list("id", flat=True).first()


def wallet(identity: Identity) -> WalletState | None:
    client = people.client_of(identity.user)
    if client is None:
        return None
    balance = ledger.balance_of(kind="client", owner=str(client.uuid))
    return WalletState(balance=tokens(balance.available), held=tokens(balance.held))


def tiles(site_id: int, language: str, *, limit: int, now: datetime) -> list[RoomView] | None:
    """The rooms of a site as its listing begins; None = no such site."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        return None
    with translation.override(language or None):
        page = shows.listing(site=site, now=now, status=None, tag=None, text=None, sort="live", offset=0, limit=limit)
        return [tile.room for tile in page.rooms]


def may_stay(arrival: Arrival, now: datetime) -> bool | None:
    """True: yes. False: put out by the performer or a moderator. None: not signed in any more."""
    identity, room_id = arrival.identity, arrival.room_id
    if not still_holds(identity):
        return None
    if room_id is None or arrival.role == presence.PERFORMER:
        return True
    if arrival.role == presence.GUEST and shows.is_asked(user=identity.user, room_id=room_id):
        return True
    if arrival.moderates:
        return bool(get_user_model()._default_manager.get(pk=identity.user.pk).has_perm(MODERATE))  # type: ignore[union-attr]
    if chat.is_address_banned(room_id=room_id, address=arrival.address, now=now):
        return False
    if identity.user is None:
        return True
    blocks = Block.objects.filter(performer__rooms=room_id, client__user=identity.user)
    return not blocks.filter(Q(until__isnull=True) | Q(until__gt=now)).exists()


def refusal(arrival: Arrival, now: datetime) -> Blocked:
    """Why somebody who may not stay is put out, and until when."""
    user, room_id = arrival.identity.user, arrival.room_id
    client = people.client_of(user)
    if client is None or room_id is None:
        return Blocked()
    performer_id = Room.objects.values_list("performer_id", flat=True).get(pk=room_id)
    until = chat.blocked_until(performer_id=performer_id, client_id=client.pk, now=now)
    with translation.override(arrival.identity.language or None):
        return BlockedUntil(until=local_text(until, "DATETIME_FORMAT")) if until else Blocked()


def _reference(identity: Identity, connection: UUID) -> str:
    """A name for the TURN server's log that does not tell who it is."""
    return hashlib.sha256((identity.user_key or str(connection)).encode()).hexdigest()[:16]
