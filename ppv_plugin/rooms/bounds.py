"""How the bounds of performers' prices are told to whoever passes one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ppv_plugin.wording import sentence


def below_lowest(bound: str) -> str:
    return sentence(_("This is below the lowest price %(a_performer)s may set, %(bound)s."), bound=bound)


def above_highest(bound: str) -> str:
    return sentence(_("This is above the highest price %(a_performer)s may set, %(bound)s."), bound=bound)
