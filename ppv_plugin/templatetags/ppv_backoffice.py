"""Template filters of the package's pages in Wagtail's admin."""

from __future__ import annotations

from django import template

from ppv_plugin.amounts import written

register = template.Library()


@register.filter
def as_tokens(hundredths: int) -> str:
    return written(hundredths)
