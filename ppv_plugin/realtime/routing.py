"""Where the sockets are. The prefix is fixed, so that one rule of a proxy matches them all."""

from __future__ import annotations

from typing import Any, cast

from channels.routing import URLRouter
from django.urls import path, re_path

from .asgi_types import ASGIApp
from .consumers import listing_consumer, room_consumer
from .origin import deny, same_origin

PREFIX = "/ws/ppv/"


websocket_urlpatterns = [  # Django's types know views only
    path("ws/ppv/room/<uuid:room>/", cast(Any, room_consumer)),
    path("ws/ppv/live/<int:site>/", cast(Any, listing_consumer)),
    re_path(r"^", cast(Any, deny)),
]


def websocket_application() -> ASGIApp:
    """All our sockets, for pages of this site only."""
    guarded: ASGIApp = same_origin(URLRouter(websocket_urlpatterns))
    return guarded
