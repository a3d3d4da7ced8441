"""What clients think of a room they paid a show in, and what a room's ratings come to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum

from ppv_plugin.errors import BadInput, NotAllowed, NotApproved, NotFound
from ppv_plugin.people.rules import APPROVED
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.ratings import Rating
from ppv_plugin.rooms.rules import STARS_MAX, rating_score

from ..queries.ratings import paid_for
from .common import lock_room, need_user


@transaction.atomic
def rate_room(*, user: Any, session_id: UUID, stars: int, now: datetime) -> Rating:
    """The client of this session gives its room so many stars, instead of any it gave before.

    Raises SignInNeeded, BadInput, NotFound (not this client's session), NotAllowed (nothing was paid, or one's own
    room) and NotApproved.
    """
    if stars not in range(1, STARS_MAX + 1):
        raise BadInput
    paid = paid_for(user=need_user(user), session_id=session_id)
    if paid.client.status != APPROVED:
        raise NotApproved(blocking_text(role="client", row=paid.client))
    if paid.amount <= 0:
        raise NotAllowed
    room = lock_room(paid.room_id)
    if room.performer is not None and room.performer.user_id == user.pk:
        raise NotAllowed
    rating, _made = Rating.objects.update_or_create(
        room=room, client=paid.client, defaults={"stars": stars, "session_id": session_id, "given_at": now}
    )
    _add_up(room)
    return rating


@transaction.atomic
def remove_rating(*, rating_id: int) -> Rating:
    """It counts no more. The client may give another. Returns what was removed. Raises NotFound."""
    room_id = Rating.objects.filter(pk=rating_id).values_list("room_id", flat=True).first()
    if room_id is None:
        raise NotFound
    room = lock_room(room_id)
    rating = Rating.objects.select_related("client").filter(pk=rating_id).first()
    if rating is None:
        raise NotFound
    Rating.objects.filter(pk=rating_id).delete()
    _add_up(room)
    return rating


def _add_up(room: Any) -> None:
    """Under the room's lock, so that of two who rate at once the second counts the first."""
    found = Rating.objects.filter(room=room).aggregate(total=Sum("stars", default=0), count=Count("pk"))
    total, count = found["total"], found["count"]
    Room.objects.filter(pk=room.pk).update(
        rating_sum=total, rating_count=count, rating_score=rating_score(total=total, count=count)
    )
