"""The relay's own HTTP interface, for a relay that runs as a process of its own.

`POST /v1/apply | join | pulse | close | snapshot`, `GET /v1/evidence | capabilities`; JSON bodies, bearer
token. Meant for the loopback interface or a private network: browsers never speak to it.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec

from ppv_plugin.media.engine import Capabilities, StagePlan
from ppv_plugin.media.relay.errors import RelayError
from ppv_plugin.media.relay.server import Relay
from ppv_plugin.media.relay.wire import CloseRequest, JoinRequest, PulseRequest, Refusal, SnapshotRequest

logger = logging.getLogger(__name__)

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 512 * 1024
STATUS = {"bad_input": 400, "not_allowed": 403, "media_full": 503, "media": 503}


class Answer(Exception):
    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.refusal = status, Refusal(code, text)


class RelayApp:
    """An ASGI application around one relay."""

    def __init__(self, relay: Relay, token: str) -> None:
        if not token:
            raise ValueError("a relay without a token would obey everybody")
        self._relay = relay
        self._token = token.encode()
        self._routes: dict[tuple[str, str], Callable[[bytes], Awaitable[bytes]]] = {
            ("POST", "/v1/apply"): self._apply,
            ("POST", "/v1/join"): self._join,
            ("POST", "/v1/pulse"): self._pulse,
            ("POST", "/v1/close"): self._close,
            ("POST", "/v1/snapshot"): self._snapshot,
            ("GET", "/v1/evidence"): self._evidence,
            ("GET", "/v1/capabilities"): self._capabilities,
        }

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._relay.start()
        except RelayError as error:
            await send({"type": "lifespan.startup.failed", "message": error.text})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._relay.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            self._authorise(scope)
            route = self._routes.get((scope["method"], scope["path"]))
            if route is None:
                raise Answer(404, "bad_input", "no such call")
            status, body = 200, await route(await _read(receive))
        except Answer as answer:
            status, body = answer.status, msgspec.json.encode(answer.refusal)
        except msgspec.MsgspecError as error:
            status, body = 400, msgspec.json.encode(Refusal("bad_input", str(error)))
        except RelayError as error:
            status = STATUS.get(error.code, 503)
            body = msgspec.json.encode(Refusal(error.code, error.text))
        except Exception:
            logger.exception("a call to the relay failed")
            status, body = 500, msgspec.json.encode(Refusal("media", "internal error"))
        kind = b"image/jpeg" if body[:2] == b"\xff\xd8" else b"application/json"
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _authorise(self, scope: dict[str, Any]) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(given, b"Bearer " + self._token):
            raise Answer(401, "media", "a bearer token is needed")

    async def _apply(self, body: bytes) -> bytes:
        await self._relay.apply(msgspec.json.decode(body, type=StagePlan))
        return b"{}"

    async def _join(self, body: bytes) -> bytes:
        request = msgspec.json.decode(body, type=JoinRequest)
        answer = await self._relay.join(
            stage=request.stage,
            participant=request.participant,
            direction=request.direction,
            offer_sdp=request.offer_sdp,
        )
        return msgspec.json.encode(answer)

    async def _pulse(self, body: bytes) -> bytes:
        await self._relay.pulse(msgspec.json.decode(body, type=PulseRequest).pulses)
        return b"{}"

    async def _close(self, body: bytes) -> bytes:
        await self._relay.close_stage(msgspec.json.decode(body, type=CloseRequest).stage)
        return b"{}"

    async def _snapshot(self, body: bytes) -> bytes:
        """The picture itself, or JSON null."""
        request = msgspec.json.decode(body, type=SnapshotRequest)
        picture = await self._relay.snapshot(stage=request.stage, participant=request.participant, width=request.width)
        return b"null" if picture is None else picture

    async def _evidence(self, body: bytes) -> bytes:
        return msgspec.json.encode(await self._relay.evidence())

    async def _capabilities(self, body: bytes) -> bytes:
        options = self._relay.options
        found = Capabilities(
            name="relay",
            max_participants=options.max_participants,
            snapshots=True,
            in_process=False,
            recordings=bool(options.recordings),
        )
        return msgspec.json.encode(found)


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Answer(400, "bad_input", "the caller went away")
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise Answer(413, "bad_input", "too long")
        if not message.get("more_body"):
            return bytes(body)
