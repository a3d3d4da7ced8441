"""Where this site has put its listing, wallet and dashboard pages, whatever page types it made of the mixins."""

from __future__ import annotations

from typing import Any, Literal

from django.apps import apps
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import models
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from wagtail.models import Site

Kind = Literal["listing", "dashboard", "studio", "wallet", "registration"]


def page_types(kind: Kind) -> list[type[models.Model]]:
    """Every concrete page type of that kind: ours, the site's own, or both."""
    return [model for model in apps.get_models() if getattr(model, "ppv_kind", None) == kind]


def page_of(request: HttpRequest, kind: Kind) -> Any | None:
    """The first live page of that kind on the request's site, in the language of the request if it is translated.

    Asked of the database once per request.
    """
    found: dict[Kind, Any] = request.__dict__.setdefault("_ppv_pages", {})
    if kind not in found:
        found[kind] = _first_page(Site.find_for_request(request), kind)
    return found[kind]


def full_url(site: Site | None, kind: Kind) -> str:
    """With scheme and host, as letters need it; empty when the site has no such page."""
    page = _first_page(site, kind)
    return (page.full_url or "") if page else ""


def _first_page(site: Site | None, kind: Kind) -> Any | None:
    for model in page_types(kind) if site else ():
        if page := model.objects.in_site(site).live().order_by("path").first():  # type: ignore[attr-defined]
            return page.localized
    return None


def url_of(request: HttpRequest, kind: Kind) -> str:
    """Empty when the site has no such page."""
    page = page_of(request, kind)
    return (page.get_url(request) or "") if page else ""


def registration_url(request: HttpRequest, role: str) -> str:
    """Where people of this site register for a role; empty when there is no such page."""
    site = Site.find_for_request(request)
    for model in page_types("registration") if site else ():
        page = model.objects.in_site(site).live().filter(role=role).order_by("path").first()  # type: ignore[attr-defined]
        if page:
            return page.get_url(request) or ""
    return ""


def room_url(request: HttpRequest, slug: str) -> str:
    page = page_of(request, "listing")
    return f"{page.get_url(request)}{page.reverse_subpage('room', kwargs={'slug': slug})}" if page else ""


def back_url(request: HttpRequest, wanted: str) -> str:
    """An address of this site to go back to, or nothing: what comes with a request may point anywhere."""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def login_url(request: HttpRequest, back_to: str = "") -> str:
    """The site's own sign-in page, coming back here. Never Wagtail's admin: clients have no business there."""
    target = getattr(settings, "WAGTAIL_FRONTEND_LOGIN_URL", None) or settings.LOGIN_URL
    return f"{resolve_url(target)}?{urlencode({REDIRECT_FIELD_NAME: back_to or request.get_full_path()})}"
