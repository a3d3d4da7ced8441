"""A new performer's own room."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from .models import Room

_SLUG_MAX = 60


@transaction.atomic
def open_room(*, performer: Any, site: Any) -> Room:
    """The performer has a room on this site: the one there is, or a new one under its name."""
    known = Room.objects.filter(performer=performer, site=site).order_by("pk").first()
    if known is not None:
        return known
    return Room.objects.create(
        site=site,
        performer=performer,
        title=performer.name,
        slug=_free_slug(site, performer.name),
        description=performer.bio,
    )


def _free_slug(site: Any, name: str) -> str:
    """Of the name where it has letters that an address can have; numbered where it is taken."""
    wanted = slugify(name)[: _SLUG_MAX - 6] or "room"
    taken = set(Room.objects.filter(site=site, slug__startswith=wanted).values_list("slug", flat=True))
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
