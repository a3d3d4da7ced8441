"""What each process does once it lives. Meters, relay and web process are the product's own, with nothing replaced but
the media behind the relay."""

from __future__ import annotations

import os

import uvicorn
from django.core.management import call_command

from ppv_plugin.media.relay.http import RelayApp

from .actors import Actor
from .nursery import Life
from .relay import ScriptedRelay

METER_INTERVAL_SECONDS = 0.2
HOST = "127.0.0.1"


def meter(life: Life) -> None:
    call_command("ppv_meter", interval=METER_INTERVAL_SECONDS)


def relay(life: Life) -> None:
    app = RelayApp(ScriptedRelay(life.place.folder, life.place.seed), os.environ["PPV_RELAY_TOKEN"])  # type: ignore[arg-type]
    uvicorn.run(app, host=HOST, port=life.place.relay_port, log_level="error", access_log=False)  # type: ignore[arg-type]


def web(life: Life) -> None:
    uvicorn.run(
        "demo_site.asgi:application", host=HOST, port=life.place.web_port, log_level="error", access_log=False,
        timeout_graceful_shutdown=2,
    )  # fmt: skip


def actor(life: Life, kind: type[Actor], *args: object) -> None:
    kind(life, *args).live()
