"""Takes over how long each performer was on stage, for shows in which that decides what each gets."""

from __future__ import annotations

from ppv_plugin.ledger import services as ledger
from ppv_plugin.media.engine import Evidence
from ppv_plugin.metering.rules import BY_PRESENCE
from ppv_plugin.metering.stage_time import Sent, record_sent

from ..check_in_models import CheckIn
from ..models import PrivateShow, Show
from ..rules import guest_participant, performer_participant


def record_stage_time(evidence: Evidence, *, room_id: int | None = None) -> None:
    """Of every show, or of the one in this room. What passes in private counts for nobody."""
    shows = Show.objects.filter(state=Show.State.LIVE, terms__split_by=BY_PRESENCE).select_related("room__performer")
    found = {show.pk: show for show in (shows if room_id is None else shows.filter(room_id=room_id))}
    if not found:
        return
    rows = PrivateShow.objects.filter(show__in=found, state=PrivateShow.State.OPEN)
    private = set(rows.values_list("show_id", flat=True))
    senders = {performer_participant(pk): (pk, show.room.performer) for pk, show in found.items()}
    for guest in CheckIn.objects.filter(show__in=found, state=CheckIn.State.IN).select_related("performer"):
        senders[guest_participant(guest.pk)] = (guest.show_id, guest.performer)
    seen = [person for person in evidence.participants if person.id in senders and person.sent_ms]
    record_sent(
        [
            Sent(
                occasion=senders[person.id][0],
                account_id=ledger.account(kind="performer", owner=str(senders[person.id][1].uuid)).id,
                counter=f"{evidence.boot_id}/{person.id}",
                sent_ms=person.sent_ms,
                counts=senders[person.id][0] not in private,
            )
            for person in seen
        ]
    )
