"""`manage.py ppv_import_modes`: room modes from an INI text. All problems at once, each with its line; or all modes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from wagtail.models import Locale

from ppv_plugin.backoffice.mode_import import log_import
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.rooms.importing import Change, Imported, import_modes
from ppv_plugin.rooms.ini import read_modes, told

OUTCOMES = {"added": "added", "changed": "changed", "same": "exists", "differs": "differs"}


class Command(BaseCommand):
    help = "Imports room modes from an INI text: one section a mode. Nothing is saved when the text has a problem."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the INI text; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
        parser.add_argument("--locale", default="", help="language of the modes; the site's default otherwise")
        parser.add_argument("--update", action="store_true", help="change modes that are there already and differ")
        parser.add_argument("--grace", type=int, metavar="SECONDS", help="free seconds at the start, for all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        locale, grace = _locale(options["locale"]), options["grace"]
        if grace is not None and not 0 <= grace <= 3600:
            raise CommandError("--grace lies between 0 and 3600 seconds.")
        found = read_modes(_bytes(options["file"]))
        if found.problems:
            for line in told(found):
                self.stderr.write(line)
            count = len(found.problems)
            raise CommandError(f"Nothing was imported: {count} problem{'s' if count > 1 else ''}.")
        dry = options["dry_run"]
        report = import_modes(found=found, locale=locale, update=options["update"], grace_seconds=grace, dry_run=dry)
        self.stdout.write(f"Language: {locale.language_code}" + (" (dry run: nothing is kept)" if dry else ""))
        for mode in report.modes:
            self._tell(mode)
        if not dry:
            log_import(report, user=None)
        self._tell_unused(report.unused)
        differing = report.count("differs")
        self.stdout.write(
            self.style.SUCCESS(
                f"{report.count('added')} added, {report.count('changed')} changed, {report.count('same')} as they were"
                + (f", {differing} left as they are although they differ: --update changes them" if differing else "")
                + "."
            )
        )

    def _tell(self, mode: Imported) -> None:
        self.stdout.write(f"  {OUTCOMES[mode.outcome]:8}{mode.key}  {mode.name}")
        for change in mode.changes:
            self.stdout.write(f"          {change.field}: {shown(change, change.old)} -> {shown(change, change.new)}")
        if mode.waits_for:
            self.stdout.write(f"          cannot be chosen yet: it needs {', '.join(mode.waits_for)}")

    def _tell_unused(self, unused: list[Any]) -> None:
        if unused:
            self.stdout.write("Not used yet:")
        for setting in unused:
            self.stdout.write(f"  line {setting.line}: {setting.key} = {setting.value}  [{setting.mode}]")


def shown(change: Change, value: Any) -> str:
    return tokens(value) if change.field == "group_cpm" else str(value)


def _locale(code: str) -> Locale:
    if not code:
        return Locale.get_default()
    locale = Locale.objects.filter(language_code=code).first()
    if locale is None:
        known = ", ".join(Locale.objects.order_by("language_code").values_list("language_code", flat=True))
        raise CommandError(f"There is no language {code!r}. There are: {known}.")
    return locale


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from error
