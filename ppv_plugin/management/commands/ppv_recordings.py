"""`manage.py ppv_recordings`: brings finished recordings into their store and deletes what is too old."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from wagtail.models import Site

from ppv_plugin.backoffice import audit
from ppv_plugin.recordings import services


class Command(BaseCommand):
    help = (
        "Takes over the files of recordings that have ended, and deletes those older than their site keeps them. "
        "To be run every hour or so; may be run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", action="store_true", help="delete nothing, however old")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        ready = services.collect(now=now, move=True)
        self.stdout.write(f"{ready} recordings became ready.")
        if options["keep"]:
            return
        gone = services.purge(sites=Site.objects.all(), now=now)
        for recording in gone:
            audit.recording_deleted(recording=recording, by="retention")
        self.stdout.write(f"{len(gone)} recordings were older than their site keeps them, and are deleted.")
