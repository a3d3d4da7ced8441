"""What a client paid for a session, and the stars it gave for it."""

from __future__ import annotations

from dataclasses import dataclass
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
