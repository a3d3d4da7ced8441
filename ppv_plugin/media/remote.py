"""The relay in another process (`manage.py ppv_relay`), reached over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import requests

from ppv_plugin.conf import conf
from ppv_plugin.errors import MediaUnavailable
from ppv_plugin.media.engine import (
    Capabilities,
    Direction,
    Evidence,
    JoinAnswer,
    MediaEngine,
    Pulse,
    StagePlan,
)
from ppv_plugin.media.refusals import refusal
from ppv_plugin.media.relay.wire import CloseRequest, JoinRequest, PulseRequest, Refusal, SnapshotRequest

# Made once, in the import: msgspec works a class out on its first use, and two threads that do so at once crash.
_READERS: dict[Any, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (JoinAnswer, Evidence, Capabilities, Refusal)
}
CONNECT_SECONDS, READ_SECONDS = 1.0, 8.0
THREADS = 4


class RemoteEngine(MediaEngine):
    """Blocking HTTP in a small thread pool: no call holds an event loop, none lasts longer than its time-outs."""

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self._url = (conf.RELAY_URL if url is None else url).rstrip("/")
        self._token = conf.RELAY_TOKEN if token is None else token
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ppv-relay-client")
        self._local = threading.local()
        self.capabilities = Capabilities(
            name="remote",
            max_participants=conf.RELAY_MAX_PARTICIPANTS,
            snapshots=True,
            in_process=False,
        )

    async def apply(self, plan: StagePlan) -> None:
        await self._call("POST", "apply", plan)

    async def join(self, *, stage: str, participant: str, direction: Direction, offer_sdp: str) -> JoinAnswer:
        body = await self._call("POST", "join", JoinRequest(stage, participant, direction, offer_sdp))
        answer: JoinAnswer = _read(body, JoinAnswer)
        return answer

    async def pulse(self, pulses: Sequence[Pulse]) -> None:
        await self._call("POST", "pulse", PulseRequest(list(pulses)))

    async def close_stage(self, stage: str) -> None:
        await self._call("POST", "close", CloseRequest(stage))

    async def evidence(self) -> Evidence:
        seen: Evidence = _read(await self._call("GET", "evidence"), Evidence)
        return seen

    async def snapshot(self, *, stage: str, participant: str, width: int) -> bytes | None:
        body = await self._call("POST", "snapshot", SnapshotRequest(stage, participant, width))
        return None if body == b"null" else body

    async def start(self) -> None:
        """Learns the relay's real capacity. Raises MediaUnavailable when it does not answer."""
        theirs = _read(await self._call("GET", "capabilities"), Capabilities)
        self.capabilities = Capabilities(
            name="remote",
            max_participants=theirs.max_participants,
            snapshots=theirs.snapshots,
            in_process=False,
            recordings=theirs.recordings,
        )

    async def close(self) -> None:
        """The relay goes on without us; its stages end by plan or by its own end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, method: str, path: str, payload: Any = None) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._request, method, path, payload)
        except RuntimeError as error:  # the pool is shut down
            raise MediaUnavailable from error

    def _request(self, method: str, path: str, payload: Any) -> bytes:
        if not self._url or not self._token:
            raise MediaUnavailable
        try:
            response = self._session().request(
                method,
                f"{self._url}/v1/{path}",
                data=None if payload is None else msgspec.json.encode(payload),
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise MediaUnavailable from error
        if response.status_code == requests.codes.ok:
            return response.content
        raise refusal(_read(response.content, Refusal).code)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False  # a proxy has no business between us and the relay
        return session


def _read(body: bytes, kind: Any) -> Any:
    try:
        return _READERS[kind].decode(body)
    except msgspec.MsgspecError as error:
        raise MediaUnavailable from error
