"""A listing as it is usually written: what a tile shows is asked for when it is shown, and added up each time."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Avg, Case, Count, Max, Value, When

from ppv_plugin.models import PricingSettings, Room, Show

ORDERS: dict[str, tuple[str, ...]] = {
    "live": ("off", "-featured", "-live_at", "pk"),
    "featured": ("-featured", "off", "-live_at", "pk"),
    "seen": ("off", "-last", "pk"),
    "viewers": ("off", "-viewers", "pk"),
    "rating": ("-stars", "-given", "pk"),
    "new": ("-created_at", "pk"),
    "name": ("title", "pk"),
}


def page(*, site: Any, number: int, per_page: int, sort: str, **chosen: str) -> list[dict[str, Any]]:
    off = Case(When(state="offline", then=Value(1)), default=Value(0))
    rows = Room.objects.filter(site=site, suspended=False, performer__status="approved", **chosen)
    rows = rows.annotate(off=off)
    if sort == "seen":
        rows = rows.annotate(last=Max("shows__ended_at"))
    if sort == "rating":
        rows = rows.annotate(stars=Avg("ratings__stars"), given=Count("ratings"))
    rows = rows.order_by(*ORDERS[sort])
    return [_tile(room) for room in Paginator(rows, per_page).get_page(number)]


def _tile(room: Room) -> dict[str, Any]:
    show = Show.objects.filter(room=room, state="live").first()
    rated = room.ratings.aggregate(stars=Avg("stars"), number=Count("pk"))
    last = room.shows.aggregate(last=Max("ended_at"))
    prices = PricingSettings.objects.get(site=room.site)
    picture = getattr(room, "snapshot", None)
    return {
        "title": room.title,
        "performer": room.performer.name,
        "status": room.state if show else "offline",
        "mode": show.mode.name if show else "",
        "group_cpm": show.mode.group_cpm if show else 0,
        "private_cpm": prices.private_cpm if room.private_cpm is None else room.private_cpm,
        "tags": [tag.name for tag in room.tags.all()],
        "viewers": room.viewers,
        "featured": room.featured,
        "picture": picture.taken_at if picture else None,
        **rated,
        **last,
    }
