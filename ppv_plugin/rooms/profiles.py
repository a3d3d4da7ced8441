"""Ready-made sets of prices for owners who come from another product (spec B-12), and applying one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ppv_plugin.errors import Gone
from ppv_plugin.wording import phrase

from .models import PricingSettings

Differences = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Profile:
    """`values`: fields of the site's prices. `apart`: where the profile is not the other product's behaviour yet."""

    key: str
    name: str
    summary: Any
    values: Mapping[str, Any]
    apart: tuple[Any, ...] = ()


PROFILES = {
    profile.key: profile
    for profile in (
        Profile(
            "vw",
            "VW",
            phrase(
                _(
                    "Per second after 30 free seconds, five minutes to start, of which two stay, "
                    "80 %% for the %(performer)s."
                )
            ),
            {
                "rule": "per_second",
                "grace_seconds": 30,
                "minutes_to_start": 5,
                "reserve_minutes": 2,
                "performer_share_bp": 8000,
            },
            (_("The share of 90 % of tips comes with tips, which this version does not have."),),
        ),
        Profile(
            "sky",
            "Sky",
            phrase(_("Each minute is charged when it begins, nothing is free, 75 %% for the %(performer)s.")),
            {"rule": "upfront_minutes", "grace_seconds": 0, "reserve_minutes": 0, "performer_share_bp": 7500},
        ),
    )
}


def differences(*, prices: PricingSettings, profile: Profile) -> Differences:
    """field -> (what it is, what the profile says), also where both are the same."""
    return {name: (getattr(prices, name), value) for name, value in profile.values.items()}


@transaction.atomic
def apply_profile(*, site: Any, profile: Profile, seen: Mapping[str, Any]) -> Differences:
    """The site's prices are those of the profile. Returns what changed: field -> (old, new).

    `seen`: the values that whoever confirmed was shown. Raises Gone when they are others by now. Sessions that run
    keep the tariff they began with.
    """
    PricingSettings.for_site(site)  # makes the row where there is none
    prices = PricingSettings.objects.select_for_update().get(site=site)
    both = differences(prices=prices, profile=profile)
    if {name: old for name, (old, _new) in both.items()} != dict(seen):
        raise Gone
    changed = {name: pair for name, pair in both.items() if pair[0] != pair[1]}
    for name, (_old, new) in changed.items():
        setattr(prices, name, new)
    if changed:
        prices.save(update_fields=list(changed))
    return changed
