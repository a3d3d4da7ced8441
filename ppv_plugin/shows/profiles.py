"""Ready-made sets of prices for owners who come from another product (spec B-12), and applying one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin.errors import Gone
from ppv_plugin.rooms.models import PricingSettings
from ppv_plugin.wording import phrase

from .tip_models import TipSettings

Differences = dict[str, tuple[Any, Any]]
TIP_SHARE = "tip_share_bp"  # of the settings of tips; every other value is one of the prices


@dataclass(frozen=True, slots=True)
class Profile:
    """`values`: fields of the site's prices, and the share of tips."""

    key: str
    name: str
    summary: Any
    values: Mapping[str, Any]


PROFILES = {
    profile.key: profile
    for profile in (
        Profile(
            "vw",
            "VW",
            phrase(
                _(
                    "Per second after 30 free seconds, five minutes to start, of which two stay, "
                    "80 %% for the %(performer)s, 90 %% of tips."
                )
            ),
            {
                "rule": "per_second",
                "grace_seconds": 30,
                "minutes_to_start": 5,
                "reserve_minutes": 2,
                "performer_share_bp": 8000,
                TIP_SHARE: 9000,
            },
        ),
        Profile(
            "sky",
            "Sky",
            phrase(_("Each minute is charged when it begins, nothing is free, 75 %% for the %(performer)s.")),
            {"rule": "upfront_minutes", "grace_seconds": 0, "reserve_minutes": 0, "performer_share_bp": 7500},
        ),
    )
}


def differences(*, prices: PricingSettings, tips: TipSettings, profile: Profile) -> Differences:
    """field -> (what it is, what the profile says), also where both are the same."""
    return {
        name: (tips.share_bp if name == TIP_SHARE else getattr(prices, name), value)
        for name, value in profile.values.items()
    }


@transaction.atomic
def apply_profile(*, site: Any, profile: Profile, seen: Mapping[str, Any]) -> Differences:
    """The site's prices and its share of tips are those of the profile. Returns what changed: field -> (old, new).

    `seen`: the values that whoever confirmed was shown. Raises Gone when they are others by now. Sessions that run
    keep the tariff they began with.
    """
    for model in (PricingSettings, TipSettings):
        model.for_site(site)  # makes the row where there is none
    prices = PricingSettings.objects.select_for_update().get(site=site)
    tips = TipSettings.objects.select_for_update().get(site=site)
    both = differences(prices=prices, tips=tips, profile=profile)
    if {name: old for name, (old, _new) in both.items()} != dict(seen):
        raise Gone
    changed = {name: pair for name, pair in both.items() if pair[0] != pair[1]}
    own = {name: new for name, (_old, new) in changed.items() if name != TIP_SHARE}
    for name, new in own.items():
        setattr(prices, name, new)
    if own:
        prices.save(update_fields=list(own))
    if TIP_SHARE in changed:
        tips.share_bp = changed[TIP_SHARE][1]
        tips.save(update_fields=["share_bp"])
    return changed
