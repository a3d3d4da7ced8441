"""What this site decides for itself and adds, through the hooks of the package: each of them once."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks

from ppv_plugin import api
from ppv_plugin.hooks import BillingRule, Letter, ModeFeature, Panel

_CARD_NUMBER = re.compile(r"(?:\d[ -]?){13,19}")
_CAP_MS = 600_000


# --- who may do what
@hooks.register("ppv_veto_go_live")
def introduce_yourself_first(user: Any, room: Any) -> str | None:
    """People should know whom they are about to meet."""
    if room.description.strip():
        return None
    return _("Write a few words about yourself first: an editor can add them to your room.")


@hooks.register("ppv_veto_private_request")
@hooks.register("ppv_veto_group_entry")
def the_house_does_not_buy(user: Any, features: Any) -> str | None:
    """Accounts that run the site stay out of the shows they bill; some modes are not for accounts of yesterday."""
    if user.is_superuser:
        return _("You run this site. Sign in with an account of your own to take part.")
    days = features.get("demo_account_days") or 0
    if (timezone.now() - user.date_joined).days < days:
        return _("This is for accounts that are %(days)s days old.") % {"days": days}
    return None


@hooks.register("ppv_veto_tip")
@hooks.register("ppv_veto_registration")
@hooks.register("ppv_veto_purchase")
def the_house_has_no_role(user: Any) -> str | None:
    if user is not None and user.is_superuser:
        return _("You run this site. Use an account of your own for this.")
    return None


# --- what is written
@hooks.register("ppv_veto_message")
def no_card_numbers(text: str) -> str | None:
    return _("That looks like a card number. Never write it into a chat.") if _CARD_NUMBER.search(text) else None


@hooks.register("ppv_filter_message")
def smile(text: str) -> str:
    return text.replace(":-)", "🙂")


@hooks.register("ppv_filter_letter")
def sign(letter: Letter, site: Any) -> Letter:
    """Every letter ends with where it comes from."""
    return Letter(letter.name, letter.subject, f"{letter.body}\n-- \n{site.root_url if site else ''}\n")


@hooks.register("ppv_filter_listing")
def without_rehearsals(rooms: Any) -> Any:
    return rooms.exclude(slug__startswith="rehearsal-")


# --- what it costs
def ten_minutes_at_most(cpm: int, grace_ms: int, used_ms: int) -> int:
    return cpm * min(max(used_ms - grace_ms, 0), _CAP_MS) // 60_000


@hooks.register("ppv_billing_rules")
def billing_rules() -> BillingRule:
    return BillingRule(
        id="demo.ten_minutes",
        label=gettext_lazy("Per second, ten minutes at most"),
        text=gettext_lazy("charged by the second, and never more than ten minutes"),
        owed=ten_minutes_at_most,
    )


# --- what modes say
def account_days() -> forms.Field:
    return forms.IntegerField(
        label=gettext_lazy("Age of the account, in days"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=gettext_lazy("Newer accounts are not let in. Empty or 0 = everybody."),
    )


@hooks.register("ppv_mode_features")
def mode_features() -> ModeFeature:
    return ModeFeature(key="demo_account_days", field=account_days, default=0, imported_as="account_days")


# --- what pages show
@hooks.register("ppv_dashboard_panels")
@hooks.register("ppv_studio_panels")
@hooks.register("ppv_wallet_panels")
def live_now(request: Any) -> Panel | None:
    """Who else is here."""
    rooms = api.live_rooms(request=request, limit=5)
    return Panel("demo-live", _("Live right now"), "demo_site/live_panel.html", {"rooms": rooms}) if rooms else None
