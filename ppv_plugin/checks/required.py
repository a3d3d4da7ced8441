"""What must be there for pages, sockets and money to work at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import django
import wagtail
from django.apps import apps
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.checks import CheckMessage, register
from django.core.handlers.asgi import ASGIHandler
from django.db import DEFAULT_DB_ALIAS, connections
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.module_loading import import_string

from ppv_plugin.conf import conf
from ppv_plugin.metering.receipts.keys import key_ring
from ppv_plugin.metering.receipts.rules import KeyProblem

from .messages import TAG, error, warning

OLDEST = {"Django": (5, 2), "Wagtail": (7, 4)}
DATABASES = ("sqlite", "postgresql")  # the vendors for which the ledger has its triggers
MIDDLEWARE = (SessionMiddleware, AuthenticationMiddleware, MessageMiddleware)
REQUEST_PROCESSOR = "django.template.context_processors.request"
MOUNT = 'Add path("ppv/", include("ppv_plugin.urls")) to your urls, before wagtail_urls.'


@register(TAG)
def prerequisites(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Versions, apps and the database."""
    return [*_versions(), *_apps(), *_page_types(), *_database()]


def _versions() -> Iterator[CheckMessage]:
    for name, found in (("Django", django.VERSION), ("Wagtail", wagtail.VERSION)):
        if tuple(found[:2]) < OLDEST[name]:
            oldest = ".".join(map(str, OLDEST[name]))
            yield error(
                "E013",
                f"{name} {found[0]}.{found[1]} is older than {oldest}, the oldest that ppv_plugin works with.",
                f'Install it: pip install "{name.lower()}>={oldest}".',
            )


def _apps() -> Iterator[CheckMessage]:
    if not apps.is_installed("wagtail.contrib.settings"):
        yield error(
            "E001", "wagtail.contrib.settings is not installed.", 'Add "wagtail.contrib.settings" to INSTALLED_APPS.'
        )
    if not apps.is_installed("wagtail.contrib.routable_page"):
        yield warning(
            "W006",
            "wagtail.contrib.routable_page is not installed: its template tags are missing.",
            'Add "wagtail.contrib.routable_page" to INSTALLED_APPS.',
        )


def _page_types() -> Iterator[CheckMessage]:
    page_model = getattr(settings, "WAGTAIL_PAGE_MODEL", "wagtailcore.Page")
    if apps.is_installed("ppv_plugin.pages") and page_model.lower() != "wagtailcore.page":
        yield error(
            "E004",
            f"ppv_plugin.pages is installed, but this site's base page is {page_model}.",
            "Take it out of INSTALLED_APPS and make page types of the mixins in ppv_plugin.pages.mixins.",
        )


def _database() -> Iterator[CheckMessage]:
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    if vendor not in DATABASES:
        yield error(
            "E014",
            f"The default database is {vendor}: the ledger cannot be kept append-only there.",
            "Use PostgreSQL, or SQLite on a small site.",
        )


@register(TAG)
def site_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings of the site without which our pages or sockets fail."""
    return [*_asgi(), *_layer(), *_time(), *_middleware(), *_context()]


def _asgi() -> Iterator[CheckMessage]:
    if not getattr(settings, "ASGI_APPLICATION", None):
        yield error("E002", "ASGI_APPLICATION is not set.", 'Set ASGI_APPLICATION = "yoursite.asgi.application".')


def _layer() -> Iterator[CheckMessage]:
    layers = getattr(settings, "CHANNEL_LAYERS", {})
    if "default" not in layers:
        yield error(
            "E003",
            'CHANNEL_LAYERS has no "default" layer.',
            'Set CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}.',
        )
        return
    through_redis = layers["default"].get("BACKEND", "").startswith("channels_redis.")
    if through_redis and not conf.REDIS_URL:
        yield warning(
            "W010",
            "The channel layer is Redis, but REDIS_URL in PPV_PLUGIN is empty: a socket that comes back to another "
            "process misses what happened.",
            'Set "REDIS_URL" in PPV_PLUGIN to the same Redis.',
        )
    elif conf.REDIS_URL and not through_redis:
        yield warning(
            "W010",
            "REDIS_URL in PPV_PLUGIN is set, but the channel layer is not Redis, so it is not used.",
            'Set the BACKEND of CHANNEL_LAYERS["default"] to "channels_redis.pubsub.RedisPubSubChannelLayer".',
        )


def _time() -> Iterator[CheckMessage]:
    if not settings.USE_TZ:
        yield error(
            "E010", "USE_TZ is False: what is charged by the minute needs times without a gap.", "Set USE_TZ = True."
        )


def _middleware() -> Iterator[CheckMessage]:
    found = [kind for path in settings.MIDDLEWARE if (kind := _imported(path)) is not None]
    for needed in MIDDLEWARE:
        if not any(isinstance(kind, type) and issubclass(kind, needed) for kind in found):
            path = f"{needed.__module__}.{needed.__qualname__}"
            yield error("E011", f"{path} is not installed.", f'Add "{path}" to MIDDLEWARE.')


def _imported(path: str) -> Any | None:
    try:
        return import_string(path)
    except ImportError:
        return None  # Django says so itself when it starts


def _context() -> Iterator[CheckMessage]:
    engines = [one for one in settings.TEMPLATES if one["BACKEND"].endswith(".DjangoTemplates")]
    if not any(REQUEST_PROCESSOR in one.get("OPTIONS", {}).get("context_processors", ()) for one in engines):
        yield error(
            "E012",
            "Templates do not get the request.",
            f'Add "{REQUEST_PROCESSOR}" to the context_processors in TEMPLATES.',
        )


@register(TAG)
def routes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Our views have addresses, and so has the sign-in page."""
    return [*_mounted(), *_sign_in()]


def _mounted() -> Iterator[CheckMessage]:
    try:
        address = reverse("ppv:top_up")
    except NoReverseMatch:
        yield error("E007", "The routes of ppv_plugin are not mounted.", MOUNT)
        return
    if _view_of(address) == "wagtail_serve":
        yield error(
            "E009",
            "The routes of ppv_plugin stand after wagtail_urls, which take every address that is left.",
            "Move their path(...) above the one with wagtail_urls.",
        )


def _sign_in() -> Iterator[CheckMessage]:
    """An address that Wagtail serves may be a page of the site, unless nobody ever set it."""
    name = "WAGTAIL_FRONTEND_LOGIN_URL" if getattr(settings, "WAGTAIL_FRONTEND_LOGIN_URL", None) else "LOGIN_URL"
    wanted = str(getattr(settings, name))
    if "://" in wanted or wanted.startswith("//"):
        return
    try:
        address = wanted if wanted.startswith("/") else reverse(wanted)
        view = _view_of(address)
    except NoReverseMatch:
        view = ""
    if not view or (view == "wagtail_serve" and not settings.is_overridden(name)):
        yield warning(
            "W011",
            f"{name} is {wanted!r}, which is no view of this site: nobody can sign in from our pages.",
            f'Set {name} to your sign-in page; "wagtailcore_login" is the plain one that Wagtail has.',
        )


def _view_of(address: str) -> str:
    """Empty when nothing answers there."""
    try:
        match = resolve(address)
    except Resolver404:
        return ""
    return match.url_name or match.view_name or "a view"


@register(TAG, deploy=True)
def asgi_application(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    """Imports the site's `asgi.py`, so it is left to `check --deploy` and `ppv_setup`."""
    path = getattr(settings, "ASGI_APPLICATION", None)
    if not path:
        return []
    mend = "Wrap it as the how-to says: application = get_application(get_asgi_application())."
    try:
        application = import_string(path)
    except ImportError as problem:
        return [warning("W012", f"ASGI_APPLICATION {path!r} cannot be imported: {problem}.", mend)]
    if isinstance(application, ASGIHandler):
        return [warning("W012", f"{path} is Django's own application, which serves no sockets.", mend)]
    return []


@register(TAG)
def backends(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The dotted path in PPV_PLUGIN leads somewhere."""
    try:
        import_string(conf.MEDIA_ENGINE)
    except ImportError as problem:
        hint = "Correct the dotted path, or install its package."
        return [error("E006", f"PPV_PLUGIN['MEDIA_ENGINE']: {problem}.", hint)]
    return []


@register(TAG)
def receipt_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Receipts can be signed."""
    try:
        key_ring()
    except KeyProblem as problem:
        hint = "Correct the list, or make a key with `manage.py ppv_receipt_key`."
        return [error("E008", f"PPV_PLUGIN['RECEIPT_KEYS']: {problem}.", hint)]
    return []
