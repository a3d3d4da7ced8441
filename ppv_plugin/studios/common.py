"""What every verb of studios needs: the locked studio of whoever acts, and a free place in it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ppv_plugin.errors import Busy, NotApproved, NotFound, SignInNeeded, StudioFull
from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows.models import PrivateShow, Show, Visit
from ppv_plugin.wording import phrase

from .queries import limits_of, may_create

FULL_OF_PERFORMERS = phrase(
    _("No place is left: %(performers)s are limited to %%(limit)s here, and whoever is invited counts.")
)
FULL_OF_ROOMS = phrase(_("No place is left: %(rooms)s are limited to %%(limit)s here."))
IN_USE = phrase(_("Somebody is live in this %(room)s right now. End the %(show)s first."))


def lock_studio(*, user: Any, studio_id: int, creating: bool = False) -> Studio:
    """The user's own studio, locked for the rest of the transaction: limits are counted under this lock.

    Raises SignInNeeded, NotFound (no such studio, or somebody else's), NotApproved where something is to be created.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        raise SignInNeeded
    rows = Studio.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    studio = rows.filter(pk=studio_id, owner=user).first()
    if studio is None:
        raise NotFound
    if creating and not may_create(studio):
        raise NotApproved(blocking_text(role="studio", row=studio))
    return studio


def need_performer_place(studio: Studio) -> None:
    limits = limits_of(studio)
    if not limits.performers_left:
        raise StudioFull(str(FULL_OF_PERFORMERS) % {"limit": limits.performers_max})


def need_room_place(studio: Studio) -> None:
    limits = limits_of(studio)
    if not limits.rooms_left:
        raise StudioFull(str(FULL_OF_ROOMS) % {"limit": limits.rooms_max})


def own_performer(*, studio: Studio, performer_id: int) -> Performer:
    """Locked. Raises NotFound."""
    rows = Performer.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=performer_id, studio=studio).first()
    if found is None:
        raise NotFound
    return found


def need_unused(room: Room) -> None:
    """Raises Busy while a show runs there, or anything of one is still to be closed. The room is locked."""
    shows = Show.objects.filter(room=room)
    running = (
        shows.filter(state=Show.State.LIVE),
        PrivateShow.objects.filter(show__in=shows, state=PrivateShow.State.OPEN),
        Visit.objects.filter(show__in=shows, state=Visit.State.INSIDE),
    )
    if any(rows.exists() for rows in running):
        raise Busy(str(IN_USE))
