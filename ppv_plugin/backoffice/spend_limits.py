"""Admin list of what clients decided about their own spending: to explain it to them, never to change it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from ppv_plugin.amounts import written
from ppv_plugin.ledger.limit_queries import limits_of
from ppv_plugin.ledger.limits import local_text
from ppv_plugin.wording import named

from .columns import WHOLE
from .exports import Cell, Spreadsheet, amount_at, at
from .facts import PlainFacts, account_text
from .owners import names_of
from .policies import view_only

VIEW = "ppv_plugin.view_spendlimit"
# Reached by name: only the ledger imports its tables.
SpendLimit: Any = apps.get_model("ppv_plugin", "SpendLimit")


def said(row: Any) -> str:
    """What the client asked for, in words."""
    if row.kind == SpendLimit.Kind.BREAK:
        return local_text(row.until, "DATETIME_FORMAT")
    return str(_("no limit")) if row.amount is None else written(row.amount)


def inspect_url(row: Any) -> str:
    return reverse("ppv_limits:inspect", args=[row.pk])


def lines_of(account_id: int) -> list[tuple[Any, str]]:
    """The limits in force and what is coming, as lines of an account's page."""
    found = limits_of(account_id=account_id, now=timezone.now())
    lines: list[tuple[Any, str]] = []
    if found.break_until:
        lines.append((_("Break"), local_text(found.break_until, "DATETIME_FORMAT")))
    for limit in found.kinds:
        if limit.amount is None and limit.changes_at is None:
            continue
        text = _amount(limit.amount)
        if limit.left is not None:
            text = _("%(limit)s, %(left)s left") % {"limit": text, "left": written(limit.left)}
        if limit.changes_at:
            moment = local_text(limit.changes_at, "DATETIME_FORMAT")
            text = _("%(text)s; %(new)s from %(at)s") % {"text": text, "new": _amount(limit.changes_to), "at": moment}
        lines.append((SpendLimit.Kind(limit.kind).label, text))
    return lines


def _amount(amount: int | None) -> str:
    return str(_("no limit")) if amount is None else written(amount)


class SpendLimitFilters(WagtailFilterSet):
    account = django_filters.NumberFilter(label=_("Number of the account"))

    class Meta:
        model = SpendLimit
        fields = ["account", "kind", "asked_at"]


class SpendLimitIndexView(Spreadsheet, IndexView):
    """Names the clients of one page with one query."""

    export_name = "spend-limits"
    cells = {
        "owner": Cell(named("client", cap=True), at("owner_name")),
        "kind": Cell(_("Kind"), at("get_kind_display")),
        "amount": Cell(_("Amount"), amount_at("amount")),
        "until": Cell(_("Until"), at("until")),
        "asked_at": Cell(_("When"), at("asked_at")),
        "takes_effect_at": Cell(_("Takes effect"), at("takes_effect_at")),
    }

    def get_page_title(self) -> str:
        return str(_("Spend limits"))

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("account")

    def describe(self, rows: list[Any]) -> None:
        names = names_of(keys=[(row.account.kind, row.account.owner) for row in rows])
        for row in rows:
            row.owner_name = names.get((row.account.kind, row.account.owner), str(row.account))


class SpendLimitInspectView(PlainFacts, InspectView):
    def get_page_subtitle(self) -> str:
        return account_text(self.object.account)

    def get_account_display_value(self) -> str:
        return account_text(self.object.account)

    def get_amount_display_value(self) -> str:
        return "" if self.object.amount is None else written(self.object.amount)


@view_only
class SpendLimitViewSet(ModelViewSet):
    model = SpendLimit
    name = "ppv_limits"
    icon = "warning"
    menu_label = _("Spend limits")
    index_view_class = SpendLimitIndexView
    inspect_view_class = SpendLimitInspectView
    filterset_class = SpendLimitFilters
    ordering = ("-id",)
    list_display = [
        TitleColumn("owner_name", label=named("client", cap=True), get_url=inspect_url, classname=WHOLE),
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        Column("said", label=_("Limit"), accessor=said),
        DateColumn("asked_at", label=_("When"), sort_key="asked_at"),
        DateColumn("takes_effect_at", label=_("Takes effect"), sort_key="takes_effect_at"),
    ]
    inspect_view_fields = ["account", "kind", "amount", "until", "asked_at", "takes_effect_at"]
