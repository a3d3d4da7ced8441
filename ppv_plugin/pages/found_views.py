"""Where a performer says how its room is found in the listing: a plain form of the dashboard."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ppv_plugin.errors import NotAllowed
from ppv_plugin.rooms.forms import FoundForm
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.services import file_room

from . import addresses


@never_cache
@require_POST
def save(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """Back to the dashboard. For anybody else's room this does not exist."""
    back = addresses.url_of(request, "dashboard")
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request, back_to=back or "/"))
    row = Room.objects.filter(uuid=room).select_related("performer").first()
    if row is None:
        raise Http404("no such room")
    form = FoundForm(request.POST, room=row)
    if not form.is_valid():  # its choices cannot be missed by hand
        return HttpResponseBadRequest("not a choice")
    try:
        file_room(
            user=request.user,
            room=row,
            category=form.cleaned_data.get("category"),
            languages=form.cleaned_data["languages"],
        )
    except NotAllowed:
        raise Http404("no such room") from None
    return redirect(f"{back}?room={row.slug}&saved=found#found")
