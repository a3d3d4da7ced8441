"""What it costs to be inside unseen or with the own camera, and whether that can begin now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ppv_plugin.ledger.rules import tokens

from ..models import PrivateShow, Show, Visit
from ..rules import TWO_WAY, VOYEUR, manner_cpm
from ..states import MannerOffer
from .prices import minimum_of, offered, price_of
from .unseen import may_be_watched


@dataclass(frozen=True, slots=True)
class Inside:
    """Of several shows at once: how many cameras are sent, and which are in private in front of voyeurs."""

    cameras: Counter[UUID] = field(default_factory=Counter)
    watched: frozenset[UUID] = frozenset()


def inside_of(shows: Sequence[Show]) -> Inside:
    """Asks only for shows whose modes have it."""
    with_cameras = [show.id for show in shows if manner_cpm(show.terms, TWO_WAY) is not None]
    watchable = [show.id for show in shows if show.terms.get("voyeur_private")]
    cameras: Counter[UUID] = Counter()
    if with_cameras:
        taken = Visit.objects.in_force().filter(show__in=with_cameras, manner=TWO_WAY)
        cameras.update(taken.values_list("show_id", flat=True))
    if not watchable:
        return Inside(cameras)
    rows = PrivateShow.objects.filter(show__in=watchable, state=PrivateShow.State.OPEN)
    private = rows.select_related("request", "show__room__performer")
    return Inside(cameras, frozenset(row.show_id for row in private if may_be_watched(row)))


def manner_offer(manner: str, room: Any, show: Show, prices: Any, inside: Inside) -> MannerOffer | None:
    """None where the mode does not have it."""
    terms = show.terms
    cpm = manner_cpm(terms, manner)
    if cpm is None:
        return None
    tariff = offered(rule=terms["rule"], cpm=cpm, grace_seconds=terms["grace_seconds"], prices=prices)
    slots = terms["two_way_slots"] if manner == TWO_WAY else 0
    free = max(slots - inside.cameras[show.id], 0)
    if room.state == "private" and not (manner == VOYEUR and show.id in inside.watched):
        state = "busy"
    else:
        state = "full" if manner == TWO_WAY and not free else "open"
    return MannerOffer(
        state=state,
        price=price_of(tariff),
        minimum=tokens(minimum_of(tariff)),
        slots=slots,
        free=free,
    )
