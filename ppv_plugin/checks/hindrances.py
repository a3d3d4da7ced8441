"""Settings of the site that get in the way of video."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register

from .messages import TAG, warning

DEVICE_ACCESS = "ppv_plugin.pages.middleware.DeviceAccessMiddleware"


@register(TAG)
def surroundings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What hinders sockets under runserver, and cameras everywhere."""
    found: list[CheckMessage] = []
    installed = list(settings.INSTALLED_APPS)
    if (
        "daphne" in installed
        and "django.contrib.staticfiles" in installed
        and installed.index("daphne") > installed.index("django.contrib.staticfiles")
    ):
        found.append(
            warning(
                "W003",
                "daphne stands after django.contrib.staticfiles: runserver will serve no sockets.",
                'Put "daphne" first in INSTALLED_APPS.',
            )
        )
    policy = getattr(settings, "PERMISSIONS_POLICY", {})
    denied = [name for name in ("camera", "microphone") if name in policy and not policy[name]]
    if denied and DEVICE_ACCESS not in settings.MIDDLEWARE:
        found.append(
            warning(
                "W004",
                f"PERMISSIONS_POLICY denies {' and '.join(denied)} on every page, the video chat's included.",
                f'Put "{DEVICE_ACCESS}" above the middleware that sets the header.',
            )
        )
    return found
