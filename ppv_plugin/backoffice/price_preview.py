"""The preview calculator (spec A-5): what the values of a form that is not saved yet would charge.

The panel shows the saved values; its button sends the form as it stands to a view that answers with a whole page, and
a script, where there is one, takes the tables out of that page while the editor types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.panels import Panel
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site
from wagtail.permission_policies.sites import SitePermissionPolicy

from ppv_plugin.amounts import written
from ppv_plugin.metering import rules as metering
from ppv_plugin.metering.price_table import PriceLine, price_lines
from ppv_plugin.metering.queries import rule_words
from ppv_plugin.rooms.models import PricingSettings, RoomMode
from ppv_plugin.rooms.queries import pricing
from ppv_plugin.rooms.rules import CPM_FIELDS
from ppv_plugin.shows.rules import THRESHOLD_SECONDS, free_seconds
from ppv_plugin.wording import sentence

from .forms import RoomModeForm

_PERFORMER, _HOUSE = 1, 2  # stand for accounts: who is paid does not matter to a preview


@dataclass(frozen=True, slots=True)
class Shown:
    """A line for people."""

    time: str
    paid: str
    performers: str
    house: str


@dataclass(frozen=True, slots=True)
class PriceTable:
    title: str
    facts: list[tuple[str, str]]
    lines: list[Shown]

    @property
    def summary(self) -> str:
        return f"{self.title}: " + ", ".join(f"{label} {value}" for label, value in self.facts)


def table(*, title: str, rule: str, cpm: int, grace_seconds: int, prices: PricingSettings) -> PriceTable:
    try:
        return _table(title, rule, cpm, grace_seconds, prices)
    except metering.RuleUnavailable as problem:
        return PriceTable(title, [(_("Counted"), rule_words(rule)), (_("Nothing can begin"), str(problem))], [])


def _table(title: str, rule: str, cpm: int, grace_seconds: int, prices: PricingSettings) -> PriceTable:
    split = metering.Split(prices.performer_share_bp, (metering.Party(_PERFORMER),), _HOUSE)
    tariff = metering.Tariff(
        rule=rule,
        cpm=cpm,
        split=split,
        grace_ms=grace_seconds * 1000,
        threshold_ms=THRESHOLD_SECONDS * 1000,
        minutes_to_start=prices.minutes_to_start,
        reserve_minutes=prices.reserve_minutes,
    )
    free = free_seconds(rule=rule, grace_seconds=grace_seconds)
    needed = metering.minimum_funds(tariff)
    facts = [
        (_("Price per minute"), written(cpm)),
        (_("Counted"), rule_words(rule)),
        (_("Free at the start"), time_text(free)),
        (_("Needed to start"), written(needed)),
    ]
    if cpm:
        facts.append((_("Which lasts for"), time_text(metering.lasting_ms(tariff, needed) // 1000)))
    if kept := metering.reserve(tariff):
        facts.append((_("Stays in the wallet"), written(kept)))
    if free != grace_seconds:
        facts.append(
            (_("Note"), _("This rule does not use the grace of %(time)s.") % {"time": time_text(grace_seconds)})
        )
    return PriceTable(title, facts, [_shown(line) for line in price_lines(tariff)])


def mode_tables(mode: RoomMode) -> list[PriceTable]:
    """One for each way the sites' own settings make of it: most often one."""
    ways: dict[tuple[Any, ...], tuple[PricingSettings, list[str]]] = {}
    for site in Site.objects.order_by("-is_default_site", "hostname", "pk"):
        prices = pricing(site)
        way = (mode.rule or prices.rule, prices.performer_share_bp, prices.minutes_to_start, prices.reserve_minutes)
        ways.setdefault(way, (prices, []))[1].append(site.site_name or site.hostname)
    return [
        table(
            title=sentence(_("Inside a paid %(show)s")) if len(ways) == 1 else ", ".join(names),
            rule=rule,
            cpm=mode.group_cpm,
            grace_seconds=mode.grace_seconds,
            prices=prices,
        )
        for (rule, *_rest), (prices, names) in ways.items()
    ]


def settings_tables(prices: PricingSettings) -> list[PriceTable]:
    common = {"rule": prices.rule, "grace_seconds": prices.grace_seconds, "prices": prices}
    found = [table(title=sentence(_("Private %(show)s at the site's price")), cpm=prices.private_cpm, **common)]
    if prices.performer_pricing:
        found.append(
            table(title=sentence(_("At the lowest price %(a_performer)s may set")), cpm=prices.cpm_min, **common)
        )
        found.append(
            table(title=sentence(_("At the highest price %(a_performer)s may set")), cpm=prices.cpm_max, **common)
        )
    return found


def time_text(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return _("%(seconds)s s") % {"seconds": rest}
    if not rest:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def _shown(line: PriceLine) -> Shown:
    return Shown(time_text(line.seconds), written(line.paid), written(line.performers), written(line.house))


def may_change_prices(user: Any, site: Site) -> bool:
    return bool(SitePermissionPolicy(PricingSettings).user_has_permission_for_instance(user, "change", site))


def may_shape_modes(user: Any) -> bool:
    return any(user.has_perm(f"ppv_plugin.{act}_roommode") for act in ("add", "change"))


class PricePreviewPanel(Panel):
    """The tables of what is saved, and the button that works them out for what is not."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "ppv_plugin/backoffice/price_preview_panel.html"

        class Media:
            js = ["ppv_plugin/js/admin/price_preview.js"]

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, **self.what()}

        def what(self) -> dict[str, Any]:
            row = self.instance
            if isinstance(row, PricingSettings):
                url = reverse("ppv_preview_prices", args=[row.site_id])
                wanted = (
                    row.private_cpm,
                    row.cpm_min,
                    row.cpm_max,
                    row.grace_seconds,
                    row.minutes_to_start,
                    row.reserve_minutes,
                )
                tables, profiles = settings_tables, True
            else:
                url, wanted = reverse("ppv_preview_mode"), (row.group_cpm, row.grace_seconds)
                tables, profiles = mode_tables, False  # type: ignore[assignment]
            complete = None not in wanted and not (self.form is not None and self.form.errors)
            return {"url": url, "tables": tables(row) if complete else [], "site": row.site_id if profiles else None}


class PricePreviewView(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Answers with what the posted values of a form would charge, or with what is wrong with them. Saves nothing."""

    template_name = "ppv_plugin/backoffice/price_preview.html"
    page_title = gettext_lazy("What it would charge")
    header_icon = "tag"
    http_method_names = ["post", "options"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def allowed(self) -> bool:
        raise NotImplementedError

    def form(self) -> Any:
        raise NotImplementedError

    def tables(self, row: Any) -> Iterable[PriceTable]:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.allowed():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        valid = form.is_valid()
        problems = [
            (form.fields[name].label if name in form.fields else "", error)
            for name, errors in form.errors.items()
            for error in errors
        ]
        tables = self.tables(form.instance) if valid else []
        return self.render_to_response(self.get_context_data(tables=tables, problems=problems))


class ModePreviewView(PricePreviewView):
    def allowed(self) -> bool:
        return may_shape_modes(self.request.user)

    def form(self) -> Any:
        fields = ["group_cpm", "grace_seconds", "rule"]
        return modelform_factory(RoomMode, form=RoomModeForm, fields=fields)(self.request.POST, instance=RoomMode())

    def tables(self, row: Any) -> Iterable[PriceTable]:
        return mode_tables(row)


class PricesPreviewView(PricePreviewView):
    FIELDS = (
        *CPM_FIELDS.values(),
        "cpm_min",
        "cpm_max",
        "performer_pricing",
        "rule",
        "grace_seconds",
        "minutes_to_start",
        "reserve_minutes",
        "performer_share_bp",
    )

    def allowed(self) -> bool:
        self.site = get_object_or_404(Site, pk=self.kwargs["site_pk"])
        return may_change_prices(self.request.user, self.site)

    def form(self) -> Any:
        return modelform_factory(PricingSettings, fields=self.FIELDS)(
            self.request.POST, instance=PricingSettings(site=self.site)
        )

    def tables(self, row: Any) -> Iterable[PriceTable]:
        return settings_tables(row)
