"""The listing pictures."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from .models import Room
from .pictures import Snapshot

FRESH_SECONDS = 5


def _of_live_room(room: uuid.UUID) -> Snapshot | None:
    shown = Snapshot.objects.filter(room__uuid=room, room__suspended=False)
    return shown.exclude(room__state=Room.State.OFFLINE).defer("jpeg").first()


def _taken_at(request: HttpRequest, room: uuid.UUID) -> datetime | None:
    found = _of_live_room(room)
    return found.taken_at if found else None


@require_safe
@condition(last_modified_func=_taken_at)
def snapshot(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """The last picture of a live room; 404 once the show is over, so that no old picture outlives it."""
    found = _of_live_room(room)
    if found is None:
        raise Http404("no picture")
    response = HttpResponse(bytes(found.jpeg), content_type="image/jpeg")
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
