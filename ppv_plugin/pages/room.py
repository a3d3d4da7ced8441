"""What the room page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from ppv_plugin.chat.free_time import COOKIE, COOKIE_SECONDS, new_cookie, visitor_of
from ppv_plugin.chat.queries import chat_settings
from ppv_plugin.conf import conf
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.presence import MODERATOR
from ppv_plugin.shows.queries import options_offered, person_view, room_view, tip_settings
from ppv_plugin.shows.queries.rooms import mode_features
from ppv_plugin.shows.services.moderation import MODERATE

from . import addresses


def context(*, page: Any, request: HttpRequest, slug: str, now: datetime) -> dict[str, Any]:
    """Raises Http404 for a room that is not here, is suspended or nobody's."""
    rows = Room.objects.filter(site=page.get_site(), slug=slug, suspended=False, performer__isnull=False)
    row = rows.select_related("performer").first()
    if row is None:
        raise Http404("no such room")
    view = room_view(room_id=row.id, now=now)
    trusted = request.user.has_perm(MODERATE) and row.performer.user_id != request.user.pk
    moderates = trusted and request.GET.get("as") == MODERATOR
    return {
        "room": view,
        "room_uuid": row.uuid,
        "me": person_view(user=request.user, room_id=row.id, connection=None, now=now, moderates=moderates),
        "socket_url": f"{socket_url(row)}?as={MODERATOR}" if moderates else socket_url(row),
        "moderate_url": f"?as={MODERATOR}" if trusted and not moderates else "",
        "login_url": addresses.login_url(request),
        "wallet_url": addresses.url_of(request, "wallet"),
        "listing_url": page.get_url(request),
        "console_url": addresses.url_of(request, "dashboard"),
        "max_kbps": conf.RELAY_MAX_KBPS,
        "tip_options": options_offered(page.get_site()),
        "tip_settings": tip_settings(page.get_site()),
        "call_over": request.GET.get("call") == "over",
        "features": mode_features(room_id=row.id),
    }


def socket_url(room: Room) -> str:
    return f"/ws/ppv/room/{room.uuid}/"


def remember_visitor(request: HttpRequest, response: HttpResponse, *, site: Any) -> None:
    """A visitor's own free time is counted by a signed cookie, where the site limits it; nowhere else is one set."""
    if request.user.is_authenticated or not chat_settings(site).free_caps:
        return
    if not visitor_of(request.COOKIES.get(COOKIE, "")):
        response.set_cookie(
            COOKIE,
            new_cookie(),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
