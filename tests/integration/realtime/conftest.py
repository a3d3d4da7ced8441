"""Sockets against the real application and a real database: what a browser would send and see, without a browser."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from ppv_plugin.media import services as media
from ppv_plugin.realtime import runtime, wiring
from ppv_plugin.realtime.routing import websocket_application
from ppv_plugin.testing.cast import Cast

HOST = "site.localhost"


@pytest.fixture
def house(transactional_db: None) -> Iterator[Cast]:
    """The cast, committed, so that the threads of the sockets see it; its clock is the wall clock."""
    Locale.objects.get_or_create(language_code="en")
    if not Site.objects.filter(is_default_site=True).exists():
        root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
        Site.objects.create(hostname=HOST, root_page=root, is_default_site=True)
    media.reset_engine()
    made = Cast.made()
    made.now = timezone.now()
    yield made
    media.reset_engine()


@pytest.fixture(autouse=True)
def hosts(settings: Any) -> None:
    settings.ALLOWED_HOSTS = [HOST]


def session_of(user: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


class Tab:
    """One socket of one person. Messages that a test does not wait for stay in `seen`."""

    def __init__(
        self,
        path: str,
        *,
        cookie: str = "",
        language: str = "",
        origin: str | None = f"https://{HOST}",
        host: str = HOST,
        subprotocols: list[str] | None = None,
    ) -> None:
        headers = [(b"host", host.encode())]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if cookie:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        if language:
            headers.append((b"accept-language", language.encode()))
        offered = ["ppv.v1"] if subprotocols is None else subprotocols
        scope = {
            "type": "websocket",
            "path": path,
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "subprotocols": offered,
        }
        self.socket = ApplicationCommunicator(websocket_application(), scope)
        self.subprotocol: str | None = None
        self.seen: list[dict[str, Any]] = []
        self.closed: int | None = None

    async def open(self) -> bool:
        await self.socket.send_input({"type": "websocket.connect"})
        answer = await self.socket.receive_output(5)
        self.subprotocol = answer.get("subprotocol")
        return bool(answer["type"] == "websocket.accept")

    async def send(self, t: str, **fields: Any) -> None:
        await self.send_raw(json.dumps({"t": t, **fields}))

    async def send_raw(self, frame: str | bytes) -> None:
        kind = "text" if isinstance(frame, str) else "bytes"
        await self.socket.send_input({"type": "websocket.receive", kind: frame})

    async def command(self, t: str, **fields: Any) -> dict[str, Any]:
        """Send with a key of its own, and wait for its one answer."""
        cid = fields.pop("cid", None) or uuid4().hex
        await self.send(t, cid=cid, **fields)
        return await self.until(lambda m: m["t"] in {"ack", "error"} and m.get("cid") == cid)

    async def next(self, timeout: float = 5) -> dict[str, Any] | None:
        """The next message; None once the server has closed."""
        output = await self.socket.receive_output(timeout)
        if output["type"] == "websocket.close":
            self.closed = output["code"]
            return None
        message: dict[str, Any] = json.loads(output["text"])
        self.seen.append(message)
        return message

    async def until(self, wanted: str | Callable[[dict[str, Any]], bool], timeout: float = 20) -> dict[str, Any]:
        matches = (lambda m: m["t"] == wanted) if isinstance(wanted, str) else wanted
        end = time.monotonic() + timeout
        while True:
            message = await self.next(max(end - time.monotonic(), 0.01))
            assert message is not None, f"closed with {self.closed} after {self.seen}"
            if matches(message):
                return message

    async def in_any_order(
        self, *wanted: Callable[[dict[str, Any]], bool], timeout: float = 20
    ) -> list[dict[str, Any]]:
        """The first message for each, whichever comes first."""
        found: dict[int, dict[str, Any]] = {}
        end = time.monotonic() + timeout
        while len(found) < len(wanted):
            message = await self.next(max(end - time.monotonic(), 0.01))
            assert message is not None, f"closed with {self.closed} after {self.seen}"
            for number, matches in enumerate(wanted):
                if number not in found and matches(message):
                    found[number] = message
        return [found[number] for number in range(len(wanted))]

    async def until_closed(self, timeout: float = 20) -> int:
        end = time.monotonic() + timeout
        while await self.next(max(end - time.monotonic(), 0.01)) is not None:
            pass
        assert self.closed is not None
        return self.closed

    async def hello(self, epoch: str = "", seq: int = 0) -> dict[str, Any]:
        await self.send("hello", epoch=epoch, seq=seq)
        return await self.until("welcome")

    async def texts_until_quiet(self, seconds: float = 0.3) -> list[str]:
        """The chat lines that have come, once nothing comes any more."""
        while not await self.socket.receive_nothing(timeout=seconds, interval=0.02):
            await self.next()
        return [m["message"]["text"] for m in self.seen if m["t"] == "chat.msg"]

    async def leave(self) -> None:
        """The browser closes, or is gone."""
        if self.closed is None:
            self.closed = 1001
            await self.socket.send_input({"type": "websocket.disconnect", "code": 1001})
            with suppress(asyncio.CancelledError):  # of a test that ran out of time: the next one begins clean
                await self.socket.wait(5)


class Tabs:
    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.opened: list[Tab] = []

    async def at(self, user: Any | None, room: Any, **more: Any) -> Tab:
        """A socket that has been accepted and has not said hello."""
        cookie = await asyncio.to_thread(session_of, user) if user is not None else ""
        tab = Tab(f"/ws/ppv/room/{room.uuid}/", cookie=cookie, **more)
        assert await tab.open()
        self.opened.append(tab)
        return tab

    async def inside(self, user: Any | None, room: Any, *, epoch: str = "", seq: int = 0, **more: Any) -> Tab:
        tab = await self.at(user, room, **more)
        await tab.hello(epoch, seq)
        return tab

    async def listing(self, **more: Any) -> Tab:
        tab = Tab(f"/ws/ppv/live/{self.cast.site.pk}/", **more)
        assert await tab.open()
        self.opened.append(tab)
        await tab.send("hello")
        return tab


@pytest.fixture
async def tabs(house: Cast) -> AsyncIterator[Tabs]:
    wiring.forget_bus()
    opened = Tabs(house)
    yield opened
    try:
        for tab in opened.opened:
            await tab.leave()
    finally:  # whatever a test left, the next one begins anew
        await runtime.stop_running()
        wiring.forget_bus()


async def in_thread(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A service, as another part of the site would call it."""
    from ppv_plugin.realtime.pool import in_connection

    return await asyncio.to_thread(in_connection, call, *args, **kwargs)
