"""Camera and microphone for the pages that need them, on sites whose `Permissions-Policy` denies them everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

HEADER = "Permissions-Policy"
NEEDED = ("camera", "microphone", "autoplay", "picture-in-picture", "fullscreen")
AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def allow_devices(response: AnyResponse) -> AnyResponse:
    """Marks a response as one that uses the devices, and says so in its header."""
    response.ppv_uses_devices = True  # type: ignore[attr-defined]
    response[HEADER] = _rewritten(response.get(HEADER, ""))
    return response


class DeviceAccessMiddleware:
    """Stands above a middleware that sets `Permissions-Policy` last, and mends the header on marked responses only."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(response, "ppv_uses_devices", False):
            response[HEADER] = _rewritten(response.get(HEADER, ""))
        return response


def _rewritten(policy: str) -> str:
    """The same policy, with what the video needs allowed for this origin."""
    parts = [part.strip() for part in policy.split(",") if part.strip()]
    kept = [part for part in parts if part.split("=")[0].strip() not in NEEDED]
    return ", ".join([*kept, *(f"{name}=(self)" for name in NEEDED)])
