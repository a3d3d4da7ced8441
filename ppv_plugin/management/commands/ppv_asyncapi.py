"""`manage.py ppv_asyncapi`: the socket protocol as AsyncAPI, for the reference and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Write the socket protocol as an AsyncAPI 3.0 document (to standard output, or to a file). Needs PyYAML."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, default=None, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            import yaml
        except ImportError as error:
            raise CommandError("PyYAML is missing: pip install pyyaml") from error
        from ppv_plugin.realtime.asyncapi import document

        text = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            options["output"].write_text(text, encoding="utf-8")
