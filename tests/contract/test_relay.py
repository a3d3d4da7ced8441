"""What the relay promises beyond the contract, seen by real peers over the loopback interface."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from aiortc import RTCPeerConnection

from ppv_plugin.errors import BadInput
from ppv_plugin.media.embedded import EmbeddedEngine
from ppv_plugin.media.engine import (
    AV,
    Direction,
    FlowState,
    Kind,
    ParticipantEvidence,
    ParticipantPlan,
    StagePlan,
)
from ppv_plugin.media.relay import connections
from ppv_plugin.media.relay.errors import JoinRefused, OfferRefused, RelayFull
from ppv_plugin.media.relay.loops import RelayEventLoop
from ppv_plugin.media.relay.options import HostAddress, RelayOptions
from ppv_plugin.media.relay.server import Relay
from ppv_plugin.testing.media_peers import WebRTCPeer

LOOPBACK = HostAddress.parse("127.0.0.1")
OPTIONS = RelayOptions(host_addresses=(LOOPBACK,), stall_ms=1000, vanished_ms=1000)
ANA = ParticipantPlan("ana", publishes=AV)
BO = ParticipantPlan("bo", publishes=AV)
CY = ParticipantPlan("cy", source="ana", needs=AV)


class Scene:
    """A relay, its stage "s", and the peers on it."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.peers: list[WebRTCPeer] = []

    async def plan(self, *participants: ParticipantPlan) -> None:
        await self.relay.apply(StagePlan("s", participants))

    async def publish(self, name: str = "ana") -> WebRTCPeer:
        return await self._join(name, Direction.PUBLISH)

    async def watch(self, name: str = "cy") -> WebRTCPeer:
        return await self._join(name, Direction.SUBSCRIBE)

    async def see(self, name: str = "cy") -> ParticipantEvidence:
        return next(p for p in (await self.relay.evidence()).participants if p.id == name)

    async def _join(self, name: str, direction: Direction) -> WebRTCPeer:
        peer = WebRTCPeer(direction)
        self.peers.append(peer)
        return await peer.join(self.relay, "s", name, direction)  # type: ignore[arg-type]

    async def close(self) -> None:
        await self.relay.close()
        await asyncio.gather(*(peer.close() for peer in self.peers))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene(Relay(OPTIONS))
    await scene.relay.start()
    yield scene
    await scene.close()


async def until(true: Callable[[], Awaitable[bool] | bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = true()
        if result if isinstance(result, bool) else await result:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"did not come true within {seconds} s")


async def frames_within(peer: WebRTCPeer, seconds: float) -> Counter[Kind]:
    before = peer.received.copy()
    await asyncio.sleep(seconds)
    return peer.received - before


async def test_a_viewer_moves_between_sources_on_one_connection(scene: Scene) -> None:
    await scene.plan(ANA, BO, CY)
    await scene.publish("ana")
    await scene.publish("bo")
    cy = await scene.watch()
    await until(lambda: cy.keyframes >= 1)
    for source in ("bo", "ana"):
        keyframes, pts = cy.keyframes, cy.last_pts[Kind.VIDEO]
        await scene.plan(ANA, BO, replace(CY, source=source))
        await until(lambda k=keyframes: cy.keyframes > k, 1)
        assert 0 < cy.last_pts[Kind.VIDEO] - pts < 90_000, "the picture goes on in time"
    assert cy.pc.connectionState == "connected"


async def test_nothing_is_forwarded_during_a_black_out(scene: Scene) -> None:
    await scene.plan(ANA, CY)
    await scene.publish()
    cy = await scene.watch()
    await until(lambda: cy.received[Kind.VIDEO] > 5 and cy.received[Kind.AUDIO] > 5)
    await scene.plan(ANA, replace(CY, source=None))
    await asyncio.sleep(0.1)
    assert not await frames_within(cy, 0.3)
    await scene.plan(ANA, CY)
    back = await frames_within(cy, 0.4)
    assert back[Kind.VIDEO]
    assert back[Kind.AUDIO]


async def test_nothing_is_forwarded_after_a_cut(scene: Scene) -> None:
    await scene.plan(ANA, replace(CY, quota_ms=300))
    await scene.publish()
    cy = await scene.watch()

    async def cut() -> bool:
        return (await scene.see()).state is FlowState.CUT

    await until(cut)
    await asyncio.sleep(0.15)
    assert not await frames_within(cy, 0.3)


async def test_a_viewer_that_never_reports_is_held_back(scene: Scene) -> None:
    await scene.plan(ANA, CY)
    await scene.publish()
    cy = await scene.watch()
    cy.stop_reports()

    async def silent() -> bool:
        return cy.received[Kind.VIDEO] > 5 and not await frames_within(cy, 0.3)

    await until(silent)
    assert (await scene.see()).flow_ms == 0


async def test_what_the_plan_no_longer_lets_through_stops_at_once(scene: Scene) -> None:
    await scene.plan(ANA, CY)
    await scene.publish()
    cy = await scene.watch()
    await until(lambda: cy.received[Kind.VIDEO] > 5)
    await scene.plan(replace(ANA, publishes=frozenset({Kind.AUDIO})), CY)
    await asyncio.sleep(0.1)
    muted = await frames_within(cy, 0.3)
    assert (muted[Kind.VIDEO], muted[Kind.AUDIO] > 0) == (0, True)


async def test_a_newer_join_ends_the_older_connection(scene: Scene) -> None:
    await scene.plan(ANA, CY)
    await scene.publish()
    first = await scene.watch()
    await until(lambda: first.received[Kind.VIDEO] > 0)
    second = await scene.watch()
    await until(lambda: first.pc.connectionState == "closed")
    await until(lambda: second.received[Kind.VIDEO] > 0)


async def test_who_leaves_the_plan_is_disconnected(scene: Scene) -> None:
    await scene.plan(ANA, CY)
    await scene.publish()
    cy = await scene.watch()
    await until(lambda: cy.received[Kind.VIDEO] > 0)
    await scene.plan(ANA)
    await until(lambda: cy.pc.connectionState == "closed")


async def test_a_crowd_that_joins_at_once_asks_for_few_keyframes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    ask = connections._compat.request_keyframe

    async def counted(receiver: Any) -> None:
        asked.append(time.monotonic())
        await ask(receiver)

    monkeypatch.setattr(connections._compat, "request_keyframe", counted)
    crowd = [replace(CY, id=f"v{i}") for i in range(5)]
    await scene.plan(ANA, *crowd)
    await scene.publish()
    watchers = [await scene.watch(viewer.id) for viewer in crowd]
    await until(lambda: all(w.received[Kind.VIDEO] for w in watchers))
    gaps = [b - a for a, b in pairwise(asked)]
    assert 1 <= len(asked) < 5
    assert all(gap > 0.29 for gap in gaps)


async def test_who_is_unseen_asks_for_no_keyframe(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    ask = connections._compat.request_keyframe

    async def counted(receiver: Any) -> None:
        asked.append(time.monotonic())
        await ask(receiver)

    monkeypatch.setattr(connections._compat, "request_keyframe", counted)
    unseen = replace(CY, unseen=True)
    await scene.plan(ANA, unseen)
    await scene.publish()
    cy = await scene.watch()
    await until(lambda: cy.received[Kind.VIDEO] > 5)  # it began with a keyframe that came by itself
    await scene.plan(ANA, BO, replace(unseen, source="bo"))
    await scene.plan(ANA, BO, unseen)
    await asyncio.sleep(0.5)
    assert asked == []
    await scene.relay.apply(StagePlan("s", (ANA,), keyframe_ms=600))  # steadily, also when nobody listens
    await until(lambda: len(asked) >= 2)


class TestRefusals:
    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[RTCPeerConnection]:
        opened: list[RTCPeerConnection] = []

        class Recorded(RTCPeerConnection):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                opened.append(self)

        monkeypatch.setattr(connections, "RTCPeerConnection", Recorded)
        return opened

    async def test_leave_nothing_behind(self, scene: Scene, opened: list[RTCPeerConnection]) -> None:
        await scene.plan(ANA, CY)
        threads = threading.active_count()
        peer = WebRTCPeer(Direction.PUBLISH)
        scene.peers.append(peer)
        good = await peer.offer()
        broken = [
            good.replace("a=rtcp-mux", "a=x"),
            re.sub(r"a=ice-pwd:.*\r\n", "", good),
            good.replace("a=sendonly", "a=recvonly"),
            good[: len(good) // 2],
            re.sub(r"sha-\d+", "md5", good),
        ]
        for sdp in broken:
            with pytest.raises(OfferRefused):
                await self.join(scene, "ana", Direction.PUBLISH, sdp)
        await until(lambda: all(pc.connectionState == "closed" for pc in opened))
        assert not (await scene.see("ana")).connected
        assert threading.active_count() == threads

    async def test_tell_more_than_the_plan_allows(self, scene: Scene) -> None:
        await scene.plan(replace(ANA, publishes=frozenset({Kind.AUDIO})))
        with pytest.raises(JoinRefused, match="more"):
            await scene.publish()

    async def test_tell_a_viewer_that_would_not_receive_what_it_pays_for(self, scene: Scene) -> None:
        await scene.plan(ANA, CY)
        peer = WebRTCPeer(Direction.SUBSCRIBE, [Kind.VIDEO])
        scene.peers.append(peer)
        with pytest.raises(OfferRefused, match="paid"):
            await self.join(scene, "cy", Direction.SUBSCRIBE, await peer.offer())

    async def test_leave_the_older_connection_alone(self, scene: Scene) -> None:
        await scene.plan(ANA, CY)
        await scene.publish()
        cy = await scene.watch()
        await until(lambda: cy.received[Kind.VIDEO] > 0)
        with pytest.raises(OfferRefused):
            await self.join(scene, "cy", Direction.SUBSCRIBE, "nonsense")
        assert (await frames_within(cy, 0.3))[Kind.VIDEO]

    async def test_meet_who_was_taken_from_the_plan_meanwhile(
        self, scene: Scene, opened: list[RTCPeerConnection], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await scene.plan(ANA, CY)
        negotiate = connections.Connection.negotiate

        async def slow(connection: connections.Connection, *args: Any) -> str:
            answer = await negotiate(connection, *args)
            await scene.plan(ANA)
            return answer

        monkeypatch.setattr(connections.Connection, "negotiate", slow)
        with pytest.raises(JoinRefused):
            await scene.watch()
        await until(lambda: all(pc.connectionState == "closed" for pc in opened))

    async def test_end_an_offer_whose_peer_never_comes(
        self, scene: Scene, opened: list[RTCPeerConnection], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "CONNECT_MS", 200)
        await scene.plan(ANA, CY)
        peer = WebRTCPeer(Direction.SUBSCRIBE)
        scene.peers.append(peer)
        await self.join(scene, "cy", Direction.SUBSCRIBE, await peer.offer())
        await until(lambda: opened[0].connectionState == "closed")
        assert (await scene.see()).received_age_ms is None

    @staticmethod
    async def join(scene: Scene, name: str, direction: Direction, sdp: str) -> None:
        await scene.relay.join(stage="s", participant=name, direction=direction, offer_sdp=sdp)


def test_ports_come_from_the_range_and_end_with_it() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = replace(OPTIONS, port_range=(port, port), host_addresses=(HostAddress("127.0.0.1", "203.0.113.9"),))

    async def scenario() -> str:
        scene = Scene(Relay(options))
        await scene.plan(ANA, CY)
        peers = [WebRTCPeer(Direction.SUBSCRIBE), WebRTCPeer(Direction.PUBLISH)]
        # The peers' sockets must not take the one port: their offers need no candidates.
        offers = []
        for peer in peers:
            await peer.pc.setLocalDescription(await peer.pc.createOffer())
            offers.append(peer.pc.localDescription.sdp)
        scene.peers += peers
        answer = await scene.relay.join(stage="s", participant="cy", direction=Direction.SUBSCRIBE, offer_sdp=offers[0])
        with pytest.raises(RelayFull):
            await scene.relay.join(stage="s", participant="ana", direction=Direction.PUBLISH, offer_sdp=offers[1])
        await scene.close()
        return answer.sdp

    class OnlyTheRelay(RelayEventLoop):
        async def create_datagram_endpoint(  # type: ignore[override]
            self, protocol_factory: Any, local_addr: Any = None, **more: Any
        ) -> Any:
            if local_addr and local_addr[0] != "127.0.0.1":
                raise OSError("peers need no socket here")
            return await super().create_datagram_endpoint(protocol_factory, local_addr=local_addr, **more)

    with asyncio.Runner(loop_factory=lambda: OnlyTheRelay((port, port))) as runner:
        sdp = runner.run(scenario())
    assert f" 203.0.113.9 {port} typ host" in sdp
    assert "127.0.0.1" not in sdp


async def test_an_embedded_engine_closes_soon_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    engine = EmbeddedEngine(OPTIONS)
    await engine.apply(StagePlan("s", (ANA, CY)))
    peer = WebRTCPeer(Direction.PUBLISH)
    await peer.join(engine, "s", "ana", Direction.PUBLISH)
    with pytest.raises(BadInput):
        await engine.join(stage="s", participant="cy", direction=Direction.SUBSCRIBE, offer_sdp="x")
    await asyncio.sleep(0.3)
    assert sys.getswitchinterval() == pytest.approx(0.0005)
    begun = time.monotonic()
    await engine.close()
    assert time.monotonic() - begun < 2
    left = [t for t in set(threading.enumerate()) - before if t.name.startswith(("ppv", "audio", "video"))]
    await until(lambda: not any(thread.is_alive() for thread in left))
    await engine.close()
    assert (await engine.evidence()).participants == (), "it may be used again, as another boot"
    await engine.close()
    await peer.close()
