"""What a browser is told about STUN and TURN."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Protocol


class IceSettings(Protocol):
    """The settings this needs; `ppv_plugin.conf.conf` has them."""

    @property
    def STUN_URLS(self) -> list[str]: ...
    @property
    def TURN_URLS(self) -> list[str]: ...
    @property
    def TURN_SECRET(self) -> str: ...
    @property
    def TURN_TTL_SECONDS(self) -> int: ...


def ice_servers(*, user_ref: str, now: float, settings: IceSettings | Any) -> list[dict[str, Any]]:
    """The `iceServers` of an RTCPeerConnection. `user_ref` must not tell who the person is: it reaches the TURN
    server's log. `now` in Unix seconds. TURN is offered with time-limited credentials only."""
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": list(settings.STUN_URLS)})
    if settings.TURN_URLS and settings.TURN_SECRET:
        username = f"{int(now) + settings.TURN_TTL_SECONDS}:{user_ref}"
        # HMAC-SHA1 is what TURN servers expect of the REST scheme.
        digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), hashlib.sha1).digest()
        servers.append(
            {
                "urls": list(settings.TURN_URLS),
                "username": username,
                "credential": base64.b64encode(digest).decode(),
            }
        )
    return servers
