"""What this site decides for itself, through the hooks of the package."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail import hooks


@hooks.register("ppv_veto_go_live")
def introduce_yourself_first(user: Any, room: Any) -> str | None:
    """People should know whom they are about to meet."""
    if room.description.strip():
        return None
    return _("Write a few words about yourself first: an editor can add them to your room.")


@hooks.register("ppv_veto_private_request")
@hooks.register("ppv_veto_group_entry")
def the_house_does_not_buy(user: Any, room: Any) -> str | None:
    """Accounts that run the site stay out of the shows they bill."""
    if not user.is_superuser:
        return None
    return _("You run this site. Sign in with an account of your own to take part.")
