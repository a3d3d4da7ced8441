"""What is said in a room, and whom the performer does not let in any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin import hooks
from ppv_plugin.chat import services as chat
from ppv_plugin.errors import BadInput, NotAllowed, NotFound
from ppv_plugin.people import queries as people_queries
from ppv_plugin.people import services as people
from ppv_plugin.people.models import Client

from ..models import PrivateShow, Show, Visit
from .common import client_in, live_show, own_room, person_moved_on
from .endings import end_private_show, end_visit
from .media import report_usage


def say(*, user: Any, room_id: int, cid: str, text: str, now: datetime) -> Any:
    """Store a line: in the private show one is in, else in the room's public chat. The same `cid` stores it once.

    Raises Gone (nobody live), SignInNeeded, Blocked, NotAllowed (a paid show one has not entered, vetoed), BadInput.
    """
    show = live_show(room_id)
    room = show.room
    private = PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).select_related("client").first()
    if user is not None and user.is_authenticated and room.performer.user_id == user.pk:
        author_kind, name, within = "performer", room.performer.name, private
    else:
        client = client_in(user=user, room=room, now=now)
        author_kind, name = "client", client.name
        within = private if private is not None and private.client_id == client.pk else None
        if within is None:
            _check_inside(show, client)
    hooks.veto_message(user=user, room=room, text=text)
    return chat.post_message(
        room_id=room_id,
        private_show=within.id if within else None,
        author_kind=author_kind,
        author_key=str(user.pk),
        author_name=name,
        text=hooks.message_text(text, user=user, room=room),
        cid=cid,
        now=now,
    )


def _check_inside(show: Show, client: Any) -> None:
    """In a free show everybody may write, also while the performer is in private; in a paid one those inside."""
    if show.terms["group_cpm"]:
        inside = Visit.objects.in_force().filter(show=show, client=client)
        if not inside.exists():
            raise NotAllowed


def block_client(*, user: Any, room_id: int, client: str, now: datetime) -> None:
    """Do not let this client (its uuid) in any more; what it pays for here ends now, charged to the proven moment."""
    room = own_room(user=user, room_id=room_id)
    try:
        found = Client.objects.filter(uuid=UUID(client)).first()
    except ValueError:
        raise BadInput from None
    if found is None or people_queries.performer_of(user) is None:
        raise NotFound
    people.block(performer_id=room.performer_id, client_id=found.pk, until=None, reason="")
    report_usage(now=now, room_id=room_id)
    open_here = {"show__room_id": room_id, "client": found}
    for private in PrivateShow.objects.filter(**open_here, state=PrivateShow.State.OPEN):
        end_private_show(private_id=private.id, reason="performer", now=now)
    for visit in Visit.objects.filter(**open_here, state=Visit.State.INSIDE):
        end_visit(visit_id=visit.id, reason="performer", now=now)
    person_moved_on(user_id=found.user_id, room_id=room_id)
