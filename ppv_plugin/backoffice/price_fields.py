"""Fields of what is charged and who gets how much: to be changed with a permission of their own, seen without it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from ppv_plugin.amounts import written
from ppv_plugin.rooms.rules import CPM_FIELDS
from ppv_plugin.wording import phrase

CHANGE_PRICES = "ppv_plugin.change_prices"
UNSET = {  # what holds where there is no own value
    **dict.fromkeys(CPM_FIELDS.values(), _("The site's price")),
    "share_bp": _("The site's share"),
    "tip_share_bp": _("The site's share of tips"),
    "studio_share_bp": phrase(_("What the %(studio)s takes of all")),
}


def price_text(field: str, value: int | None) -> str:
    if value is None:
        return str(UNSET[field])
    return f"{value / 100:g} %" if field.endswith("share_bp") else written(value)


class ShownPrice(FieldPanel):  # type: ignore[misc]
    """The value alone. It stands where the form has no field, because this user may not change it."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, **{"read_only": True, **kwargs})

    def format_value_for_display(self, value: Any) -> str:
        return price_text(self.field_name, value)

    class BoundPanel(FieldPanel.BoundPanel):  # type: ignore[misc]
        def is_shown(self) -> bool:
            return bool(self.read_only and super().is_shown())


def priced(field: str, heading: Any) -> list[Any]:
    """The panels of one such field: it, or its value."""
    return [FieldPanel(field, permission=CHANGE_PRICES), ShownPrice(field, heading=heading)]
