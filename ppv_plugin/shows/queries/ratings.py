"""What a client paid for a session, and the stars it gave for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin.errors import NotFound
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.metering import queries as metering
from ppv_plugin.metering.refund_queries import refund_lines
from ppv_plugin.people import queries as people
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.ratings import Rating


@dataclass(frozen=True, slots=True)
class Paid:
    """A client's own session. `amount`: hundredths that were charged and not given back; 0 while it runs."""

    client: Any
    room_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class OwnRating:
    """What the form for stars shows. `stars` None: not rated yet."""

    room_title: str
    stars: int | None


@dataclass(frozen=True, slots=True)
class ToRate:
    """A room that was paid for and has no stars of this client's yet. `session`: the last one there."""

    room_title: str
    performer: str
    session: UUID
    at: datetime


LOOKED_AT = 60


def to_rate(*, client: Any, limit: int = 3) -> list[ToRate]:
    """Of the client's last sessions, the newest first, each room once."""
    account_id = ledger.balance_of(kind="client", owner=str(client.uuid)).account_id
    if account_id is None:
        return []
    newest: dict[int, metering.SessionSummary] = {}
    for row in metering.history(account_id=account_id, paid=True, limit=LOOKED_AT):
        room_id = row.facts.get("room_id")
        if room_id is not None and row.amount + row.refunded < 0:
            newest.setdefault(int(room_id), row)
    rated = Rating.objects.filter(client=client, room__in=newest).values("room")
    rooms = Room.objects.filter(pk__in=newest).exclude(pk__in=rated).exclude(performer__user_id=client.user_id)
    titles = dict(rooms.values_list("pk", "title"))
    return [
        ToRate(titles[pk], row.facts["performer"], row.id, row.opened_at) for pk, row in newest.items() if pk in titles
    ][:limit]


def paid_for(*, user: Any, session_id: UUID) -> Paid:
    """Raises NotFound for what is not this user's as a client, and where the books name no room."""
    client = people.client_of(user)
    if client is None:
        raise NotFound
    receipt = metering.receipt(session_id=session_id)
    wallet = ledger.balance_of(kind="client", owner=str(client.uuid))
    if wallet.account_id is None or wallet.account_id != receipt.client_account_id:
        raise NotFound
    room_id = receipt.facts.get("room_id")
    if room_id is None:
        raise NotFound
    returned = sum(refund.amount for refund in refund_lines(session_id=session_id))
    amount = receipt.total - returned if receipt.closed_at is not None else 0
    return Paid(client, int(room_id), amount)


def own_rating(*, user: Any, session_id: UUID) -> OwnRating | None:
    """None where this user may not rate."""
    try:
        paid = paid_for(user=user, session_id=session_id)
    except NotFound:
        return None
    room = Room.objects.filter(pk=paid.room_id).only("title", "performer__user_id").select_related("performer").first()
    if paid.amount <= 0 or room is None or (room.performer is not None and room.performer.user_id == user.pk):
        return None
    stars = Rating.objects.filter(room=room, client=paid.client).values_list("stars", flat=True).first()
    return OwnRating(room.title, stars)
