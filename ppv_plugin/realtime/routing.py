"""Where the sockets are. The prefix is fixed, so that one rule of a proxy matches them all."""

from __future__ import annotations

from typing import Any, cast

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from .asgi_types import ASGIApp, Receive, Scope, Send
from .consumers import listing_consumer, room_consumer
from .origin import same_origin

PREFIX = "/ws/ppv/"


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await WebsocketDenier()(scope, receive, send)


websocket_urlpatterns = [  # Django's types know views only
    path("ws/ppv/room/<uuid:room>/", cast(Any, room_consumer)),
    path("ws/ppv/live/<int:site>/", cast(Any, listing_consumer)),
    re_path(r"^", cast(Any, nowhere)),
]


def websocket_application() -> ASGIApp:
    """All our sockets, for pages of this site only."""
    guarded: ASGIApp = same_origin(URLRouter(websocket_urlpatterns))
    return guarded
