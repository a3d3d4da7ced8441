"""Whether a show is recorded now, and who was told of it and agreed (spec M-11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ppv_plugin.errors import ConsentNeeded
from ppv_plugin.recordings import services as recordings
from ppv_plugin.recordings import words
from ppv_plugin.rooms.queries import recording_settings
from ppv_plugin.rooms.rules import TEXT

from ..models import PrivateRequest, PrivateShow, Show
from ..rules import VOYEUR


def follow(*, room: Any, now: datetime) -> None:
    """The recording is that of what runs now: the public show, a private show that both let be recorded, or none. Call
    in the transaction that holds the room's lock, whenever either begins or ends."""
    show = Show.objects.filter(room_id=room.pk, state=Show.State.LIVE).first()
    private = PrivateShow.objects.filter(show=show, state=PrivateShow.State.OPEN).first() if show else None
    if private is not None:
        kind = "private" if private.recorded else ""
    else:
        kind = "group" if show is not None and show.terms.get("recorded") else ""
    recordings.follow(room=room, show=show, kind=kind, private_show=private, now=now)


def need_told(*, recorded: bool, told: bool) -> None:
    """Nobody is in a recorded show who was not told before. Raises ConsentNeeded."""
    if recorded and not told:
        raise ConsentNeeded


def performer_agreed(*, show: Show, user: Any, now: datetime) -> None:
    if show.terms.get("recorded"):
        recordings.keep_consent(show=show, user=user, role="performer", wording=words.to_performer(), now=now)


def viewer_agreed(*, show: Show, user: Any, manner: str, now: datetime) -> None:
    if show.terms.get("recorded"):
        wording = words.to_viewer(name=show.room.performer.name)
        recordings.keep_consent(show=show, user=user, role="client", wording=wording, unseen=manner == VOYEUR, now=now)


def offered(room: Any, media: str) -> bool:
    """Whether those who ask for a private show are asked about a recording too. Of text there is none."""
    return media != TEXT and recording_settings(room.site).private_enabled


def asker_answered(*, request: PrivateRequest, user: Any, now: datetime) -> None:
    """What the client said, yes or no, as it asked."""
    if offered(request.show.room, request.media):
        wording = words.to_asker(name=request.show.room.performer.name)
        recordings.keep_consent(
            show=request.show, request=request, user=user, role="client", wording=wording,
            agreed=request.recording, now=now,
        )  # fmt: skip


def both_agreed(*, request: PrivateRequest, user: Any, agrees: bool, now: datetime) -> bool:
    """What the performer said, who is asked only where the client has agreed and the site still lets it be."""
    if not request.recording or not offered(request.show.room, request.media):
        return False
    recordings.keep_consent(
        show=request.show, request=request, user=user, role="performer", wording=words.to_asked(),
        agreed=agrees, now=now,
    )  # fmt: skip
    return agrees
