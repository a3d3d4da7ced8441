"""The fake, the relay in this process and the relay in a process of its own keep the same contract."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from ppv_plugin.media.embedded import EmbeddedEngine
from ppv_plugin.media.engine import MediaEngine
from ppv_plugin.media.fake import FakeEngine
from ppv_plugin.media.relay.options import HostAddress, RelayOptions
from ppv_plugin.media.remote import RemoteEngine
from ppv_plugin.testing.media_contract import CAPACITY, STALL_MS, VANISHED_MS, MediaEngineContract
from ppv_plugin.testing.media_kinds_contract import MediaKindsContract
from ppv_plugin.testing.media_peers import FakePeers, Peers, WebRTCPeers

OPTIONS = RelayOptions(
    host_addresses=(HostAddress.parse("127.0.0.1"),),
    max_participants=CAPACITY,
    stall_ms=STALL_MS,
    vanished_ms=VANISHED_MS,
)
TOKEN = "a-token-for-tests"
RELAY = f"""
from ppv_plugin.media.relay.options import HostAddress, RelayOptions
from ppv_plugin.media.relay.process import serve
options = {OPTIONS!r}
serve(options=options, token={TOKEN!r}, host="127.0.0.1", port=0, listening=lambda url: print(url, flush=True))
"""


class TestFakeEngine(MediaEngineContract, MediaKindsContract):
    @pytest.fixture
    def engine(self) -> MediaEngine:
        return FakeEngine(max_participants=CAPACITY, stall_ms=STALL_MS, vanished_ms=VANISHED_MS)

    @pytest.fixture
    def peers(self, engine: FakeEngine) -> Peers:
        return FakePeers(engine)


class WithWebRTC(MediaEngineContract, MediaKindsContract):
    @pytest.fixture
    async def peers(self, engine: MediaEngine) -> AsyncIterator[Peers]:
        peers = WebRTCPeers(engine)
        yield peers
        await peers.close()


class TestEmbeddedEngine(WithWebRTC):
    @pytest.fixture
    async def engine(self) -> AsyncIterator[MediaEngine]:
        engine = EmbeddedEngine(OPTIONS)
        yield engine
        await engine.close()


@pytest.fixture(scope="module")
def relay_url() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", RELAY], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


class TestRemoteEngine(WithWebRTC):
    @pytest.fixture
    async def engine(self, relay_url: str) -> AsyncIterator[MediaEngine]:
        engine = RemoteEngine(relay_url, TOKEN)
        yield engine
        for stage in {p.stage for p in (await engine.evidence()).participants}:
            await engine.close_stage(stage)
        await engine.close()
