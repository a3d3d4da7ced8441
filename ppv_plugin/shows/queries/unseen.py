"""Who watches unseen: asked before anything is told, counted or let be said."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from ..models import PrivateShow, Show, Visit
from ..rules import VOYEUR


def may_be_watched(private: PrivateShow) -> bool:
    """Whether voyeurs see this private show: its client was told before it asked, the mode has it, and the performer
    has not taken it back."""
    show = private.show
    return bool(private.request.watched and show.terms.get("voyeur_private") and show.room.performer.voyeurs_in_private)


def offers_watching(show: Show, performer: Any) -> bool:
    """Whether a private show that is asked for now may be watched."""
    return bool(show.terms.get("voyeur_private") and performer.voyeurs_in_private)


def watches_unseen(*, user: Any, room_id: int) -> bool:
    rows = Visit.objects.in_force().filter(show__room_id=room_id, client__user=user, manner=VOYEUR)
    return user is not None and user.is_authenticated and rows.exists()


def untold(*, performer: Any) -> Q | None:
    """The sessions that this performer is not told of yet: of voyeurs, while the show goes on."""
    show = Show.objects.filter(performer=performer, state=Show.State.LIVE).first()
    return Q(subject=VOYEUR, opened_at__gte=show.started_at) if show is not None else None


def is_untold(*, session_id: Any) -> bool:
    return Visit.objects.filter(session_id=session_id, manner=VOYEUR, show__state=Show.State.LIVE).exists()
