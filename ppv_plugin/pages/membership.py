"""A performer's studio, on the performer's own dashboard: what it takes, and the way out of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ppv_plugin.errors import PPVError
from ppv_plugin.people.queries import performer_of, studio_share, studios_of
from ppv_plugin.studios import services

from . import addresses


def context(*, page: Any, request: HttpRequest) -> dict[str, Any]:
    """`membership`: studio and share, or None. `studio_url`: for those who have a studio and are sent there."""
    performer = performer_of(request.user)
    left = request.GET.get("done") == "left"
    if performer is None:
        return {"studio_url": addresses.url_of(request, "studio") if studios_of(request.user) else ""}
    if performer.studio is None:
        return {"membership": None, "left_studio": left}
    return {
        "membership": {
            "studio": performer.studio,
            "since": performer.studio_since,
            "share": studio_share(performer=performer, site=page.get_site()),
        },
        "leave_refusal": getattr(request, "ppv_refusal", ""),
    }


def leave(*, page: Any, request: HttpRequest, now: datetime) -> HttpResponse | None:
    """Back to the dashboard when it was done; otherwise None, with the refusal."""
    try:
        services.leave(user=request.user, now=now)
    except PPVError as refusal:
        request.ppv_refusal = str(refusal.text)  # type: ignore[attr-defined]
        return None
    return redirect(f"{page.get_url(request)}?done=left")
