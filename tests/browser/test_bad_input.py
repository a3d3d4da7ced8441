"""What a forger sends to the running site, by HTTP and by socket: a clear refusal, nothing posted, nothing told."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger.models import Transfer

from . import books
from .lantern import Database, Server

TRACES = re.compile(r"Traceback|Exception at|File &quot;|\.py\b", re.IGNORECASE)
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str


class Forger:
    """Somebody who speaks HTTP and sockets without our page."""

    def __init__(self, server: Server, login: str = "") -> None:
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        if login:
            self.get("/login/")
            assert self.post("/login/", username=login, password=login).status == 200

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(self.server.url + path, headers=headers))

    def post(self, path: str, *, csrf: bool = True, **fields: str) -> Answer:
        token = next((cookie.value or "" for cookie in self.jar if cookie.name == "csrftoken"), "")
        fields |= {"csrfmiddlewaretoken": token} if csrf else {}
        body = urllib.parse.urlencode(fields).encode()
        return self._ask(urllib.request.Request(self.server.url + path, data=body))

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=20) as response:
                found = Answer(response.status, response.read().decode())
        except urllib.error.HTTPError as refused:
            found = Answer(refused.code, refused.read().decode(errors="replace"))
        assert not TRACES.search(found.body), found.body[:2000]
        return found

    @asynccontextmanager
    async def room(self, path: str, *, origin: str = "", hello: bool = True) -> AsyncIterator[ClientConnection]:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        async with connect(
            self.server.url.replace("http", "ws") + path,
            origin=Origin(origin or self.server.url),
            subprotocols=[Subprotocol("ppv.v1")],
            additional_headers={"Cookie": cookies} if cookies else {},
            max_size=2**22,
        ) as socket:
            if hello:
                await socket.send(json.dumps({"t": "hello", "epoch": "", "seq": 0}))
                await until(socket, "welcome")
            yield socket


async def until(socket: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["t"] == kind and all(message.get(name) == value for name, value in fields.items()):
                return message


async def refused(socket: ClientConnection, **message: Any) -> str:
    """Sends a command and returns the code of its refusal; an `ack` fails."""
    cid = uuid4().hex[:12]
    await socket.send(json.dumps({**message, "cid": cid}))
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            answer: dict[str, Any] = json.loads(await socket.recv())
            if answer.get("cid") == cid or answer["t"] == "error":
                assert answer["t"] == "error", f"{message} was taken"
                assert answer["text"]
                assert not TRACES.search(answer["text"])
                return str(answer["code"])


async def end_of(socket: ClientConnection) -> str | int:
    """The code of the refusal, or of the socket's end."""
    try:
        return str((await until(socket, "error"))["code"])
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


@pytest.fixture
def unmoved(database: Database, server: Server) -> Iterator[None]:
    """Whatever was tried: no transfer, no hold, no session, nothing in the log that a programmer would have to read."""
    before = (Transfer.objects.count(), books.balance("cy"), books.balance("di"))
    yield
    assert (Transfer.objects.count(), books.balance("cy"), books.balance("di")) == before
    assert books.sessions() == []
    assert ledger.violations() == []
    assert "Traceback" not in server.log, server.log


def room_path(slug: str) -> str:
    return f"/ws/ppv/room/{books.room(slug).uuid}/"


@pytest.mark.usefixtures("unmoved")
def test_forged_top_ups_and_prices_are_refused(server: Server) -> None:
    cy = Forger(server, "cy")
    cy.get("/wallet/")
    for amount in ("-5.00", "0", "0.001", "NaN", "1e9", "99999999999", "5.00; DROP TABLE", ""):
        answer = cy.post("/ppv/wallet/top-up/", own=amount, key=uuid4().hex)
        assert answer.status in {200, 400, 422}
        assert "was not added" in answer.body, amount
    assert cy.post("/ppv/wallet/top-up/", csrf=False, amount="5.00", key="k").status == 403
    assert cy.get("/ppv/wallet/top-up/").status == 405
    visitor = Forger(server)
    visitor.get("/login/")
    assert "Sign in" in visitor.post("/ppv/wallet/top-up/", amount="5.00", key="k").body

    ana = Forger(server, "ana")
    ana.get("/studio/")
    for price in ("-1.00", "0.05", "5.01", "1e3", "NaN", "two", "999999999999999999999"):
        ana.post("/studio/?room=ana", cpm=price)
        assert books.room("ana").private_cpm == 200, price
    bo = Forger(server, "bo")
    bo.get("/studio/")
    bo.post("/studio/?room=ana", cpm="1.00")
    assert books.room("ana").private_cpm == 200


@pytest.mark.usefixtures("unmoved")
def test_addresses_that_are_not_ones_own_are_refused(server: Server) -> None:
    cy = Forger(server, "cy")
    for path in (
        f"/ppv/receipts/{uuid4()}/",
        "/ppv/receipts/1/",
        f"/ppv/snapshot/{uuid4()}.jpg",
        f"/ppv/snapshot/{books.room('ana').uuid}.jpg",
        "/live/nobody/",
        "/live/../../etc/passwd",
        "/live/%00/",
    ):
        assert cy.get(path).status in {400, 404}, path
    assert cy.get("/", Host="evil.example").status == 400
    assert cy.get("/live/?status=%27&tag=%00&q=%F0%9F%92%A9&sort=;&page=-1").status == 200
    assert cy.get("/wallet/?from=-1").status == 200
    assert cy.get("/wallet/?from=99999999999999999999").status == 200


@pytest.mark.usefixtures("unmoved")
async def test_sockets_open_only_for_our_own_page(server: Server) -> None:
    cy = await asyncio.to_thread(Forger, server, "cy")
    path = await asyncio.to_thread(room_path, "ana")
    for origin, where in (
        ("https://evil.example", path),
        ("null", path),
        (server.url + ".evil.example", path),
        ("", "/ws/ppv/elsewhere/"),
        ("", "/ws/ppv/room/1/"),
    ):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with cy.room(where, origin=origin):
                pass
    with pytest.raises(ConnectionClosed):
        async with cy.room(f"/ws/ppv/room/{uuid4()}/"):
            pass


@pytest.mark.usefixtures("unmoved")
async def test_commands_of_a_forger_are_refused(server: Server) -> None:
    cy = await asyncio.to_thread(Forger, server, "cy")
    ana = await asyncio.to_thread(Forger, server, "ana")
    visitor = Forger(server)
    path = await asyncio.to_thread(room_path, "ana")
    async with ana.room(path) as on_air, cy.room(path) as paying, visitor.room(path) as looking:
        for mode in (0, -1, 10**12):
            assert await refused(on_air, t="show.start", mode=mode)
        await on_air.send(json.dumps({"t": "show.start", "cid": "live", "mode": 1}))
        await until(on_air, "ack", cid="live")

        for cpm in ("0.00", "-2.00", "1.99", "2.001", "NaN", "1e400", "", "2,00", "9" * 200):
            assert await refused(paying, t="request.create", media="video", cpm=cpm), cpm
        assert await refused(paying, t="request.create", media="hologram", cpm="2.00")
        assert await refused(paying, t="group.enter", cpm="0.00") == "not_allowed"
        for command in (
            {"t": "show.start", "mode": 1},
            {"t": "show.end"},
            {"t": "requests.set", "value": "hidden"},
            {"t": "request.answer", "id": str(uuid4()), "accept": True},
            {"t": "request.answer", "id": "1' OR 1=1", "accept": True},
            {"t": "request.cancel", "id": str(uuid4())},
            {"t": "private.end", "id": str(uuid4())},
            {"t": "client.block", "client": str(uuid4())},
            {"t": "group.leave"},
            {"t": "wallet.add", "amount": "1000.00"},
            {"t": "chat.send", "text": ""},
            {"t": "chat.send", "text": "x" * 501},
            {"t": "chat.send", "text": ["not", "text"]},
        ):
            assert await refused(paying, **command), command
        for command in ({"t": "chat.send", "text": "hi"}, {"t": "request.create", "media": "video", "cpm": "2.00"}):
            assert await refused(looking, **command) == "sign_in"
        for sdp in ("nonsense", "v=0\r\n" * 9, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video x y z\r\n"):
            assert await refused(looking, t="media.offer", direction="subscribe", sdp=sdp, take_over=False)
            assert await refused(looking, t="media.offer", direction="publish", sdp=sdp, take_over=True)
        await asyncio.sleep(1)  # what was sent has used up the socket's rate
        await looking.send(json.dumps({"t": "ping", "n": 7}))
        await until(looking, "pong", n=7)  # nobody's connection was the worse for it
        await on_air.send(json.dumps({"t": "show.end", "cid": "over"}))
        await until(on_air, "ack", cid="over")


@pytest.mark.usefixtures("unmoved")
async def test_frames_that_are_no_messages_end_at_most_their_own_socket(server: Server) -> None:
    cy = await asyncio.to_thread(Forger, server, "cy")
    path = await asyncio.to_thread(room_path, "ana")
    async with cy.room(path) as steady:
        for frame in (
            "",
            "{",
            "[]",
            "null",
            '{"t": 5}',
            '{"t": "nothing"}',
            "\x00" * 50,
            "9" * 5000,
            b"\xff\xfe\x00",
            "x" * 200_000,
        ):
            async with cy.room(path) as socket:
                await socket.send(frame)
                assert await end_of(socket) in {"bad_input", 1003, 1007, 1009, 4000, 4029}, frame[:20]
        await steady.send(json.dumps({"t": "ping", "n": 1}))
        await until(steady, "pong", n=1)


def test_a_receipt_is_for_its_two_sides_only(stage: Any, ana: Any, cy: Any, server: Server) -> None:
    ana.goes_live("Free")
    cy.opens_room_of("ana")
    cy.asks_for_private(camera=False)
    ana.accepts("cy")
    cy.waits_for_meter(1)
    cy.ends_private()
    session = books.only_session()
    path = f"/ppv/receipts/{session.id}/"
    for login, status in (("cy", 200), ("ana", 200), ("admin", 200), ("di", 404), ("bo", 404)):
        assert Forger(server, login).get(path).status == status, login
    assert "Sign in" in Forger(server).get(path).body
