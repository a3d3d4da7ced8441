"""Reads of locked calls: which of them can be opened, by whom, and what their terms come to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from msgspec.structs import replace

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.rooms import queries as rooms

from ..call_models import LockedCall
from ..rules import unix_ms, with_grace_left
from ..states import CallView
from .grace import grace_used
from .prices import minimum_of, offered, price_of


def open_calls(*, now: datetime) -> QuerySet[LockedCall]:
    """Whose links work, oldest first."""
    rows = LockedCall.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), state=LockedCall.State.OPEN)
    return rows.select_related("client", "room__performer", "room__site").order_by("created_at", "id")


def calls_made(*, room: Any, limit: int = 50) -> list[LockedCall]:
    """Those of a room, the newest first, whatever became of them."""
    rows = LockedCall.objects.filter(room=room).select_related("client", "room__site")
    return list(rows.order_by("-created_at", "-id")[:limit])


def call_for(*, room: Any, client: Any, now: datetime) -> CallView | None:
    """The call that this client has in this room, the oldest of several, with the grace that it has left."""
    row = open_calls(now=now).filter(room=room, client=client).first()
    if row is None:
        return None
    used = grace_used(subject="private", room=room, client=client, now=now)
    return _view(row, with_grace_left(_tariff(row), used))


def calls_expected(*, room: Any, now: datetime) -> list[CallView]:
    """For the performer: who has a link, and who of them has agreed."""
    rows = open_calls(now=now).filter(room=room)
    return [replace(_view(row, _tariff(row)), client_name=row.client.name) for row in rows]


def _tariff(row: LockedCall) -> Any:
    prices = rooms.pricing(row.room.site)
    return offered(rule=row.rule, cpm=row.cpm, grace_seconds=row.grace_seconds, prices=prices)


def _view(row: LockedCall, tariff: Any) -> CallView:
    return CallView(
        id=str(row.uuid),
        price=price_of(tariff),
        minimum=tokens(minimum_of(tariff)),
        expires_at=unix_ms(row.expires_at) if row.expires_at else None,
        accepted=row.accepted_at is not None,
    )
