"""Reads of rooms: the site's prices, the modes that can be chosen, the rooms of a listing."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, QuerySet, Value, When
from django.utils.translation import get_language
from wagtail.models import Locale

from ppv_plugin.people.queries import stage_statuses

from . import rules
from .models import ClientPrice, PricingSettings, Room, RoomMode
from .rules import Terms

SORTS: dict[str, tuple[Any, ...]] = {
    "live": (F("live_at").desc(nulls_last=True), "title"),
    "new": ("-created_at", "title"),
    "viewers": ("-viewers", "title"),
    "name": ("title",),
}


def pricing(site: Any) -> PricingSettings:
    found: PricingSettings = PricingSettings.for_site(site)
    return found


def private_cpm(room: Room, prices: PricingSettings, *, client_cpm: int | None = None) -> int:
    """What a private show costs there; `client_cpm` is the price for the one client it is asked for."""
    return rules.private_cpm(
        own=(client_cpm, room.private_cpm),
        site=prices.private_cpm,
        low=prices.cpm_min,
        high=prices.cpm_max,
        own_allowed=prices.performer_pricing,
    )


def client_cpm(*, room: Room, client: Any) -> int | None:
    """The price the performer set for this client, None when it pays what everybody pays."""
    return ClientPrice.objects.filter(room=room, client=client).values_list("cpm", flat=True).first()


def client_prices(room: Room) -> list[ClientPrice]:
    return list(ClientPrice.objects.filter(room=room).select_related("client").order_by("client__name", "id"))


def modes(site: Any) -> list[RoomMode]:
    """Modes a performer may choose, in the editors' order, each once: in the active language where it is translated."""
    rows = RoomMode.objects.filter(active=True).select_related("locale").order_by("sort_order", "id")
    wanted = [get_language() or "", Locale.get_default().language_code]
    best: dict[str, RoomMode] = {}
    for row in rows:
        known = best.setdefault(row.key, row)
        if _rank(row.locale.language_code, wanted) < _rank(known.locale.language_code, wanted):
            best[row.key] = row
    return list(best.values())


def _rank(code: str, wanted: list[str]) -> int:
    return wanted.index(code) if code in wanted else len(wanted)


def terms_of(mode: RoomMode, site_rule: str) -> Terms:
    return Terms(
        key=mode.key,
        name=mode.name,
        group_cpm=mode.group_cpm,
        grace_seconds=mode.grace_seconds,
        rule=mode.rule or site_rule,
        requests_enabled=mode.requests_enabled,
        viewers_max=mode.viewers_max,
        snapshot_seconds=mode.snapshot_seconds if mode.snapshots_enabled else None,
    )


def listed(*, site: Any, status: str | None, tag: str | None, text: str | None, sort: str) -> QuerySet[Room]:
    """Rooms of a site a visitor may see: featured first, then live before offline, then as sorted."""
    rows = Room.objects.filter(site=site, suspended=False, performer__status__in=stage_statuses(site))
    if status == "live":
        rows = rows.exclude(state=Room.State.OFFLINE)
    elif status in Room.State.values:
        rows = rows.filter(state=status)
    if tag:
        rows = rows.filter(tags__slug=tag)
    if text:
        found = rows.filter(title__icontains=text) | rows.filter(performer__name__icontains=text)
        rows = (found | rows.filter(description__icontains=text)).distinct()
    offline = Case(When(state=Room.State.OFFLINE, then=Value(1)), default=Value(0))
    return rows.alias(offline=offline).order_by("offline", "-featured", *SORTS.get(sort, SORTS["live"]))
