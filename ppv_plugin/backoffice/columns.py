"""Columns of the admin lists."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.ui.tables import Column, TitleColumn

from ppv_plugin.amounts import written

WHOLE = "ppv-title"  # class of cells whose words are not broken on a small screen


class TokensColumn(Column):
    """Hundredths of a token, shown as tokens."""

    cell_template_name = "ppv_plugin/backoffice/amount_cell.html"

    def get_value(self, instance: Any) -> str:
        amount = super().get_value(instance)
        return "" if amount is None else written(amount)


class ShareColumn(Column):
    """Basis points, shown as a percentage."""

    def get_value(self, instance: Any) -> str:
        share_bp = super().get_value(instance)
        return "" if share_bp is None else f"{share_bp / 100:g} %"


def clock(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


class ClockColumn(Column):
    """Milliseconds, shown as minutes and seconds."""

    def get_value(self, instance: Any) -> str:
        return clock(super().get_value(instance) or 0)


class ReceiptColumn(TitleColumn):
    """Links to the receipt that both sides see."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        kwargs.setdefault("classname", WHOLE)
        super().__init__(name, get_url=lambda row: reverse("ppv:receipt", args=[row.pk]), **kwargs)
