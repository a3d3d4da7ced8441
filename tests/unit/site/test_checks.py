"""Every check speaks when its prerequisite is missing, names the mend, and is silent otherwise."""

from __future__ import annotations

from typing import Any

import django
import pytest
import wagtail
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import checks as django_checks
from django.core.asgi import get_asgi_application
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings
from django.urls import clear_url_caches, include, path
from wagtail import urls as wagtail_urls

from ppv_plugin import checks
from ppv_plugin.checks import required

DAPHNE_LAST = ["django.contrib.staticfiles", "daphne"]
PAGES = "ppv_plugin.pages"
REDIS_LAYER = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}}
MEMORY_LAYER = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


class WagtailFirst:
    """A urlconf in which Wagtail takes every address before us."""

    urlpatterns = [path("", include(wagtail_urls)), path("ppv/", include("ppv_plugin.urls"))]


CASES: dict[str, dict[str, Any]] = {
    "E002": {"ASGI_APPLICATION": None},
    "E003": {"CHANNEL_LAYERS": {}},
    "E004": {"WAGTAIL_PAGE_MODEL": "mysite.BasePage"},
    "E006": {"PPV_PLUGIN": {"MEDIA_ENGINE": "nowhere.Engine"}},
    "E007": {"ROOT_URLCONF": "wagtail.urls"},
    "E008": {"PPV_PLUGIN": {"RECEIPT_KEYS": [{"id": "a", "private": "too short"}]}},
    "E009": {"ROOT_URLCONF": WagtailFirst},
    "E010": {"USE_TZ": False},
    "E011": {"MIDDLEWARE": MIDDLEWARE[1:]},
    "E012": {"TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {}}]},
    "E016": {"MEDIA_ROOT": "/srv/media", "PPV_PLUGIN": {"RECORDINGS_ROOT": "/srv/media/recordings"}},
    "E017": {"PPV_PLUGIN": {"RECORDINGS_STORAGE": "default"}},
    "W001": {"CHANNEL_LAYERS": MEMORY_LAYER},
    "W002": {"ALLOWED_HOSTS": ["*"]},
    "W003": {"INSTALLED_APPS": DAPHNE_LAST},
    "W004": {"PERMISSIONS_POLICY": {"camera": [], "microphone": []}},
    "W005": {"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}},
    "W007": {"DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60}}},
    "W008": {"PPV_PLUGIN": {"TURN_URLS": []}},
    "W009": {"PPV_PLUGIN": {"RECEIPT_KEYS": []}},
    "W010": {"PPV_PLUGIN": {"REDIS_URL": ""}},
    "W011": {"LOGIN_URL": "nowhere"},
    "W012": {"ASGI_APPLICATION": "django.core.asgi.ASGIHandler.no_such_name"},
}
CALM: dict[str, Any] = {
    "ALLOWED_HOSTS": ["site.example"],
    "CHANNEL_LAYERS": REDIS_LAYER,
    "PPV_PLUGIN": {
        "REDIS_URL": "redis://redis.example",
        "TURN_URLS": ["turn:turn.example"],
        "MEDIA_ENGINE": "ppv_plugin.media.fake.FakeEngine",
        "RECEIPT_KEYS": [{"id": "a", "private": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],
    },
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0}},
    "INSTALLED_APPS": ["daphne", "django.contrib.staticfiles"],
    "ASGI_APPLICATION": "demo_site.asgi.application",
    "WAGTAIL_PAGE_MODEL": "wagtailcore.Page",
    "LOGIN_URL": "/login/",
}
EVERY = (
    checks.prerequisites,
    checks.site_settings,
    checks.routes,
    checks.asgi_application,
    checks.backends,
    checks.receipt_keys,
    checks.private_files,
    checks.surroundings,
    checks.production,
)


class OwnSessions(SessionMiddleware):
    """What a site may put in the place of Django's own."""


plain = get_asgi_application()


def found(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> list[django_checks.CheckMessage]:
    """What the checks say with these settings. INSTALLED_APPS and DATABASES are read, never loaded."""
    installed = {"wagtail.contrib.settings", "wagtail.contrib.routable_page", PAGES} - set(changes.pop("missing", ()))
    monkeypatch.setattr(required.apps, "is_installed", lambda name: name in installed)
    values = {**CALM, **changes}
    read_only = {name: values.pop(name) for name in ("INSTALLED_APPS", "DATABASES")}
    with override_settings(**values), monkeypatch.context() as patch:
        for name, value in read_only.items():
            patch.setattr(required.settings, name, value)
        clear_url_caches()
        answer = [message for check in EVERY for message in check(None)]
    clear_url_caches()
    return answer


def test_a_site_that_has_everything_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == []


@pytest.mark.parametrize("number", CASES)
def test_a_missing_prerequisite_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    messages = found(monkeypatch, **CASES[number])
    assert [message.id for message in messages if message.id == f"ppv_plugin.{number}"]
    assert all(message.hint for message in messages)


@pytest.mark.parametrize(
    ("number", "app"), [("E001", "wagtail.contrib.settings"), ("W006", "wagtail.contrib.routable_page")]
)
def test_a_missing_app_is_named(monkeypatch: pytest.MonkeyPatch, number: str, app: str) -> None:
    messages = found(monkeypatch, missing=[app])
    assert [message.id for message in messages] == [f"ppv_plugin.{number}"]
    assert app in messages[0].msg


@pytest.mark.parametrize(("library", "version"), [(django, (5, 1, 9)), (wagtail, (7, 3, 0))])
def test_a_version_that_is_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, library: Any, version: tuple[int, ...]
) -> None:
    monkeypatch.setattr(library, "VERSION", version)
    (message,) = found(monkeypatch)
    assert message.id == "ppv_plugin.E013"
    assert ".".join(map(str, version[:2])) in message.msg


def test_a_database_without_our_triggers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connections[DEFAULT_DB_ALIAS]), "vendor", "mysql")
    (message,) = found(monkeypatch)
    assert message.id == "ppv_plugin.E014"
    assert "mysql" in message.msg


@pytest.mark.parametrize(
    "changes",
    [
        {"STATIC_ROOT": "/srv/static", "PPV_PLUGIN": {"RECORDINGS_ROOT": "/srv/static"}},
        {"MEDIA_ROOT": "/srv/site/media", "PPV_PLUGIN": {"RECORDINGS_ROOT": "/srv/site"}},
        {"BASE_DIR": "/srv/site", "MEDIA_ROOT": "/srv/site", "PPV_PLUGIN": {}},
        {"PPV_PLUGIN": {"RECORDINGS_STORAGE": "nowhere"}},
        {
            "PPV_PLUGIN": {"RECORDINGS_STORAGE": "far"},
            "MEDIA_ROOT": "/srv/media",
            "STORAGES": {"far": {"BACKEND": "x", "OPTIONS": {"location": "/srv/media/far"}}},
        },
    ],
)
def test_recordings_lie_in_no_public_place(changes: dict[str, Any]) -> None:
    with override_settings(**changes):
        (message,) = checks.private_files(None)
    assert message.id in ("ppv_plugin.E016", "ppv_plugin.E017")


def test_every_check_is_tried_here() -> None:
    assert set(checks.IDS) == {*CASES, "E001", "E013", "E014", "E015", "W006", "W013", "W014"}


def test_our_middleware_answers_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = "ppv_plugin.pages.middleware.DeviceAccessMiddleware"
    assert found(monkeypatch, PERMISSIONS_POLICY={"camera": []}, MIDDLEWARE=[ours, *MIDDLEWARE]) == []


def test_a_middleware_of_the_sites_own_kind_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [f"{__name__}.OwnSessions", *MIDDLEWARE[1:]]
    assert found(monkeypatch, MIDDLEWARE=own) == []


def test_redis_for_us_needs_redis_for_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [message.msg for message in found(monkeypatch, CHANNEL_LAYERS=MEMORY_LAYER)]
    assert any("REDIS_URL in PPV_PLUGIN is set, but" in text for text in messages)


@pytest.mark.parametrize("address", ["/login/", "login", "wagtailcore_login", "https://id.example/"])
def test_a_sign_in_page_is_a_view_or_elsewhere(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert found(monkeypatch, LOGIN_URL=address) == []


def test_an_address_that_an_editor_may_have_given_a_page_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, LOGIN_URL="/members/sign-in/") == []


def test_the_wagtail_front_end_login_is_the_one_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = found(monkeypatch, WAGTAIL_FRONTEND_LOGIN_URL="gone")
    assert message.msg.startswith("WAGTAIL_FRONTEND_LOGIN_URL is 'gone'")


def test_an_application_without_sockets_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = found(monkeypatch, ASGI_APPLICATION=f"{__name__}.plain")
    assert message.id == "ppv_plugin.W012"
    assert "serves no sockets" in message.msg


def test_those_for_production_run_there_only() -> None:
    registered = django_checks.registry.registry
    late = {checks.production, checks.asgi_application}
    assert late <= set(registered.deployment_checks)
    assert set(EVERY) - late <= set(registered.registered_checks)
