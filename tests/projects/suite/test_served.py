"""Under uvicorn as the how-to for production says: relay and meter beside it, hashed static files, a socket."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from photographs import path_of
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from ppv_plugin.pages.addresses import page_types
from ppv_plugin.testing.cast import Cast

pytestmark = pytest.mark.skipif(settings.DEBUG, reason="this is no production site")
HOST = "www.site.example"


def wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"It does not start.\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def address(cast: Cast) -> Iterator[str]:
    """The three processes of the how-to."""
    port, relay_port = os.environ["PORT"], os.environ["RELAY_PORT"]
    running: dict[str, subprocess.Popen] = {}

    def start(name: str, *command: str) -> None:
        with Path(f"{name}.log").open("wb") as out:
            running[name] = subprocess.Popen([sys.executable, *command], stdout=out, stderr=out)

    try:
        start("relay", "manage.py", "ppv_relay", "--port", relay_port)
        wait_for(int(relay_port), running["relay"], Path("relay.log"))
        start("meter", "manage.py", "ppv_meter")
        start("site", "-m", "uvicorn", "mysite.asgi:application", "--port", port, "--proxy-headers")
        wait_for(int(port), running["site"], Path("site.log"))
        yield f"127.0.0.1:{port}"
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(30) for name, process in running.items()}
    logs = {name: Path(f"{name}.log").read_text() for name in running}
    assert not [name for name, text in logs.items() if "Traceback" in text], logs
    assert codes["relay"] == codes["meter"] == 0, codes


def get(address: str, path: str) -> str:
    request = urllib.request.Request(f"http://{address}{path}", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read().decode()


def test_every_hashed_file_of_a_room_is_served(address: str, cast: Cast) -> None:
    listing = page_types("listing")[0].objects.get()
    page = get(address, f"{path_of(listing)}{cast.ana_room.slug}/")
    files = set(re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', page))
    assert any(re.search(r"/static/ppv_plugin/css/\w+\.[0-9a-f]{12}\.css", file) for file in files)
    assert any(file.startswith("/ppv/modules/") for file in files)
    for file in files:
        assert get(address, file), file


def test_a_socket_is_welcomed(address: str, cast: Cast) -> None:
    async def talk() -> dict:
        async with connect(
            f"ws://{address}/ws/ppv/room/{cast.ana_room.uuid}/",
            origin=f"https://{HOST}",
            subprotocols=["ppv.v1"],
            additional_headers={"Host": HOST, "X-Forwarded-Proto": "https"},
        ) as tab:
            await tab.send(json.dumps({"t": "hello", "epoch": "", "seq": 0}))
            return json.loads(await asyncio.wait_for(tab.recv(), 10))

    assert asyncio.run(talk())["t"] == "welcome"


def test_a_socket_of_another_origin_is_refused(address: str, cast: Cast) -> None:
    async def knock() -> None:
        async with connect(
            f"ws://{address}/ws/ppv/room/{cast.ana_room.uuid}/",
            origin="https://elsewhere.example",
            subprotocols=["ppv.v1"],
            additional_headers={"Host": HOST},
        ):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(knock())
