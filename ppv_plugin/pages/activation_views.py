"""The page behind the link that confirms an address. Opening it changes nothing: mail programs open links too."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ppv_plugin.conf import conf
from ppv_plugin.errors import NotFound
from ppv_plugin.people import letters, rules, services
from ppv_plugin.people.queries import ROLES

from . import addresses


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest, token: str) -> HttpResponse:
    found = letters.read_activation(token)
    row = ROLES[found[0]].objects.filter(uuid=found[1]).first() if found and found[0] in ROLES else None
    if row is not None and found is not None and request.method == "POST":
        try:
            row = services.confirm_email(role=found[0], subject=UUID(found[1]), address=found[2], now=timezone.now())
        except NotFound:
            row = None
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "row": row,
        "role": found[0] if found else "",
        "confirmed": row is not None and row.status != rules.DRAFT,
        "approved": row is not None and row.status == rules.APPROVED,
        "login_url": addresses.login_url(request, back_to=_next(request, found[0] if found else "")),
    }
    response = render(request, "ppv_plugin/pages/activate.html", context, status=200 if row is not None else 404)
    response["Referrer-Policy"] = "same-origin"  # the link is a secret; forms still need their origin
    return response


def _next(request: HttpRequest, role: str) -> str:
    kind = {"performer": "dashboard", "client": "listing"}.get(role, "listing")
    return addresses.url_of(request, kind) or "/"  # type: ignore[arg-type]
