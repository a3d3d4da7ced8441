"""A performer's recordings: the list, the file itself, and deleting one. For anybody else they do not exist."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.encoding import iri_to_uri
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe
from wagtail.log_actions import log

from ppv_plugin.conf import conf
from ppv_plugin.errors import NotFound
from ppv_plugin.people.queries import performer_of
from ppv_plugin.recordings import queries, services
from ppv_plugin.recordings.log import DELETE
from ppv_plugin.recordings.models import Recording
from ppv_plugin.recordings.store import lies_with_the_relay, store

from . import addresses
from .ranges import ranged

ROWS = 20
CONTENT_TYPE = "video/webm"


@dataclass(frozen=True, slots=True)
class Line:
    row: Recording
    url: str

    @property
    def playable(self) -> bool:
        return self.row.state == Recording.State.READY


def lines(rows: Any) -> list[Line]:
    return [Line(row, reverse("ppv:recording_file", args=[row.pk])) for row in rows]


@never_cache
@require_safe
def recordings_page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request))
    performer = performer_of(request.user)
    if performer is None:
        raise Http404("no performer")
    page = Paginator(queries.own(performer=performer), ROWS).get_page(request.GET.get("page"))
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "lines": lines(page),
        "page_of": page,
        "deleted": "deleted" in request.GET,
        "dashboard_url": addresses.url_of(request, "dashboard"),
    }
    return render(request, "ppv_plugin/pages/recordings.html", context)


@require_safe
def recording_file(request: HttpRequest, recording: uuid.UUID) -> HttpResponseBase:
    """To play, in ranges; with `?download` to keep."""
    row = queries.openable(user=request.user, recording_id=recording)
    if row is None:
        raise Http404("no recording")
    response = _through_nginx(row) if conf.RECORDINGS_ACCEL_URL and lies_with_the_relay() else _sent(request, row)
    name = f"{row.room.slug}-{timezone.localtime(row.started_at):%Y-%m-%d-%H%M}-{row.part}.webm"
    disposition = content_disposition_header("download" in request.GET, name)
    if disposition:
        response["Content-Disposition"] = disposition
    patch_cache_control(response, private=True, no_store=True)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _through_nginx(row: Recording) -> HttpResponse:
    """The path is the row's own; nothing of the request is in it."""
    response = HttpResponse(content_type=CONTENT_TYPE)
    response["X-Accel-Redirect"] = iri_to_uri(f"{conf.RECORDINGS_ACCEL_URL.rstrip('/')}/{row.file}")
    return response


def _sent(request: HttpRequest, row: Recording) -> HttpResponseBase:
    try:
        file = store().open(row.file)
    except OSError as error:
        raise Http404("no file") from error
    return ranged(request, file, size=file.size, content_type=CONTENT_TYPE)  # type: ignore[arg-type]


@csrf_protect
@require_POST
def delete_recording(request: HttpRequest, recording: uuid.UUID) -> HttpResponse:
    """The owner's own: staff delete in the admin."""
    row = queries.openable(user=request.user, recording_id=recording)
    if row is None or row.performer.user_id != request.user.pk:
        raise Http404("no recording")
    try:
        services.delete(recording=row, now=timezone.now())
    except NotFound as error:
        raise Http404("no recording") from error
    log(instance=row, action=DELETE, user=request.user, data={"by": "owner"})
    return redirect(f"{reverse('ppv:recordings')}?deleted")
