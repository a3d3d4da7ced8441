"""System checks: every missing prerequisite as one line with its mend. `docs/reference/checks.md` lists them.

None of them opens the database. Those that only matter in production run with `check --deploy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from ppv_plugin.conf import conf
from ppv_plugin.metering.receipts.keys import key_ring
from ppv_plugin.metering.receipts.rules import KeyProblem

TAG = "ppv_plugin"
IDS = (
    "E001",
    "E002",
    "E003",
    "E004",
    "E006",
    "E007",
    "E008",
    "W001",
    "W002",
    "W003",
    "W004",
    "W005",
    "W006",
    "W007",
    "W008",
    "W009",
)


def _error(number: str, text: str, mend: str) -> Error:
    return Error(text, hint=mend, id=f"ppv_plugin.{number}")


def _warning(number: str, text: str, mend: str) -> Warning:
    return Warning(text, hint=mend, id=f"ppv_plugin.{number}")


@register(TAG)
def prerequisites(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Apps and settings without which pages or sockets do not work."""
    found: list[CheckMessage] = []
    if not apps.is_installed("wagtail.contrib.settings"):
        found.append(
            _error(
                "E001",
                "wagtail.contrib.settings is not installed.",
                'Add "wagtail.contrib.settings" to INSTALLED_APPS.',
            )
        )
    if not getattr(settings, "ASGI_APPLICATION", None):
        found.append(
            _error("E002", "ASGI_APPLICATION is not set.", 'Set ASGI_APPLICATION = "yoursite.asgi.application".')
        )
    if "default" not in getattr(settings, "CHANNEL_LAYERS", {}):
        found.append(
            _error(
                "E003",
                'CHANNEL_LAYERS has no "default" layer.',
                'Set CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}.',
            )
        )
    if not apps.is_installed("wagtail.contrib.routable_page"):
        found.append(
            _warning(
                "W006",
                "wagtail.contrib.routable_page is not installed: its template tags are missing.",
                'Add "wagtail.contrib.routable_page" to INSTALLED_APPS.',
            )
        )
    return [*found, *_page_types(), *_routes()]


def _page_types() -> Iterable[CheckMessage]:
    page_model = getattr(settings, "WAGTAIL_PAGE_MODEL", "wagtailcore.Page")
    if apps.is_installed("ppv_plugin.pages") and page_model.lower() != "wagtailcore.page":
        yield _error(
            "E004",
            f"ppv_plugin.pages is installed, but this site's base page is {page_model}.",
            "Take it out of INSTALLED_APPS and make page types of the mixins in ppv_plugin.pages.mixins.",
        )


def _routes() -> Iterable[CheckMessage]:
    try:
        reverse("ppv:top_up")
    except NoReverseMatch:
        yield _error(
            "E007",
            "The routes of ppv_plugin are not mounted.",
            'Add path("ppv/", include("ppv_plugin.urls")) to your urls, before wagtail_urls.',
        )


@register(TAG)
def backends(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The dotted path in PPV_PLUGIN leads somewhere."""
    try:
        import_string(conf.MEDIA_ENGINE)
    except ImportError as error:
        hint = "Correct the dotted path, or install its package."
        return [_error("E006", f"PPV_PLUGIN['MEDIA_ENGINE']: {error}.", hint)]
    return []


@register(TAG)
def receipt_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Receipts can be signed."""
    try:
        key_ring()
    except KeyProblem as error:
        hint = "Correct the list, or make a key with `manage.py ppv_receipt_key`."
        return [_error("E008", f"PPV_PLUGIN['RECEIPT_KEYS']: {error}.", hint)]
    return []


@register(TAG)
def surroundings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings of the site that get in the way of video."""
    found: list[CheckMessage] = []
    installed = list(settings.INSTALLED_APPS)
    if (
        "daphne" in installed
        and "django.contrib.staticfiles" in installed
        and installed.index("daphne") > installed.index("django.contrib.staticfiles")
    ):
        found.append(
            _warning(
                "W003",
                "daphne stands after django.contrib.staticfiles: runserver will serve no sockets.",
                'Put "daphne" first in INSTALLED_APPS.',
            )
        )
    policy = getattr(settings, "PERMISSIONS_POLICY", {})
    denied = [name for name in ("camera", "microphone") if name in policy and not policy[name]]
    ours = "ppv_plugin.pages.middleware.DeviceAccessMiddleware"
    if denied and ours not in settings.MIDDLEWARE:
        found.append(
            _warning(
                "W004",
                f"PERMISSIONS_POLICY denies {' and '.join(denied)} on every page, the video chat's included.",
                f'Put "{ours}" above the middleware that sets the header.',
            )
        )
    return found


@register(TAG, deploy=True)
def production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What serves one developer and not a site with visitors."""
    found: list[CheckMessage] = []
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("default", {}).get("BACKEND", "")
    if layer == "channels.layers.InMemoryChannelLayer":
        found.append(
            _warning(
                "W001",
                "The in-memory channel layer serves one process: people on different ones do not see each other.",
                "Use channels_redis.pubsub.RedisPubSubChannelLayer, and set REDIS_URL in PPV_PLUGIN.",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(_warning("W002", 'ALLOWED_HOSTS contains "*".', "List the hosts of the site: sockets trust them."))
    for alias, database in settings.DATABASES.items():
        if database["ENGINE"].endswith("sqlite3"):
            found.append(
                _warning(
                    "W005", f"The database {alias!r} is SQLite, which has one writer.", "Use PostgreSQL for billing."
                )
            )
        if database.get("CONN_MAX_AGE", 0) != 0:
            found.append(
                _warning(
                    "W007",
                    f"CONN_MAX_AGE of the database {alias!r} is not 0: under ASGI, connections pile up.",
                    "Set CONN_MAX_AGE = 0, and let a pool keep connections open.",
                )
            )
    if not conf.TURN_URLS:
        found.append(
            _warning(
                "W008",
                "There is no TURN server: people behind strict networks will see no picture.",
                "Set TURN_URLS and TURN_SECRET in PPV_PLUGIN.",
            )
        )
    if not conf.RECEIPT_KEYS:
        found.append(
            _warning(
                "W009",
                "Receipts are signed with a key derived from SECRET_KEY: when that changes, none verifies any more.",
                "Make a key with `manage.py ppv_receipt_key` and set RECEIPT_KEYS in PPV_PLUGIN.",
            )
        )
    return found
