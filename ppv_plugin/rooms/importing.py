"""Room modes of an INI text become rows: what is new is added, what is there is left alone or, if wished, changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from wagtail.models import Locale

from ppv_plugin.errors import PPVError

from .ini import ModesText, ModeText, Unused
from .models import RoomMode
from .services import share_terms


class NotImported(PPVError):
    """The text has problems; nothing was saved."""

    code = "not_imported"


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a mode: what it is, and what the text says."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one section. `outcome`: added, changed, same, or differs (there, and left as it is)."""

    line: int
    key: str
    name: str
    outcome: str
    changes: list[Change] = field(default_factory=list)
    waits_for: list[str] = field(default_factory=list)
    row: RoomMode | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    modes: list[Imported]
    unused: list[Unused]

    def count(self, outcome: str) -> int:
        return sum(mode.outcome == outcome for mode in self.modes)


@transaction.atomic
def import_modes(
    *, found: ModesText, locale: Locale, update: bool = False, grace_seconds: int | None = None, dry_run: bool = False
) -> ImportReport:
    """The modes of `found` are there in this language. The same text again changes nothing.

    `update` changes modes that are there and differ. `grace_seconds` is for all modes of the text, which knows no
    grace. A mode that waits for something the product cannot do is added so that nobody can choose it. With `dry_run`
    nothing is kept, and the report is the same. Raises NotImported when the text has problems.
    """
    if found.problems:
        raise NotImported
    known = {row.key: row for row in RoomMode.objects.select_for_update().filter(locale=locale)}
    order = (RoomMode.objects.aggregate(last=Max("sort_order"))["last"] or 0) + 1
    modes = []
    for place, mode in enumerate(found.modes):
        values = {"name": mode.name, **mode.values}
        if grace_seconds is not None:
            values["grace_seconds"] = grace_seconds
        row = known.get(mode.key)
        if row is not None and "features" in values:
            values["features"] = {**row.features, **values["features"]}
        if row is None:
            modes.append(_added(mode, values, locale, order + place))
        else:
            modes.append(_compared(mode, values, row, update))
    if dry_run:
        transaction.set_rollback(True)
    return ImportReport(modes, found.unused)


def _added(mode: ModeText, values: dict[str, Any], locale: Locale, sort_order: int) -> Imported:
    row = RoomMode(key=mode.key, locale=locale, active=not mode.waits_for, sort_order=sort_order, **values)
    sibling = RoomMode.objects.filter(key=mode.key).first()  # the same mode in another language
    if sibling is not None:
        row.translation_key, row.sort_order = sibling.translation_key, sibling.sort_order
    row.save()
    return Imported(mode.line, mode.key, mode.name, "added", waits_for=mode.waits_for, row=row)


def _compared(mode: ModeText, values: dict[str, Any], row: RoomMode, update: bool) -> Imported:
    changes = [
        Change(name, old, new) for name, new in values.items() if (old := getattr(row, name)) != new
    ]  # whether it can be chosen is the editors' decision once it is there
    if not changes:
        return Imported(mode.line, mode.key, mode.name, "same", row=row)
    if not update:
        return Imported(mode.line, mode.key, mode.name, "differs", changes, row=row)
    for change in changes:
        setattr(row, change.field, change.new)
    row.save(update_fields=[change.field for change in changes])
    share_terms(mode=row)
    return Imported(mode.line, mode.key, mode.name, "changed", changes, row=row)
