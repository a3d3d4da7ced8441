"""What the room page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest

from ppv_plugin.conf import conf
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows.queries import options_offered, person_view, room_view, tip_settings
from ppv_plugin.shows.queries.rooms import mode_features

from . import addresses


def context(*, page: Any, request: HttpRequest, slug: str, now: datetime) -> dict[str, Any]:
    """Raises Http404 for a room that is not here, is suspended or nobody's."""
    rows = Room.objects.filter(site=page.get_site(), slug=slug, suspended=False, performer__isnull=False)
    row = rows.only("id", "uuid").first()
    if row is None:
        raise Http404("no such room")
    view = room_view(room_id=row.id, now=now)
    return {
        "room": view,
        "room_uuid": row.uuid,
        "me": person_view(user=request.user, room_id=row.id, connection=None, now=now),
        "socket_url": socket_url(row),
        "login_url": addresses.login_url(request),
        "wallet_url": addresses.url_of(request, "wallet"),
        "listing_url": page.get_url(request),
        "console_url": addresses.url_of(request, "dashboard"),
        "max_kbps": conf.RELAY_MAX_KBPS,
        "tip_options": options_offered(page.get_site()),
        "tip_settings": tip_settings(page.get_site()),
        "features": mode_features(room_id=row.id),
    }


def socket_url(room: Room) -> str:
    return f"/ws/ppv/room/{room.uuid}/"
