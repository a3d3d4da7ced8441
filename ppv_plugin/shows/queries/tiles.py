"""Cameras that everybody in a show sees beside the large picture: those of performers who are checked in, and
all of a conference."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from ppv_plugin.media.engine import Kind, ParticipantPlan
from ppv_plugin.rooms import presence

from .. import rules
from ..check_in_models import CheckIn
from ..models import Visit
from ..states import TileView


def tiles_of(*, show_ids: Collection[UUID]) -> dict[UUID, list[TileView]]:
    """show -> the cameras of guests that are on stage, then those of a conference; in private nobody's. Shows without
    any are left out."""
    found: dict[UUID, list[TileView]] = {}
    for show_id, tile, _sender in [*_of_guests(show_ids), *_of_conferences(show_ids)]:
        found.setdefault(show_id, []).append(tile)
    return found


def cameras_of(show: Any) -> dict[UUID, str]:
    """camera -> the participant that sends it, of this show."""
    return {UUID(tile.id): sender for _show, tile, sender in [*_of_guests([show.id]), *_of_conferences([show.id])]}


def _of_guests(show_ids: Collection[UUID]) -> list[tuple[UUID, TileView, str]]:
    rows = CheckIn.objects.filter(show_id__in=show_ids, state=CheckIn.State.IN).exclude(
        show__private_shows__state="open"
    )
    guests = list(rows.order_by("joined_at", "id").values_list("show_id", "id", "performer__name"))
    if not guests:
        return []
    held = presence.held_of(participants=[rules.guest_participant(pk) for _show, pk, _name in guests])
    senders = [(show_id, pk, name, rules.guest_participant(pk)) for show_id, pk, name in guests]
    return [(show_id, TileView(str(pk), name), sender) for show_id, pk, name, sender in senders if sender in held]


def _of_conferences(show_ids: Collection[UUID]) -> list[tuple[UUID, TileView, str]]:
    rows = (
        Visit.objects.in_force()
        .filter(show_id__in=show_ids, show__terms__conference=True, manner=rules.TWO_WAY)
        .exclude(show__private_shows__state="open")
    )
    cameras = rows.order_by("entered_at", "id").values_list("show_id", "id", "client__name")
    return [(show_id, TileView(str(pk), name), rules.visit_participant(pk)) for show_id, pk, name in cameras]


def guests_on_stage(show: Any, *, source: str | None, sends: frozenset[Kind]) -> list[ParticipantPlan]:
    """Whoever is checked in may send these kinds, and sees who is live; neither while that one is in private."""
    rows = CheckIn.objects.filter(show=show, state=CheckIn.State.IN).order_by("joined_at", "id")
    return [
        ParticipantPlan(rules.guest_participant(pk), publishes=sends if source else frozenset(), source=source)
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
            follows=person.id if person.needs and person.quota_ms is not None else None,
        )
        for person in people
        if performer in (person.id, person.source)
        for camera, sender in cameras.items()
        if sender != person.id and not (person.id == performer and sender.startswith("v-"))  # has an end of its own
    ]
    return [*people, *ends]
