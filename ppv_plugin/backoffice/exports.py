"""Spreadsheets of the admin's lists and reports: amounts as numbers, text that no spreadsheet takes for a formula,
nothing that fails on an empty relation, and an entry in the audit log for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.functional import Promise

from . import audit
from .columns import WHOLE

ROWS_AT_A_TIME = 1000
# What a spreadsheet may run when a cell begins with it, also in the full-width form, also after spaces.
_RUNS = re.compile("^ *[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # a workbook with one of these cannot be opened


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a spreadsheet."""

    heading: Any
    value: Callable[[Any], Any]


def at(path: str) -> Callable[[Any], Any]:
    """What stands at a dotted path; None as soon as something on the way is missing."""

    def value(row: Any) -> Any:
        for name in path.split("."):
            row = getattr(row, name, None)
            if row is None:
                return None
            if callable(row):
                row = row()
        return row

    return value


def amount_at(path: str) -> Callable[[Any], Any]:
    """Hundredths at a path, as the number of tokens."""
    read = at(path)

    def value(row: Any) -> Decimal | None:
        hundredths = read(row)
        return None if hundredths is None else Decimal(hundredths).scaleb(-2)

    return value


def harmless(value: Any) -> Any:
    """Text as text: what begins like a formula gets an apostrophe in front. Numbers and dates stay what they are."""
    if value is None:
        return ""
    if not isinstance(value, str | Promise):
        return value
    text = _UNPRINTABLE.sub("", force_str(value))
    return f"'{text}" if _RUNS.match(text) else text


class Spreadsheet:
    """For a view with Wagtail's spreadsheet export: exports `cells` instead of attributes of the model.

    `describe` gives names to some rows at a time, with a flat number of queries: to a page of the list, and to each
    batch of the export.
    """

    cells: Mapping[str, Cell] = {}
    export_name = ""

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.list_export = list(self.cells)

    def _get_title_column(self, *args: Any, **kwargs: Any) -> Any:
        return super()._get_title_column(*args, **{"classname": WHOLE, **kwargs})  # type: ignore[misc]

    def describe(self, rows: list[Any]) -> None:
        """Set what the columns and cells need beyond the model's fields."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.is_export:  # type: ignore[attr-defined]  # without the page around it, which would count all rows first
            return self.as_spreadsheet(self.exported_rows(), request.GET["export"])
        return super().get(request, *args, **kwargs)  # type: ignore[misc]

    def exported_rows(self) -> Any:
        return self.get_queryset()  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        rows = list(context["object_list"])
        self.describe(rows)
        context["table"].data = rows
        return context

    def get_filename(self) -> str:
        return f"{self.export_name}-{timezone.localdate():%Y-%m-%d}"

    def as_spreadsheet(self, rows: Any, spreadsheet_format: str) -> Any:
        request: Any = self.request  # type: ignore[attr-defined]
        filters = {name: value for name, value in request.GET.items() if name != "export" and value}
        audit.exported(what=self.export_name, kind=spreadsheet_format, filters=filters, user=request.user)
        return super().as_spreadsheet(_Batches(rows, self.describe), spreadsheet_format)  # type: ignore[misc]

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return {key: cell.value(item) for key, cell in self.cells.items()}

    def get_heading(self, queryset: Any, field: str) -> str:
        return str(harmless(self.cells[field].heading))

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return super().preprocess_field_value(field, harmless(value), export_format)  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class _Batches:
    """Rows of any number, described some at a time."""

    rows: Any
    describe: Callable[[list[Any]], None]

    def __iter__(self) -> Iterator[Any]:
        rows: Iterable[Any] = self.rows
        if isinstance(rows, QuerySet):
            rows = rows.iterator(chunk_size=ROWS_AT_A_TIME)
        stream = iter(rows)
        while batch := list(islice(stream, ROWS_AT_A_TIME)):
            self.describe(batch)
            yield from batch
