"""Changes to rooms: the performer's own prices, languages spoken; what a mode says in every language."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin import signals
from ppv_plugin.amounts import written
from ppv_plugin.errors import BadInput, NotAllowed, NotFound
from ppv_plugin.people.models import Client

from .client_price import ClientPrice
from .models import PricingSettings, Room, RoomMode
from .queries import pricing
from .rules import CPM_FIELDS, VIDEO, PriceRefused, check_own_cpm
from .subjects import RoomCategory, RoomLanguage

# What a mode says is the same in every language; its name and description are not.
SHARED_TERMS = (
    "key",
    "group_cpm",
    "grace_seconds",
    "rule",
    "requests_enabled",
    "viewers_max",
    "snapshots_enabled",
    "snapshot_seconds",
    "features",
    "voyeur_enabled",
    "voyeur_cpm",
    "voyeur_private",
    "two_way_slots",
    "two_way_cpm",
    "lobby",
    "lobby_chat",
    "by_link",
    "conference",
    "recorded",
    "kind",
    "private_video",
    "private_audio",
    "private_text",
    "active",
)
REFUSALS = {
    "not_allowed": _("Prices are set by the site."),
    "too_low": _("The lowest price per minute is %(bound)s."),
    "too_high": _("The highest price per minute is %(bound)s."),
}


@transaction.atomic
def set_private_cpm(*, user: Any, room_id: int, cpm: int | None, now: datetime, kind: str = VIDEO) -> None:
    """The room's price of this kind of private shows becomes `cpm` (hundredths per minute), or the site's when None.

    Running shows and requests keep the price they were agreed at. Raises NotFound, NotAllowed and BadInput
    (naming the bound). Announces `room_changed`.
    """
    room = _priced_by(user=user, room_id=room_id, cpm=cpm)
    Room.objects.filter(id=room.id).update(**{CPM_FIELDS[kind]: cpm})
    signals.announce(signals.room_changed, room_id=room.id)


@transaction.atomic
def set_client_cpm(
    *, user: Any, room_id: int, client_id: int, cpm: int | None, now: datetime, kind: str = VIDEO
) -> None:
    """Private shows of this kind in this room cost this client `cpm` from now on, or what everybody pays when None.

    Running shows and requests keep the price they were agreed at. Raises NotFound, NotAllowed and BadInput
    (naming the bound). Announces `person_changed`, so that an open page shows the client its price.
    """
    room = _priced_by(user=user, room_id=room_id, cpm=cpm)
    client = Client.objects.filter(id=client_id).first()
    if client is None:
        raise NotFound
    if cpm is None:
        ClientPrice.objects.filter(room=room, client=client, kind=kind).delete()
    else:
        ClientPrice.objects.update_or_create(room=room, client=client, kind=kind, defaults={"cpm": cpm, "set_at": now})
    signals.announce(signals.person_changed, user_key=str(client.user_id), room_id=room.id)


def _priced_by(*, user: Any, room_id: int, cpm: int | None) -> Room:
    """The room, if this user may set this price there."""
    room = Room.objects.select_related("site", "performer").filter(id=room_id).first()
    if room is None:
        raise NotFound
    if room.performer is None or room.suspended or not user.is_authenticated or room.performer.user_id != user.pk:
        raise NotAllowed
    limits = pricing(room.site)
    if not limits.performer_pricing:
        raise NotAllowed(str(REFUSALS["not_allowed"]))
    if refusal := cpm_refusal(cpm=cpm, limits=limits):
        raise BadInput(refusal)
    return room


def cpm_refusal(*, cpm: int | None, limits: PricingSettings) -> str:
    """Why this price is not possible, naming the bound; empty when it is."""
    if cpm is None:
        return ""
    try:
        check_own_cpm(cpm=cpm, low=limits.cpm_min, high=limits.cpm_max, allowed=limits.performer_pricing)
    except PriceRefused as refused:
        return REFUSALS[refused.reason] % {"bound": written(refused.bound)}
    return ""


def share_terms(*, mode: RoomMode) -> int:
    """The mode costs and does the same in its other languages. Returns how many."""
    others = RoomMode.objects.filter(translation_key=mode.translation_key).exclude(pk=mode.pk)
    return others.update(**{name: getattr(mode, name) for name in SHARED_TERMS})


@transaction.atomic
def set_languages(*, room: Room, codes: Collection[str]) -> None:
    """These languages, and no others, are spoken in the room."""
    room.languages.exclude(code__in=codes).delete()
    known = set(room.languages.values_list("code", flat=True))
    RoomLanguage.objects.bulk_create(RoomLanguage(room=room, code=code) for code in sorted(set(codes) - known))


@transaction.atomic
def file_room(*, user: Any, room: Room, category: RoomCategory | None, languages: Collection[str]) -> None:
    """The performer says under what the room is found. Raises NotAllowed for a room that is not this user's."""
    if not user.is_authenticated or room.performer is None or room.performer.user_id != user.pk or room.suspended:
        raise NotAllowed
    Room.objects.filter(pk=room.pk).update(category=category)
    set_languages(room=room, codes=languages)
