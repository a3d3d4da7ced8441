"""Who may open a socket: pages of this site, and origins that the settings name.

Browsers send cookies with a socket from any page, so a socket without this check could be driven by a foreign site.
Channels' own validator lets everything pass when ALLOWED_HOSTS is ["*"].
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from ppv_plugin.conf import conf

from .asgi_types import ASGIApp, Receive, Scope, Send

LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]  # what Django allows itself in DEBUG
DEFAULT_PORTS = {"http": "80", "https": "443"}


def same_origin(app: ASGIApp) -> ASGIApp:
    """Refuses the handshake (403) of a socket from elsewhere, or for a host that is not ours."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = requested_host(headers, forwarded=settings.USE_X_FORWARDED_HOST)
        allowed_hosts = settings.ALLOWED_HOSTS or (LOCAL_HOSTS if settings.DEBUG else [])
        if is_allowed(headers.get(b"origin", ""), host, allowed_hosts, conf.ALLOWED_ORIGINS):
            await app(scope, receive, send)
        else:
            await deny(scope, receive, send)

    return guarded


async def deny(scope: Scope, receive: Receive, send: Send) -> None:
    """Not accepted: the server answers the handshake with 403."""
    await receive()
    await send({"type": "websocket.close"})


def requested_host(headers: dict[bytes, str], *, forwarded: bool) -> str:
    if forwarded and b"x-forwarded-host" in headers:
        return headers[b"x-forwarded-host"].strip()
    return headers.get(b"host", "")


def is_allowed(origin: str, host: str, allowed_hosts: Iterable[str], allowed_origins: Iterable[str]) -> bool:
    """The scheme is not compared with ours: behind a proxy that ends TLS it is not known."""
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, allowed_hosts):
        return False
    asked = _place(origin)
    if asked is None:
        return False
    if any(asked == _place(other) for other in allowed_origins):
        return True
    scheme, netloc = asked
    return netloc == _without_default_port(scheme, host.lower())


def _place(origin: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(origin)
        if (
            parts.scheme not in DEFAULT_PORTS
            or not parts.hostname
            or parts.path not in {"", "/"}
            or "@" in parts.netloc
        ):
            return None
    except ValueError:
        return None
    return parts.scheme, _without_default_port(parts.scheme, parts.netloc.lower())


def _without_default_port(scheme: str, netloc: str) -> str:
    return netloc.removesuffix(f":{DEFAULT_PORTS[scheme]}")
