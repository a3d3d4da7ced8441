"""A program with an engine in it, and the relay's own command, end when they are told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PUBLISHING = """
import asyncio, sys, threading
sys.path.insert(0, {root!r})
import django; django.setup()
from ppv_plugin.media.embedded import EmbeddedEngine
from ppv_plugin.media.engine import AV, Direction, ParticipantPlan, StagePlan
from ppv_plugin.media.relay.options import HostAddress, RelayOptions
from ppv_plugin.testing.media_peers import WebRTCPeer

engine = EmbeddedEngine(RelayOptions(host_addresses=(HostAddress.parse("127.0.0.1"),)))

async def publish():
    await engine.apply(StagePlan("s", (ParticipantPlan("ana", publishes=AV),)))
    await WebRTCPeer(Direction.PUBLISH).join(engine, "s", "ana", Direction.PUBLISH)
    while not (await engine.evidence()).participants[0].published_kbps:
        await asyncio.sleep(0.05)

{serve}
"""
JUST_END = "asyncio.run(publish()); print('publishing', flush=True)"
UVICORN = """
import uvicorn
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive(); await publish(); await send({"type": "lifespan.startup.complete"})
        print("publishing", flush=True)
        await receive(); await send({"type": "lifespan.shutdown.complete"})
uvicorn.run(app, port=0, log_level="critical")
"""


@pytest.mark.parametrize("serve", [JUST_END, UVICORN], ids=["end of the program", "uvicorn"])
def test_a_process_ends_although_nobody_closed_the_engine(serve: str) -> None:
    root = str(Path(__file__).parents[2])
    code = PUBLISHING.format(root=root, serve=serve)
    process = start([sys.executable, "-c", code])
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "publishing"
        if serve is UVICORN:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=8)
    finally:
        process.kill()
        process.stdout.close()


def test_the_command_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    (tmp_path / "relay_settings.py").write_text(
        "from tests.settings import *\nPPV_PLUGIN = {**PPV_PLUGIN, 'RELAY_TOKEN': 'x'}\n"
    )
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    command = [sys.executable, "-m", "django", "ppv_relay", "--port", "0", "--settings", "relay_settings"]
    process = start(command, PYTHONPATH=path)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert re.fullmatch(r"Relay listens on http://127\.0\.0\.1:\d+\n", line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=8) == 0
    finally:
        process.kill()
        process.stdout.close()


def start(command: list[str], **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    )
