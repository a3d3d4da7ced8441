"""Cameras that everybody in a show sees beside the large picture: those of performers who are checked in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from ppv_plugin.media.engine import AV, ParticipantPlan
from ppv_plugin.rooms import presence

from .. import rules
from ..check_in_models import CheckIn
from ..states import TileView


def tiles_of(*, show_ids: Collection[UUID]) -> dict[UUID, list[TileView]]:
    """show -> the cameras of guests that are on stage; in private nobody's. Shows without any are left out."""
    rows = CheckIn.objects.filter(show_id__in=show_ids, state=CheckIn.State.IN).exclude(
        show__private_shows__state="open"
    )
    guests = list(rows.order_by("joined_at", "id").values_list("show_id", "id", "performer__name"))
    if not guests:
        return {}
    held = presence.held_of(participants=[rules.guest_participant(pk) for _show, pk, _name in guests])
    found: dict[UUID, list[TileView]] = {}
    for show_id, pk, name in guests:
        if rules.guest_participant(pk) in held:
            found.setdefault(show_id, []).append(TileView(str(pk), name))
    return found


def cameras_of(show: Any) -> dict[UUID, str]:
    """camera -> the participant that sends it, of this show."""
    tiles = tiles_of(show_ids=[show.id]).get(show.id, [])
    return {UUID(tile.id): rules.guest_participant(UUID(tile.id)) for tile in tiles}


def guests_on_stage(show: Any, *, source: str | None) -> list[ParticipantPlan]:
    """Whoever is checked in may send, and sees the one who is live; neither while that one is in private."""
    rows = CheckIn.objects.filter(show=show, state=CheckIn.State.IN).order_by("joined_at", "id")
    sends = AV if source else frozenset()
    return [
        ParticipantPlan(rules.guest_participant(pk), publishes=sends, source=source)
        for pk in rows.values_list("id", flat=True)
    ]


def with_tiles(
    people: Sequence[ParticipantPlan], *, performer: str, cameras: Mapping[UUID, str]
) -> list[ParticipantPlan]:
    """These people, and for each who sees the performer, and for the performer, an end of each camera but the own one.

    Who pays sees them only while the performer's media reach it, which is what it pays for.
    """
    ends = [
        ParticipantPlan(
            rules.tile_participant(person.id, camera),
            source=sender,
            unseen=person.unseen,
            follows=person.id if person.needs else None,
        )
        for person in people
        if performer in (person.id, person.source)
        for camera, sender in cameras.items()
        if sender != person.id
    ]
    return [*people, *ends]
