"""`manage.py ppv_meter`: the meter worker as a process of its own."""

from __future__ import annotations

import gc
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ppv_plugin.conf import conf
from ppv_plugin.media.services import get_engine
from ppv_plugin.shows.worker import run


class Command(BaseCommand):
    help = "Meter the paid shows. Several may run at once; SIGTERM ends it after the running round."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=None, help="seconds between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        if get_engine().capabilities.in_process:
            raise CommandError(
                "The media engine lives inside the web process, where this command cannot see what flows. "
                "Leave PPV_PLUGIN['METER_IN_PROCESS'] on, or run `manage.py ppv_relay` and set MEDIA_ENGINE to "
                "'ppv_plugin.media.remote.RemoteEngine' with RELAY_URL and RELAY_TOKEN."
            )
        interval = options["interval"] or conf.METER_INTERVAL_SECONDS
        if interval <= 0:
            raise CommandError("--interval must be above 0")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        gc.freeze()  # what the start has loaded lives as long as the process: searching it costs half of a round
        self.stdout.write(f"metering every {interval:g} s; SIGTERM ends after the running round")
        run(stop=stop, interval_seconds=interval)
        self.stdout.write("stopped")
