"""What a site's own code may ask, and count on from version to version: who is live, what it costs, what a wallet has.

Reads only, a flat number of queries. Amounts are texts in tokens with two decimals; what is charged never goes through
here. `docs/reference/api.md` describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from msgspec.structs import replace
from wagtail.models import Site

from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.pages import addresses
from ppv_plugin.people.queries import client_of
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows.queries import listing, room_view
from ppv_plugin.shows.queries.prices import private_prices
from ppv_plugin.shows.queries.rooms import mode_features
from ppv_plugin.shows.states import Price, RoomView

__all__ = ["LiveRoom", "RoomPrice", "Wallet", "features", "live_rooms", "room", "wallet"]


@dataclass(frozen=True, slots=True)
class RoomPrice:
    """What a client would agree to. `counted` says the billing rule in words; `minimum` is needed to start.
    `varies`: this is the lowest price, other kinds of the same cost more."""

    per_minute: str
    free_seconds: int
    counted: str
    minimum: str
    varies: bool = False


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """`status`: offline, free, paid or private. `inside` is the price of being in the running show, where it has one;
    `private` that of a private show, where one may be asked for: of its cheapest kind. `private_kinds`: what each kind
    (video, audio, text) costs per minute. `url` is empty where no request was given."""

    slug: str
    title: str
    performer: str
    status: str
    mode: str | None
    viewers: int
    url: str
    picture_url: str | None
    inside: RoomPrice | None
    private: RoomPrice | None
    private_kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wallet:
    """`available`: what can be spent now. `held`: set aside for what runs or is asked for."""

    available: str
    held: str


def live_rooms(*, request: HttpRequest | None = None, site: Site | None = None, limit: int = 12) -> list[LiveRoom]:
    """The rooms of a site (that of the request, else the default one) in which somebody is live, as the listing has
    them."""
    site = site or (Site.find_for_request(request) if request else None) or Site.objects.get(is_default_site=True)
    page = listing(site=site, now=timezone.now(), status="live", limit=limit)
    return [_room(tile.room, request) for tile in page.rooms]


def room(*, slug: str, site: Site, request: HttpRequest | None = None) -> LiveRoom | None:
    """One room as everybody sees it, live or not; None where there is no such room, or it is suspended."""
    found = Room.objects.filter(site=site, slug=slug, suspended=False).values_list("pk", flat=True).first()
    return None if found is None else _room(room_view(room_id=found, now=timezone.now()), request)


def features(*, room: Any) -> Mapping[str, Any]:
    """What the mode of the running show says of the site's own features (hook `ppv_mode_features`). `room`: a row, as
    hooks are given it. Empty while nobody is live."""
    return mode_features(room_id=room.pk)


def wallet(*, user: Any) -> Wallet:
    """Nothing in it for whoever is not signed in, or never was a client."""
    client = client_of(user) if user.is_authenticated else None
    found = balance_of(kind="client", owner=str(client.uuid) if client else "")
    return Wallet(tokens(found.available), tokens(found.held))


def _room(view: RoomView, request: HttpRequest | None) -> LiveRoom:
    offer = view.private
    found, asked = private_prices(offer), offer.state == "open"
    lowest = replace(offer.price, cpm=found.lowest.cpm)
    return LiveRoom(
        slug=view.slug,
        title=view.title,
        performer=view.performer,
        status=view.status,
        mode=view.mode,
        viewers=view.viewers,
        url=addresses.room_url(request, view.slug) if request is not None else "",
        picture_url=view.snapshot_url,
        inside=_price(view.group, view.group_minimum) if view.group is not None else None,
        private=_price(lowest, found.lowest.minimum, varies=found.several) if asked else None,
        private_kinds={one.kind: one.cpm for one in found.kinds} if asked else {},
    )


def _price(price: Price, minimum: str | None, *, varies: bool = False) -> RoomPrice:
    return RoomPrice(price.cpm, price.grace_seconds, price.rule_text, minimum or price.cpm, varies)
