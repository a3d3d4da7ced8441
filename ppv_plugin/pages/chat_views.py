"""What a performer decides about the own chat outside of the room: unwanted words, and whom to let in again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ppv_plugin.chat.queries import room_chat, sanctions
from ppv_plugin.errors import PPVError
from ppv_plugin.rooms.models import Room
from ppv_plugin.shows import services as shows

from . import addresses


def context(*, room: Room, now: datetime) -> dict[str, Any]:
    """For the performer's dashboard."""
    in_force, over = sanctions(room_id=room.pk, now=now)
    return {"words": room_chat(room_id=room.pk).words, "sanctions": in_force, "past_sanctions": over}


@never_cache
@require_POST
def words(request: HttpRequest, room: UUID) -> HttpResponse:
    row = get_object_or_404(Room, uuid=room)
    try:
        shows.set_words(user=request.user, room_id=row.pk, words=request.POST.get("words", ""))
    except PPVError as refusal:
        raise Http404(str(refusal.text)) from None
    return redirect(_back(request))


@never_cache
@require_POST
def lift(request: HttpRequest, sanction: int) -> HttpResponse:
    try:
        shows.lift(user=request.user, sanction_id=sanction, now=timezone.now())
    except PPVError as refusal:
        raise Http404(str(refusal.text)) from None
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    return addresses.back_url(request, request.POST.get("next", "")) or addresses.url_of(request, "dashboard") or "/"
