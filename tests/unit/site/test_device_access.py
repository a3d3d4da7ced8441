"""Camera and microphone on our pages, whatever the site's policy says; other pages untouched."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ppv_plugin.pages.middleware import HEADER, DeviceAccessMiddleware, allow_devices

DENIED = "camera=(), geolocation=(), microphone=()"


def answer(*, ours: bool) -> str:
    def site_policy(request: HttpRequest) -> HttpResponse:
        response = allow_devices(HttpResponse()) if ours else HttpResponse()
        response[HEADER] = DENIED  # as a middleware below does, last
        return response

    return DeviceAccessMiddleware(site_policy)(HttpRequest())[HEADER]


def test_our_pages_get_the_devices_and_keep_the_rest() -> None:
    policy = answer(ours=True)
    assert "camera=(self)" in policy
    assert "microphone=(self)" in policy
    assert "geolocation=()" in policy
    assert "camera=()" not in policy


def test_other_pages_keep_their_policy() -> None:
    assert answer(ours=False) == DENIED
