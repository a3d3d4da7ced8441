"""What is said in a room, and who can be spoken to."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ppv_plugin import hooks
from ppv_plugin.chat import mentioning
from ppv_plugin.chat import queries as chat_queries
from ppv_plugin.chat import services as chat
from ppv_plugin.chat.mentioning import Person
from ppv_plugin.errors import Muted, NotAllowed
from ppv_plugin.ledger.limits import local_text
from ppv_plugin.people.models import Client
from ppv_plugin.rooms import presence
from ppv_plugin.rooms.rules import TEXT

from ..check_in_models import CheckIn
from ..models import PrivateShow, Show, Visit
from ..rules import VOYEUR, show_kind
from .common import client_in, live_show

NAMES_MAX = 8


def say(*, user: Any, room_id: int, cid: str, text: str, now: datetime, address: str = "") -> Any:
    """Store a line: in the private show one is in, else in the room's public chat. The same `cid` stores it once.

    `address`: keyed hash of where it comes from. Raises Gone (nobody live), SignInNeeded, Blocked, Muted, NotAllowed (a
    paid show one has not entered, vetoed), TooFast (slow mode, too many at once), BadInput.
    """
    show, client, within, performer = _speaker(user=user, room_id=room_id, now=now)
    room = show.room
    hooks.veto_message(user=user, room=room, text=text)
    text = hooks.message_text(text, user=user, room=room)
    with transaction.atomic():
        if client is not None:  # of two tabs that send at once the second counts the first one's line
            Client.objects.select_for_update(no_key=True, of=("self",)).filter(pk=client.pk).first()
        return chat.post_message(
            room_id=room_id,
            private_show=within.id if within else None,
            author_kind="client" if client is not None else "performer",
            author_key=str(user.pk),
            author_name=client.name if client is not None else performer.name,
            text=text,
            cid=cid,
            now=now,
            address=address,
            people=partial(_people, show, within, now),
        )


def names(*, user: Any, room_id: int, prefix: str, now: datetime) -> list[str]:
    """Who can be mentioned by a name that begins like this: the performer, who wrote, who is seen to be in the room.

    Never one who is there unseen. Raises what `say` raises.
    """
    show, _client, within, _performer = _speaker(user=user, room_id=room_id, now=now)
    others = [person for person in _people(show, within, now) if person.key != str(user.pk)]
    return mentioning.matching(prefix, others, limit=NAMES_MAX)


def _speaker(*, user: Any, room_id: int, now: datetime) -> tuple[Show, Any, PrivateShow | None, Any]:
    """The show, the client (None: a performer), the private show it speaks in, and the performer who speaks."""
    show = live_show(room_id)
    room = show.room
    rows = PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN)
    private = rows.select_related("client", "request", "session").first()
    if user is not None and user.is_authenticated and room.performer.user_id == user.pk:
        return show, None, private, room.performer
    if (guest := _guest(user, show)) is not None:
        return show, None, None, guest
    client = client_in(user=user, room=room, now=now)
    if until := chat_queries.muted_until(room_id=room_id, client_id=client.pk, now=now):
        raise Muted(until=local_text(until, "DATETIME_FORMAT"))
    within = private if private is not None and private.client_id == client.pk else None
    if within is None:
        _check_inside(show, client)
    elif within.request.media == TEXT:
        _check_time_runs(within.session)
    return show, client, within, None


def _guest(user: Any, show: Show) -> Any:
    """Whoever is checked in speaks as a performer, in the public chat."""
    signed_in = user is not None and user.is_authenticated
    rows = CheckIn.objects.filter(show=show, performer__user=user, state=CheckIn.State.IN) if signed_in else None
    check_in = rows.select_related("performer").first() if rows is not None else None
    return check_in.performer if check_in is not None else None


def _check_inside(show: Show, client: Any) -> None:
    """In a free show everybody may write, also while the performer is in private; in a paid one those inside. Who
    watches unseen writes nowhere."""
    visit = Visit.objects.in_force().filter(show=show, client=client).first()
    if visit is not None and visit.manner == VOYEUR:
        raise NotAllowed(_("You watch unseen, so you cannot write."))
    if show.terms["group_cpm"] and visit is None:
        raise NotAllowed
    if show.terms.get("lobby") and not show.terms.get("lobby_chat"):
        raise NotAllowed(_("Nobody writes in this lobby."))
    if visit is not None and show_kind(show.terms) == TEXT:
        _check_time_runs(visit.session)


def _check_time_runs(session: Any) -> None:
    """Text is all there is to pay for, so nobody writes who does not prove to be there."""
    if session.flow != "flowing":
        raise NotAllowed(_("You can write as soon as the connection is proven. Until then nothing is charged."))


def _people(show: Show, within: PrivateShow | None, now: datetime) -> list[Person]:
    performer = Person(str(show.room.performer.user_id), show.room.performer.name)
    if within is not None:
        return [performer, Person(str(within.client.user_id), within.client.name)]
    seen = presence.named_viewers(room_id=show.room_id, now=now)
    wrote = chat_queries.writers(room_id=show.room_id, private_show=None)
    return list(dict.fromkeys([performer, *wrote, *chat_queries.people_by_key(user_keys=seen)]))
