"""Applying a ready-made set of prices, after a page that shows what would change; and the log of changed prices."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ppv_plugin.errors import Gone
from ppv_plugin.rooms.models import PricingSettings, RoomMode
from ppv_plugin.rooms.queries import pricing
from ppv_plugin.shows.profiles import PROFILES, TIP_SHARE, apply_profile, differences
from ppv_plugin.shows.queries.tips import tip_settings
from ppv_plugin.wording import phrase

from . import audit
from .price_preview import PricePreviewPanel, may_change_prices

PANELS = [
    MultiFieldPanel(
        [
            "private_cpm",
            FieldRowPanel(["private_audio_cpm", "private_text_cpm"]),
            FieldRowPanel(["cpm_min", "cpm_max"]),
            "performer_pricing",
        ],
        heading=phrase(gettext_lazy("Private %(shows)s")),
    ),
    MultiFieldPanel(
        [
            "rule",
            FieldRowPanel(["grace_seconds", "grace_window_minutes"]),
            FieldRowPanel(["minutes_to_start", "reserve_minutes"]),
        ],
        heading=gettext_lazy("Counting"),
    ),
    PricePreviewPanel(heading=gettext_lazy("What it would charge")),
    MultiFieldPanel(["performer_share_bp", "check_in_split"], heading=gettext_lazy("Who gets it")),
    FieldPanel("request_seconds"),
    MultiFieldPanel(["refund_alone_max", "fault_refund_seconds"], heading=gettext_lazy("Giving back")),
]


def settings_url(site: Site) -> str:
    return reverse("wagtailsettings:edit", args=["ppv_plugin", "pricingsettings", site.pk])


class PriceProfileView(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """The old and the new value of each setting; applied when it is sent back with the old values that were shown."""

    template_name = "ppv_plugin/backoffice/price_profile.html"
    header_icon = "tag"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.site = get_object_or_404(Site, pk=self.kwargs["site_pk"])
        if not may_change_prices(request.user, self.site):
            raise PermissionDenied
        self.profile = PROFILES.get(self.kwargs["profile"])
        if self.profile is None:
            raise Http404("no such profile")
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Profile “%(name)s”") % {"name": self.profile.name}  # type: ignore[union-attr]

    def get_page_subtitle(self) -> str:
        return str(self.site)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        prices = {"url": settings_url(self.site), "label": capfirst(PricingSettings._meta.verbose_name)}
        own = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*super().get_breadcrumbs_items(), prices, own]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        profile: Any = self.profile
        both = differences(prices=pricing(self.site), tips=tip_settings(self.site), profile=profile)
        rows = [
            {
                "label": capfirst(_label(name)),
                "old": audit.value_text(name, old),
                "new": audit.value_text(name, new),
                "same": old == new,
            }
            for name, (old, new) in both.items()
        ]
        context = {
            "profile": profile,  # takes the place of its key in the address
            "rows": rows,
            "changes": any(old != new for old, new in both.values()),
            "seen": json.dumps({name: old for name, (old, _new) in both.items()}),
            "own_rules": _modes_with_own_rule() if "rule" in both else [],
            "settings_url": settings_url(self.site),
        }
        return super().get_context_data(**{**kwargs, **context})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        profile: Any = self.profile
        try:
            changes = apply_profile(site=self.site, profile=profile, seen=_seen(request))
        except Gone:
            messages.error(request, _("The prices have changed meanwhile. Nothing was applied; please look again."))
            return redirect(request.path)
        audit.changed(
            subject=pricing(self.site), changes=changes, user=request.user, reason=profile.name, action=audit.PROFILE
        )
        messages.success(request, _("The profile “%(name)s” is in force.") % {"name": profile.name})
        return redirect(settings_url(self.site))


def _label(name: str) -> Any:
    return audit.FIELDS[name] if name == TIP_SHARE else PricingSettings._meta.get_field(name).verbose_name


def _seen(request: HttpRequest) -> dict[str, Any]:
    try:
        seen = json.loads(request.POST.get("seen", ""))
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}


def _modes_with_own_rule() -> list[str]:
    rows = RoomMode.objects.filter(active=True).exclude(rule="").order_by("sort_order", "id")
    return list(dict.fromkeys(rows.values_list("name", flat=True)))


def remember_prices(request: HttpRequest, row: Any) -> None:
    """Before a setting is edited: the form writes into this very row."""
    if isinstance(row, PricingSettings):
        request.ppv_prices_before = _values(row)  # type: ignore[attr-defined]


def log_prices(request: HttpRequest, row: Any) -> None:
    """After it was saved: what changed, with old and new, in the history of the setting."""
    before = getattr(request, "ppv_prices_before", None)
    if not isinstance(row, PricingSettings) or before is None:
        return
    after = _values(row)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    audit.changed(subject=row, changes=changes, user=request.user, action=audit.PRICES)


def _values(row: PricingSettings) -> dict[str, Any]:
    fields = [field.name for field in row._meta.concrete_fields if field.name not in ("id", "site")]
    return {name: getattr(row, name) for name in fields}


def panels() -> ObjectList:
    """The order of the settings' page, which their model does not know."""
    return ObjectList(PANELS)
