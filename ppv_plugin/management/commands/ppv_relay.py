"""`manage.py ppv_relay`: the media relay as a process of its own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ppv_plugin.conf import conf
from ppv_plugin.media.configured import relay_options


class Command(BaseCommand):
    help = "Run the media relay until SIGTERM. The site finds it by RELAY_URL and proves itself by RELAY_TOKEN."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address of the control interface")
        parser.add_argument("--port", type=int, default=8787, help="0 chooses a free port")

    def handle(self, *args: Any, **options: Any) -> None:
        if not conf.RELAY_TOKEN:
            raise CommandError(
                "PPV_PLUGIN['RELAY_TOKEN'] is empty. Set the same secret for the relay and for the site."
            )
        # Imported late: the help text must not wait for the media libraries.
        from ppv_plugin.media.relay.process import serve

        started = serve(
            options=relay_options(),
            token=conf.RELAY_TOKEN,
            host=options["host"],
            port=options["port"],
            listening=lambda url: self.stdout.write(f"Relay listens on {url}"),
        )
        if not started:
            raise CommandError("The relay could not start; the log above says why.")
