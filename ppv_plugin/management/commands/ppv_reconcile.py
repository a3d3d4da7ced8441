"""`manage.py ppv_reconcile`: proves that every balance, hold and bill is what the ledger's entries say."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ppv_plugin.backoffice import audit
from ppv_plugin.ledger import proof as ledger_proof
from ppv_plugin.metering import proof as metering_proof


class Command(BaseCommand):
    help = (
        "Proves the whole ledger: names every drift and exits with 1, or says that there is none. "
        "Changes nothing but the log of the site, where it says that it ran."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        checks = (*ledger_proof.CHECKS, *metering_proof.checks())
        shows_progress = self.stderr.isatty()
        found = 0
        for number, check in enumerate(checks, 1):
            if shows_progress:
                self.stderr.write(f"{number:>2}/{len(checks)}  {check.title} ... ", str, "")
                self.stderr.flush()
            began, before = time.monotonic(), found
            for line in check.drifts():
                if shows_progress and found == before:
                    self.stderr.write("", str)  # the first drift begins a line of its own
                self.stdout.write(line)
                found += 1
            if shows_progress:
                self.stderr.write(f"{found - before or 'no'} drift, {time.monotonic() - began:.1f} s", str)
        audit.proven(checks=len(checks), drifts=found)
        if found:
            raise CommandError(f"{found} drift{'s' if found > 1 else ''} in {len(checks)} checks.", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"No drift in {len(checks)} checks."))
