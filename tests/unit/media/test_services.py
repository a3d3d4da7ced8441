"""The engine of the process, its synchronous face, and the relay's HTTP interface."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from ppv_plugin.errors import BadInput, MediaFull, MediaUnavailable, NotAllowed
from ppv_plugin.media import services
from ppv_plugin.media.engine import AV, Direction, FlowState, ParticipantPlan, StagePlan
from ppv_plugin.media.relay.http import MAX_BODY_BYTES, RelayApp
from ppv_plugin.media.relay.server import Relay
from ppv_plugin.media.remote import RemoteEngine
from ppv_plugin.testing.media import FakeEngine

PLAN = StagePlan("s", (ParticipantPlan("ana", publishes=AV), ParticipantPlan("cy", source="ana", needs=AV)))
OFFER = "v=0\r\n"


@pytest.fixture(autouse=True)
def fake() -> Iterator[FakeEngine]:
    engine = FakeEngine()
    services.reset_engine(engine)
    yield engine
    services.reset_engine()


def join_both() -> None:
    services.apply_plan(PLAN)
    services.join(stage="s", participant="ana", direction=Direction.PUBLISH, offer_sdp=OFFER)
    services.join(stage="s", participant="cy", direction=Direction.SUBSCRIBE, offer_sdp=OFFER)


class TestFacade:
    def test_speaks_to_the_engine_from_a_plain_thread(self, fake: FakeEngine) -> None:
        join_both()
        fake.advance(1500)
        _, cy = services.evidence().participants
        assert (cy.flow_ms, cy.state) == (1500, FlowState.FLOWING)
        assert services.snapshot(stage="s", participant="ana", width=320)
        services.close_stage("s")
        assert services.evidence().participants == ()

    async def test_speaks_to_the_engine_from_a_pool_under_a_running_loop(self) -> None:
        await asyncio.to_thread(join_both)
        assert len((await services.get_engine().evidence()).participants) == 2

    def test_refusals_come_through(self) -> None:
        with pytest.raises(NotAllowed):
            services.join(stage="s", participant="x", direction=Direction.PUBLISH, offer_sdp=OFFER)
        with pytest.raises(BadInput):
            services.apply_plan(StagePlan("", ()))
        with pytest.raises(MediaFull):
            services.apply_plan(StagePlan("s", tuple(ParticipantPlan(f"p{i}") for i in range(81))))

    def test_an_engine_that_does_not_answer_is_unavailable(self, fake: FakeEngine) -> None:
        class Slow(FakeEngine):
            async def close_stage(self, stage: str) -> None:
                await asyncio.sleep(5)

        services.reset_engine(Slow())
        begun = time.monotonic()
        with pytest.raises(MediaUnavailable):
            services.close_stage("s", timeout=0.05)
        assert time.monotonic() - begun < 1

    @override_settings(PPV_PLUGIN={"MEDIA_ENGINE": "ppv_plugin.media.fake.FakeEngine"})
    def test_makes_one_engine_however_many_ask(self) -> None:
        services.reset_engine()
        start = threading.Barrier(8)

        def ask(_: int) -> int:
            start.wait()
            return id(services.get_engine())

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(ask, range(8)))) == 1

    @override_settings(PPV_PLUGIN={"MEDIA_ENGINE": "builtins.dict"})
    def test_refuses_what_is_no_engine(self) -> None:
        services.reset_engine()
        with pytest.raises(TypeError, match=r"builtins\.dict"):
            services.get_engine()


class TestFakeEngine:
    def test_time_is_exact(self, fake: FakeEngine) -> None:
        join_both()
        fake.advance(100_000)
        fake.stall("ana")
        fake.advance(30_000)
        fake.resume("ana")
        fake.advance(70_000)
        assert services.evidence().participants[1].flow_ms == 170_000

    def test_a_reboot_forgets_everything_and_says_so(self, fake: FakeEngine) -> None:
        join_both()
        before = services.evidence().boot_id
        fake.reboot()
        after = services.evidence()
        assert (after.boot_id != before, after.participants) == (True, ())

    def test_a_killed_browser_is_noticed_late(self, fake: FakeEngine) -> None:
        join_both()
        fake.vanish("cy")
        fake.advance(5000)
        assert services.evidence().participants[1].connected
        fake.advance(250)
        cy = services.evidence().participants[1]
        assert (cy.connected, cy.state, cy.flow_ms) == (False, FlowState.STALLED, 0)

    def test_tells_a_test_what_is_in_force(self, fake: FakeEngine) -> None:
        join_both()
        assert fake.plan_of("s") == PLAN.participants
        assert fake.plan_of("t") is None
        assert fake.joined("s", "cy") == {Direction.SUBSCRIBE}
        with pytest.raises(KeyError):
            fake.stall("nobody")


class TestHTTP:
    TOKEN = "secret"

    async def call(self, method: str, path: str, body: bytes = b"", token: str | None = TOKEN) -> tuple[int, Any]:
        app = RelayApp(Relay(), self.TOKEN)
        headers = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        await app(scope, receive, send)
        return sent[0]["status"], msgspec.json.decode(sent[1]["body"])

    @pytest.mark.parametrize("token", [None, "", "Secret", "secretx", "sécret"])
    async def test_nobody_is_obeyed_without_the_token(self, token: str | None) -> None:
        for method, path in (("GET", "/v1/evidence"), ("POST", "/v1/apply"), ("GET", "/")):
            status, refusal = await self.call(method, path, token=token)
            assert (status, refusal["code"]) == (401, "media")

    def test_a_relay_without_a_token_does_not_start(self) -> None:
        with pytest.raises(ValueError, match="token"):
            RelayApp(Relay(), "")

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b'{"stage": 1}', b'{"stage": "s", "extra": 1}', b"\xff"],
    )
    async def test_malformed_calls_are_refused(self, body: bytes) -> None:
        assert (await self.call("POST", "/v1/close", body))[0] == 400

    async def test_the_relays_refusals_keep_their_code(self) -> None:
        body = msgspec.json.encode({"stage": "s", "participant": "x", "direction": "publish", "offer_sdp": OFFER})
        assert await self.call("POST", "/v1/join", body) == (
            403,
            {"code": "not_allowed", "text": "no plan names this participant"},
        )

    async def test_a_plan_too_long_is_refused(self) -> None:
        assert (await self.call("POST", "/v1/apply", b" " * (MAX_BODY_BYTES + 1)))[0] == 413

    async def test_an_unknown_call_is_refused(self) -> None:
        assert (await self.call("GET", "/v1/apply"))[0] == 404

    async def test_a_plan_arrives_whole(self) -> None:
        assert await self.call("POST", "/v1/apply", msgspec.json.encode(PLAN)) == (200, {})
        assert msgspec.json.decode(msgspec.json.encode(PLAN), type=StagePlan) == PLAN


class TestRemoteEngine:
    @pytest.mark.parametrize(("url", "token"), [("http://127.0.0.1:9", "x"), ("", "x"), ("http://127.0.0.1:9", "")])
    async def test_nobody_there_is_unavailable(self, url: str, token: str) -> None:
        engine = RemoteEngine(url, token)
        with pytest.raises(MediaUnavailable):
            await engine.evidence()
        await engine.close()
        with pytest.raises(MediaUnavailable):
            await engine.evidence()


class TestCommand:
    @override_settings(PPV_PLUGIN={"RELAY_TOKEN": ""})
    def test_says_what_is_missing(self) -> None:
        with pytest.raises(CommandError, match="RELAY_TOKEN"):
            call_command("ppv_relay")
