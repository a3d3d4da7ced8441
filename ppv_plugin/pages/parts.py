"""What the parts show that editors and template authors put into pages of their own: blocks and template tags alike.

Nothing here depends on who looks: a page with these parts may be cached for everybody. The one personal thing, the
balance, is fetched by the wallet button itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from wagtail.models import Site

from ppv_plugin.conf import conf
from ppv_plugin.metering.queries import rule_words
from ppv_plugin.metering.rules import MINUTE_MS, RuleUnavailable, Split, Tariff, affordable_ms, grace_free_ms, owed
from ppv_plugin.payments.forms import PRESETS
from ppv_plugin.rooms import queries as rooms
from ppv_plugin.rooms.models import PricingSettings, Room, RoomMode
from ppv_plugin.rooms.rules import CPM_FIELDS, KINDS, VIDEO
from ppv_plugin.shows.queries import listing
from ppv_plugin.shows.queries.picked import picked

from . import addresses

_NOBODY = Split(0, (), 0)  # who earns does not matter to what it costs
EXAMPLE_MINUTES = 10


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One way to watch. Amounts in hundredths; `cpm_max` is set where it depends on whom one asks, `kind` where
    kinds of private shows differ in price."""

    name: str
    about: str
    cpm: int
    free_seconds: int
    rule_text: str
    example: int
    private: bool = False
    cpm_max: int | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """Tokens that are bought at once; `minutes` is how long they last in private at the site's price."""

    amount: int
    minutes: int | None


def room_tiles(
    *,
    request: HttpRequest | None,
    now: datetime,
    room_ids: Sequence[int] = (),
    status: str = "",
    tag: str = "",
    sort: str = "live",
    number: int = 6,
) -> dict[str, Any]:
    """The rooms with these ids in their order, or else the first ones that fit."""
    site = _site(request)
    page = addresses.page_of(request, "listing") if request is not None else None
    if site is None or page is None:  # without a listing page rooms have no address
        return {"tiles": [], "socket_url": "", "all_url": ""}
    base = page.get_url(request) or ""
    if room_ids:
        tiles = picked(site=site, room_ids=room_ids, now=now)
    else:
        asked = {"status": status or None, "tag": tag or None, "sort": sort}
        tiles = listing(site=site, now=now, limit=number, **asked).rooms  # type: ignore[arg-type]
    query = urlencode({name: value for name, value in (("status", status), ("tag", tag)) if value and not room_ids})
    return {
        "tiles": [(tile, base + _room_path(page, tile.room.slug)) for tile in tiles],
        "socket_url": "" if is_preview(request) else f"/ws/ppv/live/{site.pk}/",
        "all_url": f"{base}?{query}" if query else base,
    }


def price_rows(*, request: HttpRequest | None, room: Room | None = None) -> list[PriceRow]:
    """Every mode that can be chosen, then the private shows: in that room, or anywhere on the site."""
    site = room.site if room is not None else _site(request)
    if site is None:
        return []
    prices = rooms.pricing(site)
    modes = rooms.modes(site)
    found = [
        price_row(name=mode.name, about=mode.description, cpm=mode.group_cpm, grace=mode.grace_seconds, rule=rule)
        for mode in modes
        for rule in (mode.rule or prices.rule,)
    ]
    return [*found, *_private_rows(prices, room, modes)]


def price_row(*, name: str, cpm: int, grace: int, rule: str, about: str = "", **more: Any) -> PriceRow:
    tariff = Tariff(rule=rule, cpm=cpm, split=_NOBODY, grace_ms=grace * 1000)
    try:
        example = owed(tariff, EXAMPLE_MINUTES * MINUTE_MS) if cpm else 0
    except RuleUnavailable:
        example = 0
    free = grace_free_ms(tariff) // 1000 if cpm else 0
    return PriceRow(name, about, cpm, free, rule_words(rule), example, **more)


def _private_rows(prices: PricingSettings, room: Room | None, modes: Sequence[RoomMode]) -> list[PriceRow]:
    """One row while every kind costs the same, else one for each."""
    shown = {"name": "", "grace": prices.grace_seconds, "rule": prices.rule, "private": True}  # worded by the template
    if room is None and prices.performer_pricing and prices.cpm_min < prices.cpm_max:
        return [price_row(**shown, cpm=prices.cpm_min, cpm_max=prices.cpm_max)]
    if room is None:
        cpms = {kind: getattr(prices, CPM_FIELDS[kind]) for kind in _kinds_of(modes)}
    else:
        offered = (room.performer.private_kinds if room.performer else None) or [VIDEO]
        cpms = {kind: rooms.private_cpm(room, prices, kind=kind) for kind in KINDS if kind in offered}
    if len(set(cpms.values())) == 1:
        return [price_row(**shown, cpm=next(iter(cpms.values())))]
    return [price_row(**shown, cpm=cpm, kind=kind) for kind, cpm in cpms.items()]


def _kinds_of(modes: Sequence[RoomMode]) -> list[str]:
    """What may be asked for in some mode or other."""
    found = {kind for mode in modes if mode.requests_enabled for kind in mode.private_kinds}
    return [kind for kind in KINDS if kind in found] or [VIDEO]


def packs(*, request: HttpRequest | None) -> list[Pack]:
    """What can be bought in the wallet; nothing while the site sells nothing."""
    site = _site(request)
    if site is None or not conf.TEST_PAYMENTS:
        return []
    prices = rooms.pricing(site)
    tariff = Tariff(rule=prices.rule, cpm=prices.private_cpm, split=_NOBODY, grace_ms=prices.grace_seconds * 1000)
    return [pack(amount=amount, tariff=tariff) for amount, _text in PRESETS]


def pack(*, amount: int, tariff: Tariff) -> Pack:
    try:
        return Pack(amount, affordable_ms(tariff, amount) // MINUTE_MS if tariff.cpm else None)
    except RuleUnavailable:
        return Pack(amount, None)


def wallet_link(*, request: HttpRequest | None) -> dict[str, Any]:
    """The same for everybody; who it is and what they have is asked of `state_url` by the button."""
    if request is None:
        return {"wallet_url": "", "login_url": "", "state_url": ""}
    return {
        "wallet_url": addresses.url_of(request, "wallet"),
        "login_url": addresses.login_url(request),
        "state_url": "" if is_preview(request) else reverse("ppv:wallet_state"),
    }


def way_in(*, request: HttpRequest | None, goal: str) -> str:
    """Where one begins: `go_live` is the performers' dashboard, anything else the registration for that role."""
    if request is None:
        return ""
    if goal == "go_live":
        return addresses.url_of(request, "dashboard")
    return addresses.registration_url(request, goal)


def _room_path(page: Any, slug: str) -> str:
    return str(page.reverse_subpage("room", kwargs={"slug": slug}))


def is_preview(request: HttpRequest | None) -> bool:
    return bool(getattr(request, "is_preview", False))


def _site(request: HttpRequest | None) -> Site | None:
    if request is None:
        return Site.objects.filter(is_default_site=True).first()
    return Site.find_for_request(request)
