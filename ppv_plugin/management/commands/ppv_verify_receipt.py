"""`manage.py ppv_verify_receipt`: is this signed receipt what was issued? For people, scripts and other sites."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ppv_plugin.metering.receipts import rules
from ppv_plugin.metering.receipts.queries import Examined, examine
from ppv_plugin.metering.receipts.rules import Verdict


class Command(BaseCommand):
    help = "Verify a signed receipt: ends with 0 when it is valid, otherwise with 1."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the signed receipt (JSON), or - for standard input")
        parser.add_argument("--key", type=Path, default=None, help="a key file of /ppv/receipt-keys.json: no database")

    def handle(self, *args: Any, **options: Any) -> None:
        text = _text(options["file"])
        try:
            found = _examined_by(options["key"], text) if options["key"] else examine(text=text)
        except rules.KeyProblem as error:
            raise CommandError(f"the keys cannot be used: {error}") from error
        if found.verdict is not Verdict.VALID:
            raise CommandError(_refusal(found), returncode=1)
        facts = found.document
        self.stdout.write(f"valid: receipt {facts['receipt']}, total {facts['total']}, signed with {found.key_id}")


def _text(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read(rules.MAX_BYTES + 1) if name == "-" else _start_of(Path(name))
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"unreadable: {name} is not UTF-8 text") from error


def _start_of(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(rules.MAX_BYTES + 1)


def _examined_by(key_file: Path, text: str) -> Examined:
    try:
        ring = rules.public_ring(json.loads(key_file.read_bytes()))
    except OSError as error:
        raise CommandError(f"{key_file} cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise rules.KeyProblem(f"{key_file} is not JSON") from error
    verdict = rules.verify(text, ring)
    if verdict is Verdict.UNREADABLE:
        return Examined(verdict)
    signed = rules.read(text)
    return Examined(verdict, signed.document, signed.key_id)


def _refusal(found: Examined) -> str:
    if found.verdict is Verdict.UNREADABLE:
        return f"unreadable: not a signed receipt of {rules.SCHEMA}"
    if found.verdict is Verdict.UNKNOWN_KEY:
        return f"unknown key: {found.key_id!r} is not among the keys"
    return "changed: not what was signed" + (f"; differs in {', '.join(found.changed)}" if found.changed else "")
