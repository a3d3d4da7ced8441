"""`manage.py ppv_receipt_key`: a new key that signs receipts, and the list it belongs into."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ppv_plugin.metering.receipts import rules
from ppv_plugin.metering.receipts.keys import key_ring


class Command(BaseCommand):
    help = "Make a key for PPV_PLUGIN['RECEIPT_KEYS']; those in force stay behind it by their public half."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", default="", help="the key's name; otherwise made of its fingerprint")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["id"]
        if name and not rules.KEY_ID.fullmatch(name):
            raise CommandError("--id takes letters, digits, dots, dashes and underscores, at most 64")
        seed = secrets.token_bytes(rules.KEY_BYTES)
        new = rules.key_of(seed, name)
        try:
            before = key_ring().keys
        except rules.KeyProblem as error:
            raise CommandError(f"the keys in force cannot be read, so they cannot be kept: {error}") from error
        if any(key.id == new.id for key in before):
            raise CommandError(f"there is a key {new.id} already")
        listed = [{"id": new.id, "private": rules.encoded(seed)}]
        listed += [{"id": key.id, "public": rules.encoded(key.public)} for key in before]
        self.stdout.write(json.dumps(listed))
        self.stderr.write(
            "Put this line into the environment of every process, for example as PPV_RECEIPT_KEYS, and into settings:\n"
            '    PPV_PLUGIN = {"RECEIPT_KEYS": json.loads(os.environ["PPV_RECEIPT_KEYS"]), …}\n'
            f"{new.id} signs from the next start on; the others only verify what they signed. "
            "The private part is shown this once: keep it like a password."
        )
