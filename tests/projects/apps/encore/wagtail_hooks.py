from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks

from ppv_plugin import api
from ppv_plugin.hooks import ModeFeature, Panel

from .billing import THIRD_FREE

MEMBERS = frozenset({"cy"})  # by what stands before the @ where people sign in with an address


@hooks.register("ppv_billing_rules")
def rules():
    return THIRD_FREE


def members_field():
    return forms.BooleanField(
        label=gettext_lazy("Members only"),
        required=False,
        help_text=gettext_lazy("Nobody but members comes in."),
    )


@hooks.register("ppv_mode_features")
def features():
    return ModeFeature(key="encore_members", field=members_field, default=False, imported_as="members_only")


@hooks.register("ppv_veto_group_entry")
@hooks.register("ppv_veto_private_request")
def members_only(user, features):
    if features.get("encore_members") and user.get_username().partition("@")[0] not in MEMBERS:
        return _("This evening is for members.")
    return None


@hooks.register("ppv_veto_purchase")
def not_too_much_at_once(amount):
    return _("Not more than 500 at once, please.") if amount > 500_00 else None


@hooks.register("ppv_wallet_panels")
@hooks.register("ppv_dashboard_panels")
def panel(user):
    context = {"wallet": api.wallet(user=user)}
    return Panel(key="encore", title=_("From Encore"), template="encore/panel.html", context=context, order=20)
