"""Every check speaks when its prerequisite is missing, names the mend, and is silent otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import checks as django_checks
from django.test import override_settings
from django.urls import clear_url_caches

from ppv_plugin import checks

DAPHNE_LAST = ["django.contrib.staticfiles", "daphne"]
PAGES = "ppv_plugin.pages"

CASES: dict[str, dict[str, Any]] = {
    "E002": {"ASGI_APPLICATION": None},
    "E003": {"CHANNEL_LAYERS": {}},
    "E004": {"WAGTAIL_PAGE_MODEL": "mysite.BasePage"},
    "E006": {"PPV_PLUGIN": {"MEDIA_ENGINE": "nowhere.Engine"}},
    "E007": {"ROOT_URLCONF": "wagtail.urls"},
    "E008": {"PPV_PLUGIN": {"RECEIPT_KEYS": [{"id": "a", "private": "too short"}]}},
    "W001": {"CHANNEL_LAYERS": {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}},
    "W002": {"ALLOWED_HOSTS": ["*"]},
    "W003": {"INSTALLED_APPS": DAPHNE_LAST},
    "W004": {"PERMISSIONS_POLICY": {"camera": [], "microphone": []}},
    "W005": {"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}},
    "W007": {"DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60}}},
    "W008": {"PPV_PLUGIN": {"TURN_URLS": []}},
    "W009": {"PPV_PLUGIN": {"RECEIPT_KEYS": []}},
}
CALM: dict[str, Any] = {
    "ALLOWED_HOSTS": ["site.example"],
    "CHANNEL_LAYERS": {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}},
    "PPV_PLUGIN": {
        "TURN_URLS": ["turn:turn.example"],
        "MEDIA_ENGINE": "ppv_plugin.media.fake.FakeEngine",
        "RECEIPT_KEYS": [{"id": "a", "private": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],
    },
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0}},
    "INSTALLED_APPS": ["daphne", "django.contrib.staticfiles"],
    "ASGI_APPLICATION": "site.asgi.application",
    "WAGTAIL_PAGE_MODEL": "wagtailcore.Page",
}


def found(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> list[django_checks.CheckMessage]:
    """What the checks say with these settings. INSTALLED_APPS and DATABASES are read, never loaded."""
    installed = {"wagtail.contrib.settings", "wagtail.contrib.routable_page", PAGES} - set(changes.pop("missing", ()))
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name in installed)
    values = {**CALM, **changes}
    read_only = {name: values.pop(name) for name in ("INSTALLED_APPS", "DATABASES")}
    with override_settings(**values), monkeypatch.context() as patch:
        for name, value in read_only.items():
            patch.setattr(checks.settings, name, value)
        clear_url_caches()
        every = [checks.prerequisites, checks.backends, checks.receipt_keys, checks.surroundings, checks.production]
        answer = [message for check in every for message in check(None)]
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


def test_every_check_is_tried_here() -> None:
    assert set(checks.IDS) == {*CASES, "E001", "W006"}


def test_our_middleware_answers_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = "ppv_plugin.pages.middleware.DeviceAccessMiddleware"
    assert found(monkeypatch, PERMISSIONS_POLICY={"camera": []}, MIDDLEWARE=[ours]) == []


def test_those_for_production_run_there_only() -> None:
    registered = django_checks.registry.registry
    assert checks.production in registered.deployment_checks
    assert {checks.prerequisites, checks.backends, checks.receipt_keys, checks.surroundings} <= set(
        registered.registered_checks
    )
