"""Reports of what sessions brought in: by day, performer, studio and mode, for a period, with chart and spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.apps import apps
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView

from ppv_plugin.charts import chart, permille
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.metering import reports
from ppv_plugin.metering.kinds import kind_text
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.reports import Takings
from ppv_plugin.wording import named, phrase

from .columns import TokensColumn
from .exports import Cell, Spreadsheet, amount_at, at
from .owners import names_of
from .policies import ViewOnlyPolicy

VIEW = "ppv_plugin.view_entry"
DAYS = 30  # what is shown until somebody chooses a period
DAYS_MAX = 366 * 5  # of a chart that has a bar for each
TITLES = {
    "day": gettext_lazy("Takings by day"),
    "performer": phrase(gettext_lazy("Takings by %(performer)s")),
    "studio": phrase(gettext_lazy("Takings by %(studio)s")),
    "mode": phrase(gettext_lazy("Takings by %(room)s mode")),
}
HEADINGS = {
    "day": gettext_lazy("Day"),
    "performer": named("performer", cap=True),
    "studio": named("studio", cap=True),
    "mode": phrase(gettext_lazy("%(room)s mode"), cap=True),
}
SUMS = (
    ("paid", gettext_lazy("Paid")),
    ("refunded", gettext_lazy("Given back")),
    ("net", gettext_lazy("Left")),
    ("performers", phrase(gettext_lazy("To %(performers)s"))),
    ("studios", phrase(gettext_lazy("To %(studios)s"))),
    ("house", gettext_lazy("To the site")),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the reader's time zone, both ends included."""

    first: date
    last: date

    @classmethod
    def newest(cls, days: int) -> Period:
        today = timezone.localdate()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def lines(self, by: reports.By) -> list[reports.Line]:
        zone = timezone.get_current_timezone()
        start = datetime.combine(self.first, time.min, zone)
        end = datetime.combine(self.last + timedelta(days=1), time.min, zone)
        return reports.takings(by=by, start=start, end=end, zone=zone)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report with its name, and how long its bar is."""

    label: str
    takings: Takings
    day: date | None = None
    permille: int = 0


def by_day(period: Period) -> list[Row]:
    """With the days on which nothing happened."""
    known = {line.key: line.takings for line in period.lines("day")}
    days = period.days if len(period.days) <= DAYS_MAX else sorted(known)
    return [Row(date_format(day, "SHORT_DATE_FORMAT"), known.get(day, Takings()), day) for day in days]


def by_name(by: reports.By, period: Period) -> list[Row]:
    """Those who brought in most come first."""
    lines = period.lines(by)
    names = _modes(lines) if by == "mode" else _owners(lines)
    rows = [Row(names[line.key], line.takings) for line in lines]
    return sorted(rows, key=lambda row: (-row.takings.net, row.label))


def _modes(lines: Sequence[reports.Line]) -> dict[Any, str]:
    return {line.key: f"{line.key[1] or '–'}, {kind_text(line.key[0])}" for line in lines}


def _owners(lines: Sequence[reports.Line]) -> dict[Any, str]:
    owners = ledger_queries.owners_of(account_ids=[line.key for line in lines if line.key is not None])
    names = names_of(keys=owners.values())
    return {None: _("None"), **{pk: names.get(owner, owner[1]) for pk, owner in owners.items()}}


class PeriodFilters(WagtailFilterSet):  # type: ignore[misc]
    period = django_filters.DateFromToRangeFilter(label=gettext_lazy("Period"), widget=DateRangePickerWidget)

    class Meta:
        model = MeteredSession
        fields: list[str] = []


class BarColumn(Column):  # type: ignore[misc]
    """How much a line is of the largest: the number itself stands beside it."""

    cell_template_name = "ppv_plugin/backoffice/bar_cell.html"


class TakingsReport(Spreadsheet, ReportView):  # type: ignore[misc]
    template_name = "wagtailadmin/reports/base_report.html"
    results_template_name = "ppv_plugin/backoffice/takings_results.html"
    header_icon = "table"
    filterset_class = PeriodFilters
    is_searchable = False
    permission_policy = ViewOnlyPolicy(apps.get_model("ppv_plugin", "Entry"))
    permission_required = "view"
    paginate_by = 100

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.by = kwargs["by"]
        if self.by not in reports.WAYS:
            raise Http404
        super().setup(request, *args, **kwargs)

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"takings-by-{self.by}"

    @cached_property
    def cells(self) -> dict[str, Cell]:  # type: ignore[override]
        first = Cell(HEADINGS[self.by], at("day") if self.by == "day" else at("label"))
        return {self.by: first, **{name: Cell(label, amount_at(f"takings.{name}")) for name, label in SUMS}}

    def get_page_title(self) -> str:
        return str(TITLES[self.by])

    def get_index_url(self) -> str:
        return reverse("ppv_report", args=[self.by])

    def get_index_results_url(self) -> str:
        return reverse("ppv_report_results", args=[self.by])

    @property
    def ways(self) -> list[tuple[str, str]]:
        """The same period seen in the other ways: (name, address)."""
        query = self.request.GET.copy()
        for name in ("export", "p", "_w_filter_fragment"):
            query.pop(name, None)
        tail = f"?{query.urlencode()}" if query else ""
        return [
            (str(HEADINGS[way]), reverse("ppv_report", args=[way]) + tail) for way in reports.WAYS if way != self.by
        ]

    @cached_property
    def period(self) -> Period:
        newest = Period.newest(DAYS)
        if not self.filters or not self.filters.is_valid():
            return newest
        chosen = self.filters.form.cleaned_data.get("period")
        if chosen is None:
            return newest
        last = timezone.localdate(chosen.stop) if chosen.stop else timezone.localdate()
        first = timezone.localdate(chosen.start) if chosen.start else last - timedelta(days=DAYS - 1)
        return Period(min(first, last), max(first, last))

    def get_queryset(self) -> list[Row]:
        return self._rows

    def filter_queryset(self, queryset: Any) -> Any:
        """The period is part of the statement."""
        return queryset

    @cached_property
    def _rows(self) -> list[Row]:
        found = by_day(self.period) if self.by == "day" else by_name(self.by, self.period)
        highest = max((row.takings.net for row in found), default=0)
        return [Row(row.label, row.takings, row.day, permille(row.takings.net, highest)) for row in found]

    @cached_property
    def columns(self) -> list[Any]:
        sums = [TokensColumn(name, label=label, accessor=f"takings.{name}") for name, label in SUMS]
        return [Column("label", label=HEADINGS[self.by]), BarColumn("permille", label=_("Share of the largest")), *sums]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        total = sum((row.takings for row in self._rows), Takings())
        context["sums"] = [(label, getattr(total, name)) for name, label in SUMS]
        context["period"] = self.period
        context["ways"] = self.ways
        if self.by == "day":
            context["chart"] = chart([(row.label, row.takings.net) for row in self._rows])
        return context


class TakingsMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm(VIEW))


def menu_item() -> MenuItem:
    return TakingsMenuItem(
        gettext_lazy("Video chat: takings"), reverse("ppv_report", args=["day"]), icon_name="table", order=900
    )


def urls() -> list[Any]:
    return [
        path("ppv/takings/<slug:by>/", TakingsReport.as_view(), name="ppv_report"),
        path("ppv/takings/<slug:by>/results/", TakingsReport.as_view(results_only=True), name="ppv_report_results"),
    ]
