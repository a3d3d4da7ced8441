"""The parts of the blocks as tags, for templates of a site's own. Same templates, same facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from ppv_plugin.pages import parts
from ppv_plugin.rooms.models import Room

register = template.Library()


@register.simple_tag(takes_context=True)
def ppv_room_grid(
    context: Context,
    heading: str = "",
    rooms: Iterable[Room] = (),
    status: str = "",
    tag: str = "",
    sort: str = "live",
    number: int = 6,
) -> SafeString:
    """Rooms: these, or else the first `number` that have this status (live, free, paid, private, offline) and tag (its
    slug), sorted by live, featured, seen, viewers, rating, new or name."""
    found = parts.room_tiles(
        request=_request(context),
        now=timezone.now(),
        room_ids=[room.pk for room in rooms],
        status=status,
        tag=tag,
        sort=sort,
        number=number,
    )
    return _drawn(context, "room_grid", heading=heading, **found)


@register.simple_tag(takes_context=True)
def ppv_live_now(context: Context, heading: str = "", tag: str = "", number: int = 8) -> SafeString:
    """A strip of at most `number` rooms that are live."""
    found = parts.room_tiles(
        request=_request(context), now=timezone.now(), status="live", tag=tag, number=number
    )  # fmt: skip
    return _drawn(context, "live_now", heading=heading, **found)


@register.simple_tag(takes_context=True)
def ppv_price_table(context: Context, heading: str = "", room: Room | None = None) -> SafeString:
    """What it costs in that room, or anywhere on the site."""
    rows = parts.price_rows(request=_request(context), room=room)
    return _drawn(
        context, "price_table", heading=heading, room=room, rows=rows, example_minutes=parts.EXAMPLE_MINUTES
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def ppv_wallet_button(context: Context) -> SafeString:
    """The way to the wallet; the same for everybody until the browser has asked who is there."""
    return _drawn(context, "wallet_button", **parts.wallet_link(request=_request(context)))


@register.simple_tag(takes_context=True)
def ppv_pack_table(context: Context, heading: str = "") -> SafeString:
    """What can be bought at once."""
    request = _request(context)
    return _drawn(
        context, "pack_table", heading=heading, packs=parts.packs(request=request), **parts.wallet_link(request=request)
    )


@register.simple_tag(takes_context=True)
def ppv_way_in(
    context: Context, goal: str = "client", heading: str = "", text: str = "", button: str = ""
) -> SafeString:
    """An invitation to register as client, performer or studio, or to go_live."""
    url = parts.way_in(request=_request(context), goal=goal)
    return _drawn(context, "call_to_action", goal=goal, heading=heading, text=text, button=button, url=url)


def _request(context: Context) -> HttpRequest | None:
    return context.get("request")


def _drawn(context: Context, name: str, **found: Any) -> SafeString:
    shown = {**context.flatten(), "is_preview": parts.is_preview(_request(context)), **found}
    return render_to_string(f"ppv_plugin/blocks/{name}.html", shown)
