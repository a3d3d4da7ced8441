"""Voyeurs leave no trace in the room (docs/decisions/0012): what tells of everybody else is not said of them, and what
they pay reaches those who earn from it when the show is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from msgspec.structs import replace

from ppv_plugin.ledger import veils
from ppv_plugin.metering.rules import Party, Tariff
from ppv_plugin.rooms import presence
from ppv_plugin.signals import announce, stage_changed

from ..models import Show, Visit
from ..rules import TWO_WAY, VOYEUR
from .common import performer_moved_on, room_moved_on


def veiled(tariff: Tariff, show_id: UUID) -> Tariff:
    """The same tariff; what performer and studio earn by it waits until the show is over."""
    parties = tuple(_veiled(party, show_id) for party in tariff.split.parties)
    return replace(tariff, split=replace(tariff.split, parties=parties))


def _veiled(party: Party, show_id: UUID) -> Party:
    studio = party.studio_account
    return replace(
        party,
        account=veils.veil_of(account_id=party.account, occasion=show_id),
        studio_account=None if studio is None else veils.veil_of(account_id=studio, occasion=show_id),
    )


def inside_changed(*, room: Any, visit: Visit, user_key: str, gone: bool = False) -> None:
    """Somebody came in or went: everybody is told, and the performer; of a voyeur the engine alone is."""
    if visit.manner != VOYEUR:
        room_moved_on(room)
        if gone or visit.manner == TWO_WAY:
            performer_moved_on(room)
        return
    presence.set_unseen(room_id=room.pk, user_key=user_key, unseen=not gone)
    announce(stage_changed, room_id=room.pk)


def lift_veils(*, now: datetime, show_id: UUID | None = None) -> int:
    """What voyeurs paid reaches those who earned it, for this show if it is over, or for all that are. Returns the sum.

    The worker does it too, for the case that whoever ended a show died before it was through.
    """
    waiting = veils.waiting()
    shows = waiting.keys() if show_id is None else waiting.keys() & {show_id}
    over = Show.objects.filter(id__in=shows, state=Show.State.ENDED).exclude(visits__state=Visit.State.INSIDE)
    moved = 0
    for done in over.select_related("room__performer"):
        with transaction.atomic():
            moved += veils.lift(account_ids=waiting[done.id], now=now)
            performer_moved_on(done.room)
    return moved
