"""Reads of rooms: the site's prices, and the modes that can be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.utils.translation import get_language
from wagtail.models import Locale

from ppv_plugin import hooks

from . import rules
from .client_price import ClientPrice
from .models import PricingSettings, Room, RoomMode
from .recording_terms import RecordingSettings
from .rules import Terms
from .subjects import RoomCategory


def pricing(site: Any) -> PricingSettings:
    found: PricingSettings = PricingSettings.for_site(site)
    return found


def recording_settings(site: Any) -> RecordingSettings:
    found: RecordingSettings = RecordingSettings.for_site(site)
    return found


def private_cpm(room: Room, prices: PricingSettings, *, kind: str = rules.VIDEO, client_cpm: int | None = None) -> int:
    """What a private show of this kind costs there; `client_cpm` is the price for the one client it is asked for."""
    field = rules.CPM_FIELDS[kind]
    return rules.private_cpm(
        own=(client_cpm, getattr(room, field)),
        site=getattr(prices, field),
        low=prices.cpm_min,
        high=prices.cpm_max,
        own_allowed=prices.performer_pricing,
    )


def client_cpms(*, room: Room, client: Any) -> dict[str, int]:
    """The prices the performer set for this client, by kind; nothing where it pays what everybody pays."""
    return dict(ClientPrice.objects.filter(room=room, client=client).values_list("kind", "cpm"))


def client_prices(room: Room) -> list[ClientPrice]:
    rows = ClientPrice.objects.filter(room=room).select_related("client")
    return list(rows.order_by("client__name", "client_id", "id"))


def modes(site: Any) -> list[RoomMode]:
    """Modes a performer may choose, in the editors' order, each once: in the active language where it is translated."""
    return in_active_language(
        RoomMode.objects.filter(active=True).select_related("locale").order_by("sort_order", "id")
    )


Keyed = TypeVar("Keyed", RoomMode, RoomCategory)


def in_active_language(rows: Iterable[Keyed]) -> list[Keyed]:
    """One row for each key: in the active language where there is one, else in the site's first."""
    wanted = [get_language() or "", Locale.get_default().language_code]
    best: dict[str, Keyed] = {}
    for row in rows:
        known = best.setdefault(row.key, row)
        if _rank(row.locale.language_code, wanted) < _rank(known.locale.language_code, wanted):
            best[row.key] = row
    return list(best.values())


def _rank(code: str, wanted: list[str]) -> int:
    return wanted.index(code) if code in wanted else len(wanted)


def features_of(mode: RoomMode) -> dict[str, Any]:
    """What a mode says of each feature that the site's apps have now."""
    return {key: mode.features.get(key, feature.default) for key, feature in hooks.mode_features().items()}


def terms_of(mode: RoomMode, prices: PricingSettings) -> Terms:
    shown = mode.snapshots_enabled and not mode.lobby and mode.kind == rules.VIDEO
    return Terms(
        key=mode.key,
        name=mode.name,
        group_cpm=mode.group_cpm,
        grace_seconds=mode.grace_seconds,
        rule=mode.rule or prices.rule,
        features=features_of(mode),
        requests_enabled=mode.requests_enabled,
        viewers_max=mode.viewers_max,
        snapshot_seconds=mode.snapshot_seconds if shown else None,
        voyeur_cpm=mode.voyeur_cpm if mode.voyeur_enabled else None,
        voyeur_private=mode.voyeur_enabled and mode.voyeur_private,
        two_way_slots=mode.two_way_slots if mode.kind == rules.VIDEO else 0,
        two_way_cpm=mode.two_way_cpm,
        split_by=prices.check_in_split,
        lobby=mode.lobby,
        lobby_chat=mode.lobby_chat,
        by_link=mode.by_link,
        conference=mode.conference,
        recorded=mode.records and recording_settings(prices.site).enabled,
        kind=mode.kind,
        private_kinds=mode.private_kinds,
    )
