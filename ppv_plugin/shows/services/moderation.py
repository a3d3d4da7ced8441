"""Who keeps order in a room, and how: by the performer, or by somebody whom the site trusts with every chat.

Who is put out is out at once: what it pays for ends, charged to the last proven moment, its media stop, its sockets are
closed. Rows of `Sanction` are the truth; the performer's `Block` of a client follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from ppv_plugin.chat import services as chat
from ppv_plugin.chat.models import Message, RoomChat, Sanction
from ppv_plugin.errors import BadInput, NotAllowed, NotFound
from ppv_plugin.people import services as people
from ppv_plugin.people.models import Client
from ppv_plugin.rooms.models import Room
from ppv_plugin.signals import address_banned, announce, room_changed

from ..models import PrivateRequest, PrivateShow, Visit
from .common import lock_room, need_user, own_room, person_moved_on
from .endings import close_request, end_private_show, end_visit
from .media import report_usage

MODERATE = "ppv_plugin.moderate_chat"
KICK_MINUTES, BAN_DAYS, MUTE_MINUTES_MAX, SLOW_SECONDS_MAX = 15, 7, 1440, 600
WATCH_SECONDS = 600
_PENDING = PrivateRequest.State.PENDING


@dataclass(frozen=True, slots=True)
class _Measure:
    """What `user` decides about a client of a room. `why`: the line it is about."""

    room: Any
    client: Client
    user: Any
    kind: str
    until: datetime | None
    cid: str
    why: str = ""
    address: str = ""


def moderated_room(*, user: Any, room_id: int) -> Any:
    """The room, if this user keeps order there: its performer, or a moderator of the site. Raises SignInNeeded,
    NotFound, NotAllowed."""
    need_user(user)
    room = Room.objects.select_related("performer", "site").filter(id=room_id).first()
    if room is None or room.performer is None:
        raise NotFound
    if room.performer.user_id != user.pk and not user.has_perm(MODERATE):
        raise NotAllowed
    return room


def note_moderator(*, room_id: int, user: Any) -> None:
    """Whoever comes in unseen leaves a note in the room's history; a tab that comes back does not leave another."""
    if cache.add(f"ppv_plugin.watch.{room_id}.{user.pk}", 1, WATCH_SECONDS):
        log(instance=Room.objects.get(pk=room_id), action="ppv_plugin.room.watch", user=user)


def delete_line(*, user: Any, room_id: int, message_id: int, now: datetime) -> None:
    """In place of the line everybody reads that it was deleted; staff still sees it. Raises NotFound for a system
    line."""
    room = moderated_room(user=user, room_id=room_id)
    line = chat.delete_message(room_id=room_id, message_id=message_id, actor=user, now=now)
    _log(room, user, "delete", {"name": line.author_name, "message": line.pk})


def mute(*, user: Any, room_id: int, message_id: int, minutes: int, cid: str, now: datetime) -> None:
    """Whoever wrote that line writes nothing more in this room for so many minutes."""
    if not 1 <= minutes <= MUTE_MINUTES_MAX:
        raise BadInput
    room = moderated_room(user=user, room_id=room_id)
    line, client = _line_and_author(room, message_id)
    until = now + timedelta(minutes=minutes)
    _note(_Measure(room, client, user, Sanction.Kind.MUTE, until, cid, why=line.text), now)
    person_moved_on(user_id=client.user_id, room_id=room_id)


def kick(*, user: Any, room_id: int, message_id: int, cid: str, now: datetime) -> None:
    """Whoever wrote that line is out of the performer's rooms for a quarter of an hour."""
    until = now + timedelta(minutes=KICK_MINUTES)
    room = moderated_room(user=user, room_id=room_id)
    line, client = _line_and_author(room, message_id)
    _put_out(_Measure(room, client, user, Sanction.Kind.KICK, until, cid, why=line.text), now)


def ban(
    *, user: Any, room_id: int, message_id: int, days: int | None, by_address: bool, cid: str, now: datetime
) -> None:
    """Whoever wrote that line stays out for seven days, or for ever when `days` is None; with `by_address` also
    everybody from the address it was written from, as long as the site keeps addresses."""
    if days not in (None, BAN_DAYS):
        raise BadInput
    room = moderated_room(user=user, room_id=room_id)
    line, client = _line_and_author(room, message_id)
    until = None if days is None else now + timedelta(days=days)
    address = line.address if by_address else ""
    _put_out(_Measure(room, client, user, Sanction.Kind.BAN, until, cid, why=line.text, address=address), now)


def block_client(*, user: Any, room_id: int, client: str, cid: str = "", now: datetime) -> None:
    """Do not let this client (its uuid) in any more; what it pays for here ends now, charged to the proven moment."""
    room = own_room(user=user, room_id=room_id)
    try:
        found = Client.objects.filter(uuid=UUID(client)).first()
    except ValueError:
        raise BadInput from None
    if found is None:
        raise NotFound
    _put_out(_Measure(room, found, user, Sanction.Kind.BAN, None, cid), now)


def lift(*, user: Any, sanction_id: int, now: datetime) -> None:
    """The sanction is over. Again: no change. Raises NotFound, NotAllowed."""
    row = Sanction.objects.select_related("client", "room").filter(pk=sanction_id).first()
    if row is None:
        raise NotFound
    room = moderated_room(user=user, room_id=row.room_id)
    with transaction.atomic():
        done = Sanction.objects.filter(pk=row.pk, lifted_at__isnull=True).update(
            lifted_at=now, lifted_by=user, address=""
        )
        if done:
            _follow_sanctions(room, row.client, now)
            _log(room, user, "lift", {"name": row.client.name, "kind": row.kind})
    person_moved_on(user_id=row.client.user_id, room_id=room.pk)


def set_slow_mode(*, user: Any, room_id: int, seconds: int, cid: str, now: datetime) -> None:
    """One message in so many seconds for each client; 0 = as the site says. Announces `room_changed`."""
    if not 0 <= seconds <= SLOW_SECONDS_MAX:
        raise BadInput
    room = moderated_room(user=user, room_id=room_id)
    _row, _made = RoomChat.objects.update_or_create(room=room, defaults={"slow_seconds": seconds})
    chat.post_system(room_id=room_id, event="slow", facts={"seconds": str(seconds)}, cid=f"slow-{cid}"[:40], now=now)
    _log(room, user, "slow", {"seconds": seconds})
    announce(room_changed, room_id=room_id)


def set_words(*, user: Any, room_id: int, words: str) -> None:
    """The performer's own unwanted words, one entry a line."""
    room = own_room(user=user, room_id=room_id)
    if len(words) > 4000:
        raise BadInput
    RoomChat.objects.update_or_create(room=room, defaults={"words": words})


def _line_and_author(room: Any, message_id: int) -> tuple[Message, Client]:
    """A line of a client, and the client. Raises NotFound, NotAllowed for one who keeps order itself."""
    line = Message.objects.filter(pk=message_id, room=room, author_kind=Message.Author.CLIENT).first()
    client = Client.objects.select_related("user").filter(user_id=line.author_key).first() if line else None
    if line is None or client is None:
        raise NotFound
    if client.user.has_perm(MODERATE):
        raise NotAllowed
    return line, client


def _note(measure: _Measure, now: datetime) -> bool:
    """The sanction is in force. False when the same command was carried out before."""
    room, client, until, address = measure.room, measure.client, measure.until, measure.address
    row = Sanction(
        room=room,
        client=client,
        kind=measure.kind,
        until=until,
        address=address,
        by_address=bool(address),
        reason=measure.why,
        actor=measure.user,
        cid=measure.cid,
        at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _follow_sanctions(room, client, now)
            facts = {"name": client.name, "until": until.isoformat() if until else "", "address": bool(address)}
            _log(room, measure.user, measure.kind, facts)
    except IntegrityError:
        if measure.cid and Sanction.objects.filter(room=room, cid=measure.cid).exists():
            return False
        raise
    return True


def _put_out(measure: _Measure, now: datetime) -> None:
    if not _note(measure, now):
        return
    room, client = measure.room, measure.client
    _end_what_runs(room, client, "performer" if measure.user.pk == room.performer.user_id else "staff", now)
    for room_id in Room.objects.filter(performer_id=room.performer_id).values_list("pk", flat=True):
        person_moved_on(user_id=client.user_id, room_id=room_id)
    if measure.address:
        announce(address_banned, performer_id=room.performer_id, address=measure.address)


def _follow_sanctions(room: Any, client: Client, now: datetime) -> None:
    """The performer's block of this client lasts as long as the longest sanction in force."""
    rows = Sanction.objects.in_force(now).filter(room__performer_id=room.performer_id, client=client)
    ends = list(rows.exclude(kind=Sanction.Kind.MUTE).values_list("until", flat=True))
    if not ends:
        people.unblock(performer_id=room.performer_id, client_id=client.pk)
        return
    until = None if None in ends else max(end for end in ends if end is not None)
    people.block(performer_id=room.performer_id, client_id=client.pk, until=until, reason="")


def _end_what_runs(room: Any, client: Client, reason: str, now: datetime) -> None:
    """In every room of the performer: private shows, visits, requests."""
    here = {"show__room__performer_id": room.performer_id, "client": client}
    privates = list(PrivateShow.objects.filter(**here, state=PrivateShow.State.OPEN).values("id", "show__room_id"))
    visits = list(Visit.objects.filter(**here, state=Visit.State.INSIDE).values("id", "show__room_id"))
    for room_id in {row["show__room_id"] for row in [*privates, *visits]}:
        report_usage(now=now, room_id=room_id)
    for row in privates:
        end_private_show(private_id=row["id"], reason=reason, now=now)
    for row in visits:
        end_visit(visit_id=row["id"], reason=reason, now=now)
    for request in PrivateRequest.objects.filter(**here, state=_PENDING).select_related(
        "client", "show__room__performer"
    ):
        with transaction.atomic():
            lock_room(request.show.room_id)
            close_request(request=request, state=PrivateRequest.State.REJECTED, now=now)


def _log(room: Any, user: Any, what: str, facts: dict[str, Any]) -> None:
    log(instance=room, action=f"ppv_plugin.chat.{what}", user=user, data=facts)
