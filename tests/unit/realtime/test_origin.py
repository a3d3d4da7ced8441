"""Who may open a socket."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from ppv_plugin.realtime.origin import is_allowed, requested_host, same_origin

HOSTS = ["site.example", ".localhost", "[::1]"]


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://site.example", "site.example"),
        ("http://site.example:8000", "site.example:8000"),
        ("https://SITE.example", "site.example:443"),
        ("https://site.example:443", "site.example"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://app.localhost", "app.localhost"),
        ("https://partner.example", "site.example"),
    ],
)
def test_a_page_of_the_same_host_or_a_named_origin_may(origin: str, host: str) -> None:
    assert is_allowed(origin, host, HOSTS, ["https://partner.example"])


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "site.example"),
        ("http://site.example:8001", "site.example:8000"),
        ("https://site.example.evil.example", "site.example"),
        ("https://site.example@evil.example", "site.example"),
        ("http://partner.example", "site.example"),
        ("", "site.example"),
        ("null", "site.example"),
        ("file:///etc/passwd", "site.example"),
        ("https://[broken", "site.example"),
        ("https://rebound.example", "rebound.example"),
        ("https://site.example", ""),
        ("https://site.example", "site.example, evil.example"),
    ],
)
def test_anything_else_may_not(origin: str, host: str) -> None:
    assert not is_allowed(origin, host, HOSTS, ["https://partner.example"])


def test_a_star_in_allowed_hosts_does_not_let_foreign_pages_in() -> None:
    assert is_allowed("https://site.example", "site.example", ["*"], [])
    assert not is_allowed("https://evil.example", "site.example", ["*"], [])


def test_the_forwarded_host_counts_only_where_the_site_says_so() -> None:
    headers = {b"host": "inside:8000", b"x-forwarded-host": "site.example"}
    assert requested_host(headers, forwarded=False) == "inside:8000"
    assert requested_host(headers, forwarded=True) == "site.example"


@pytest.mark.parametrize(("origin", "let_in"), [(b"https://site.example", True), (b"https://evil.example", False)])
async def test_the_guard_refuses_the_handshake(origin: bytes, let_in: bool) -> None:
    reached: list[bool] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(True)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [(b"Host", b"site.example"), (b"Origin", origin)]}
    with override_settings(ALLOWED_HOSTS=["site.example"]):
        await same_origin(app)(scope, receive, send)
    assert reached == ([True] if let_in else [])
    assert sent == ([] if let_in else [{"type": "websocket.close"}])
