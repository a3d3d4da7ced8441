"""A new performer's own room."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from .models import Room

_SLUG_MAX = 60
_TRIES = 20  # each round of a race has one winner: as many may ask for one address in the same moment


@transaction.atomic
def open_room(*, performer: Any, site: Any) -> Room:
    """The performer has a room on this site: the one there is, or a new one under its name."""
    known = Room.objects.filter(performer=performer, site=site).order_by("pk").first()
    if known is not None:
        return known
    return add_room(site=site, title=performer.name, performer=performer)


def add_room(*, site: Any, title: str, performer: Any = None, studio: Any = None) -> Room:
    """A room of a performer, of a studio, or of both; it says of itself what its performer does."""
    for tries_left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():  # what fails here leaves the caller's transaction usable
                return Room.objects.create(
                    site=site,
                    slug=_free_slug(site, title),
                    title=title,
                    performer=performer,
                    studio=studio,
                    description=performer.bio if performer is not None else "",
                )
        except IntegrityError:  # somebody of that name was faster: the address is taken, and seen to be by now
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _free_slug(site: Any, name: str) -> str:
    """Of the name where it has letters that an address can have; numbered where it is taken."""
    wanted = slugify(name)[: _SLUG_MAX - 6] or "room"
    taken = set(Room.objects.filter(site=site, slug__startswith=wanted).values_list("slug", flat=True))
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
