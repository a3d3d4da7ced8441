"""The site's menu: the children of the home page that editors put into menus."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from wagtail.models import Site

register = template.Library()


@register.simple_tag(takes_context=True)
def site_menu(context: Context) -> list[dict[str, Any]]:
    request: HttpRequest = context["request"]
    site = Site.find_for_request(request)
    if site is None:
        return []
    pages = site.root_page.get_children().live().in_menu()
    urls = [(page.title, page.get_url(request) or "") for page in pages]
    return [{"title": title, "url": url, "here": bool(url) and request.path.startswith(url)} for title, url in urls]
