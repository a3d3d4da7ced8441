"""Who is in a room: one row per open socket, kept alive in bulk, and the number of viewers that follows from them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from ppv_plugin import signals
from ppv_plugin.conf import conf

from .models import Presence, Room

PERFORMER, MODERATOR, CLIENT = "performer", "moderator", "client"
GUEST = "guest"  # a performer who is checked in there
VOYEUR = "voyeur"  # watches unseen
UNCOUNTED = (PERFORMER, GUEST, MODERATOR, VOYEUR)  # no viewers; the last two are in no list either


def open_presence(
    *,
    connection: UUID,
    room_id: int,
    user_key: str,
    role: str,
    now: datetime,
    address: str = "",
    visitor: str = "",
) -> None:
    """The socket is in the room. Saying so again only shows that it is alive. `address`: its keyed hash."""
    first = {"room_id": room_id, "user_key": user_key, "role": role, "address": address, "visitor": visitor}
    Presence.objects.update_or_create(
        id=connection, defaults={"seen_at": now}, create_defaults={**first, "seen_at": now}
    )


def touch_presence(*, connections: Collection[UUID], now: datetime) -> set[UUID]:
    """These sockets are alive. Returns those that are not known (any more): they must be opened again."""
    rows = Presence.objects.filter(id__in=connections)
    unknown = set(connections) - set(rows.values_list("id", flat=True))
    rows.update(seen_at=now)
    return unknown


def close_presence(*, connection: UUID, now: datetime) -> None:
    """The socket is gone. Announces `stage_changed` when it held media, and `room_changed` when others saw them."""
    row = Presence.objects.filter(id=connection).values_list("room_id", "participant", "role").first()
    if row is not None and Presence.objects.filter(id=connection).delete()[0] and row[1]:
        signals.announce(signals.stage_changed, room_id=row[0])
        if row[2] == GUEST:
            signals.announce(signals.room_changed, room_id=row[0])


def viewer_count(*, room_id: int, now: datetime) -> int:
    """People watching: each signed-in user once, each socket of somebody unknown once, the performer and who moderates
    not."""
    return _viewers(room_ids=[room_id], now=now).get(room_id, 0)


def count_viewers(*, room_ids: Collection[int], now: datetime) -> list[int]:
    """Rooms' `viewers` are what presence says. Returns those that changed; announces `room_changed` for them."""
    counts = _viewers(room_ids=room_ids, now=now)
    changed = []
    for room_id in room_ids:
        viewers = counts.get(room_id, 0)
        # Conditional, so that of several processes only one announces it.
        if Room.objects.filter(pk=room_id).exclude(viewers=viewers).update(viewers=viewers):
            changed.append(room_id)
            signals.announce(signals.room_changed, room_id=room_id)
    return changed


@transaction.atomic
def hold_participant(*, connection: UUID, participant: str, now: datetime) -> list[UUID]:
    """This socket, and no other, holds the participant's media. Returns the sockets that held it before.

    An empty participant: this socket holds nothing any more.
    """
    if not participant:
        Presence.objects.filter(id=connection).update(participant="")
        return []
    held = Presence.objects.select_for_update().filter(participant=participant).exclude(id=connection)
    others = list(held.order_by("id").values_list("id", flat=True))
    Presence.objects.filter(id__in=others).update(participant="")
    Presence.objects.filter(id=connection).update(participant=participant, seen_at=now)
    return others


def holder_of(*, participant: str, now: datetime) -> UUID | None:
    """The socket that holds the participant's media, unless it is gone."""
    return _alive(now).filter(participant=participant).order_by("-seen_at").values_list("id", flat=True).first()


def viewer_participants(*, room_id: int) -> list[str]:
    """The free viewers with media, in a stable order."""
    return _participants(room_id, "c-")


def moderator_participants(*, room_id: int) -> list[str]:
    """The moderators with media, in a stable order."""
    return _participants(room_id, "m-")


def _participants(room_id: int, prefix: str) -> list[str]:
    rows = Presence.objects.filter(room_id=room_id, participant__startswith=prefix)
    return list(rows.order_by("participant").values_list("participant", flat=True))


def is_moderator(*, connection: UUID) -> bool:
    """This socket came in to moderate."""
    return Presence.objects.filter(id=connection, role=MODERATOR).exists()


def is_guest(*, connection: UUID) -> bool:
    """This socket came in to perform in somebody else's show."""
    return Presence.objects.filter(id=connection, role=GUEST).exists()


def held_of(*, participants: Collection[str]) -> set[str]:
    """Those of these participants whose media some socket holds."""
    rows = Presence.objects.filter(participant__in=participants)
    return set(rows.values_list("participant", flat=True))


def of_connection(*, connection: UUID | None) -> Presence | None:
    return Presence.objects.filter(id=connection).first() if connection is not None else None


def named_viewers(*, room_id: int, now: datetime) -> list[str]:
    """The signed-in people whom others may know to be in a room, by their user key, each once."""
    rows = _alive(now).filter(room_id=room_id).exclude(user_key="")
    hidden = set(rows.filter(role__in=UNCOUNTED).values_list("user_key", flat=True))
    return sorted(set(rows.values_list("user_key", flat=True)) - hidden)


def performers_present(*, room_ids: Collection[int], within_seconds: int, now: datetime) -> set[int]:
    """Those of these rooms whose performer has an open socket that was heard of within so many seconds."""
    heard = now - timedelta(seconds=within_seconds)
    rows = _alive(now).filter(room_id__in=room_ids, role=PERFORMER, seen_at__gte=heard)
    return set(rows.values_list("room_id", flat=True))


def performer_seen_at(*, room_id: int) -> datetime | None:
    """When the performer's sockets were heard of last; None where none is known any more."""
    rows = Presence.objects.filter(room_id=room_id, role=PERFORMER).order_by("-seen_at")
    return rows.values_list("seen_at", flat=True).first()


def set_unseen(*, room_id: int, user_key: str, unseen: bool) -> None:
    """This person's sockets in the room count no more, as if they had been closed; or count again, as if opened."""
    rows = Presence.objects.filter(room_id=room_id, user_key=user_key).exclude(role__in=(PERFORMER, GUEST, MODERATOR))
    rows.update(role=VOYEUR if unseen else CLIENT)


def known_viewers(*, room_id: int) -> list[str]:
    """The signed-in people in a room by their user key, each once, the performer not."""
    rows = Presence.objects.filter(room_id=room_id).exclude(role=PERFORMER).exclude(user_key="")
    return list(rows.order_by("user_key").values_list("user_key", flat=True).distinct())


def sweep(*, now: datetime) -> list[int]:
    """Sockets not heard of for `PRESENCE_SECONDS` are gone. Returns their rooms; announces
    `stage_changed` where media was held. That of a performer stays while the room is live: it says when they were seen
    last, which after a crash nobody else knows."""
    still = Q(role=PERFORMER) & ~Q(room__state=Room.State.OFFLINE)
    gone = Presence.objects.filter(seen_at__lt=_horizon(now)).exclude(still)
    rows = list(gone.values_list("room_id", "participant"))
    rooms = sorted({room_id for room_id, _participant in rows})
    if rooms:
        gone.delete()
    for room_id in sorted({room_id for room_id, participant in rows if participant}):
        signals.announce(signals.stage_changed, room_id=room_id)
    return rooms


def _viewers(*, room_ids: Collection[int], now: datetime) -> dict[int, int]:
    rows = _alive(now).filter(room_id__in=room_ids).exclude(role__in=UNCOUNTED).values("room_id").order_by()
    counted = rows.annotate(
        known=Count("user_key", distinct=True, filter=~Q(user_key="")), unknown=Count("id", filter=Q(user_key=""))
    ).annotate(viewers=F("known") + F("unknown"))
    return dict(counted.values_list("room_id", "viewers"))


def _alive(now: datetime) -> QuerySet[Presence]:
    return Presence.objects.filter(seen_at__gte=_horizon(now))


def _horizon(now: datetime) -> datetime:
    return now - timedelta(seconds=conf.PRESENCE_SECONDS)
