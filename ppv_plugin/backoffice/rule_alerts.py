"""Where a billing rule is set that no app has any more: nothing can begin there until somebody chooses another."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from ppv_plugin.rooms.models import PricingSettings, RoomMode, selectable_rules

PRICES = "ppv_plugin.change_pricingsettings"


def rules_gone() -> list[tuple[str, str]]:
    """(what is wrong, where it is mended) for the admin's first page."""
    there = ["", *dict(selectable_rules())]
    sites = PricingSettings.objects.exclude(rule__in=there).select_related("site").order_by("site_id")
    found = [
        (
            _("No app has the billing rule “%(rule)s” any more: choose another in the prices of %(site)s.")
            % {"rule": prices.rule, "site": prices.site},
            reverse("wagtailsettings:edit", args=["ppv_plugin", "pricingsettings", prices.site_id]),
        )
        for prices in sites
    ]
    return found + [
        (
            _("No app has the billing rule “%(rule)s” any more: choose another for “%(mode)s”.")
            % {"rule": mode.rule, "mode": mode.name},
            reverse("wagtailsnippets_ppv_plugin_roommode:edit", args=[mode.pk]),
        )
        for mode in RoomMode.objects.filter(active=True).exclude(rule__in=there).order_by("sort_order", "pk")
    ]
