"""Reads of studios: their limits, and what somebody may manage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ppv_plugin.conf import conf
from ppv_plugin.people import rules
from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.people.queries import role_settings
from ppv_plugin.rooms.models import Room

from .models import StudioInvitation

OPEN = StudioInvitation.State.OPEN


@dataclass(frozen=True, slots=True)
class Limits:
    """What a studio has and may have. Whoever is invited takes a place already."""

    performers: int
    invited: int
    performers_max: int
    rooms: int
    rooms_max: int

    @property
    def performers_left(self) -> int:
        return max(self.performers_max - self.performers - self.invited, 0)

    @property
    def rooms_left(self) -> int:
        return max(self.rooms_max - self.rooms, 0)


def limits_of(studio: Studio) -> Limits:
    """The studio's own limits, where it has any, else the site's."""
    site = role_settings(studio.site)
    own_performers, own_rooms = studio.performers_max, studio.rooms_max
    return Limits(
        performers=Performer.objects.filter(studio=studio).count(),
        invited=StudioInvitation.objects.filter(studio=studio, state=OPEN).count(),
        performers_max=site.studio_performers_max if own_performers is None else own_performers,
        rooms=Room.objects.filter(studio=studio).count(),
        rooms_max=site.studio_rooms_max if own_rooms is None else own_rooms,
    )


def may_create(studio: Studio) -> bool:
    return studio.status == rules.APPROVED


def invitation_of(uuid: Any) -> StudioInvitation | None:
    return StudioInvitation.objects.select_related("studio__owner", "site").filter(uuid=uuid).first()


def expired(invitation: StudioInvitation, *, now: datetime) -> bool:
    return invitation.sent_at + timedelta(hours=conf.INVITATION_HOURS) < now
