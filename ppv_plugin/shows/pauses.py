"""Why a meter pauses, as the media engine's evidence shows it at that moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ppv_plugin.media.engine import FlowState, Kind, ParticipantEvidence

IN_PRIVATE = "in_private"  # the performer is in private with somebody else
MEDIA_LOST = "media_lost"  # neither side is connected: it is the engine
PERFORMER_LOST = "performer_lost"
NO_PICTURE = "no_picture"  # the performer is connected, and sends no picture
NO_SOUND = "no_sound"  # the same where only sound is paid for
CLIENT_LOST = "client_lost"
NOT_RECEIVED = "not_received"  # it was sent, and the client's browser did not prove that it came

_MISSING = {Kind.VIDEO: NO_PICTURE, Kind.AUDIO: NO_SOUND, Kind.TEXT: PERFORMER_LOST}
REASONS = (IN_PRIVATE, MEDIA_LOST, PERFORMER_LOST, NO_PICTURE, NO_SOUND, CLIENT_LOST, NOT_RECEIVED)


def pause_reason(person: ParticipantEvidence, stage: Sequence[ParticipantEvidence], *, stall_ms: int) -> str:
    """The reason for which this paying participant's time does not count now; empty while it does, or may not any more.

    The performer's side comes first: while nothing is sent, nobody can prove to receive it.
    """
    if person.state not in (FlowState.STALLED, FlowState.IDLE):
        return ""
    if person.id.startswith("v-") and any(other.id.startswith("x-") for other in stage):
        return IN_PRIVATE
    performer = next((other for other in stage if other.id.startswith("p-")), None)
    if performer is None or not performer.connected:
        return PERFORMER_LOST if person.connected else MEDIA_LOST
    for kind in person.needs or {Kind.VIDEO}:
        age_ms = performer.published_age_ms.get(kind)
        if age_ms is None or age_ms > stall_ms:
            return _MISSING[kind]
    return NOT_RECEIVED if person.connected else CLIENT_LOST
