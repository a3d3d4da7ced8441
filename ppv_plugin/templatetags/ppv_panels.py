"""The tag that shows what the site's apps add to a page of ours."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ppv_plugin import hooks

register = template.Library()
_log = logging.getLogger(__name__)
_PLACES: dict[str, Callable[..., list[hooks.Panel]]] = {
    "dashboard": hooks.dashboard_panels,
    "wallet": hooks.wallet_panels,
    "studio": hooks.studio_panels,
}


@register.simple_tag(takes_context=True)
def ppv_panels(context: Context, place: str) -> SafeString:
    """The panels of `place` (dashboard, wallet, studio) in their order. One that fails is left out, and logged.

    None in a preview: that shows invented facts, and a panel knows the real ones only.
    """
    request = context.get("request")
    if request is None or context.get("is_preview"):
        return SafeString("")
    found = _PLACES[place](request=request, user=request.user, page=context.get("page"))
    return format_html_join("\n", "{}", ((_rendered(panel, context),) for panel in found))


def _rendered(panel: hooks.Panel, context: Context) -> SafeString:
    facts = {**context.flatten(), **panel.context, "panel": panel}
    try:
        body = render_to_string(panel.template, facts, request=context["request"])
    except Exception:
        _log.exception("the panel %r failed and is left out", panel.key)
        return SafeString("")
    return render_to_string("ppv_plugin/elements/panel.html", {"panel": panel, "body": body})
