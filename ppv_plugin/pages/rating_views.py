"""Where a client gives a room stars after a show: a plain form on the receipt, which works without JavaScript."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ppv_plugin.errors import NotFound, PPVError
from ppv_plugin.shows.services import rate_room

from . import addresses

SAID = ("saved", "bad_input", "refused")  # what the receipt says when one comes back to it


@never_cache
@require_POST
def rate(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """Back to the receipt, which says what became of it."""
    back = reverse("ppv:receipt", args=[session])
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request, back_to=back))
    text = request.POST.get("stars", "")
    try:
        stars = int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0
        rate_room(user=request.user, session_id=session, stars=stars, now=timezone.now())
    except NotFound:
        raise Http404("no such session") from None
    except PPVError as refusal:
        said = refusal.code if refusal.code in SAID else "refused"
        return redirect(f"{back}?rating={said}#rating")
    return redirect(f"{back}?rating=saved#rating")
