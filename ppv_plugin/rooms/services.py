"""Changes to rooms: the performer's own price."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin import signals
from ppv_plugin.errors import BadInput, NotAllowed, NotFound

from .models import PricingSettings, Room
from .queries import pricing
from .rules import PriceRefused, check_own_cpm

REFUSALS = {
    "not_allowed": _("Prices are set by the site."),
    "too_low": _("The lowest price per minute is %(bound)s."),
    "too_high": _("The highest price per minute is %(bound)s."),
}


@transaction.atomic
def set_private_cpm(*, user: Any, room_id: int, cpm: int | None, now: datetime) -> None:
    """The room's private price becomes `cpm` (hundredths per minute), or the site's when None.

    Running shows and requests keep the price they were agreed at. Raises NotFound, NotAllowed and BadInput
    (naming the bound). Announces `room_changed`.
    """
    room = Room.objects.select_related("site", "performer").filter(id=room_id).first()
    if room is None:
        raise NotFound
    if not user.is_authenticated or room.performer.user_id != user.pk or room.suspended:
        raise NotAllowed
    limits = pricing(room.site)
    if not limits.performer_pricing:
        raise NotAllowed(str(REFUSALS["not_allowed"]))
    if refusal := cpm_refusal(cpm=cpm, limits=limits):
        raise BadInput(refusal)
    Room.objects.filter(id=room.id).update(private_cpm=cpm)
    signals.announce(signals.room_changed, room_id=room.id)


def cpm_refusal(*, cpm: int | None, limits: PricingSettings) -> str:
    """Why this price is not possible, naming the bound; empty when it is."""
    if cpm is None:
        return ""
    try:
        check_own_cpm(cpm=cpm, low=limits.cpm_min, high=limits.cpm_max, allowed=limits.performer_pricing)
    except PriceRefused as refused:
        return REFUSALS[refused.reason] % {"bound": refused.bound}
    return ""
