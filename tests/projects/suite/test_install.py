"""The package comes in by the documented steps, and nothing of the site changes."""

from __future__ import annotations

from io import StringIO

import photographs
import pytest
from conftest import Installed
from django.apps import apps
from django.core.management import call_command
from django.utils import translation
from wagtail.models import Site

from ppv_plugin.pages.addresses import page_types
from ppv_plugin.rooms.models import RoomMode


def test_the_checks_find_nothing() -> None:
    said = StringIO()
    call_command("check", stdout=said, stderr=said)
    assert "no issues" in said.getvalue()


def test_no_model_waits_for_a_migration() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_setup_refuses_a_database_that_is_not_migrated(installed: Installed) -> None:
    assert "manage.py migrate" in installed.unmigrated


def test_a_dry_run_tells_everything_and_keeps_nothing(installed: Installed) -> None:
    assert not installed.dry_changed
    for site in Site.objects.all():
        assert "added" in installed.dry[site.hostname]


def test_a_second_run_changes_nothing(installed: Installed) -> None:
    assert not installed.second_changed
    assert not any("added" in said for said in installed.second.values())


def test_every_site_has_its_pages_and_all_share_the_modes(installed: Installed) -> None:
    for site in Site.objects.all():
        for kind in ("listing", "dashboard", "wallet"):
            assert page_types(kind)[0].objects.in_site(site).count() == 1, (site, kind)
    assert "room mode Free" in next(iter(installed.first.values()))
    assert RoomMode.objects.filter(key="free").count() == 1


def test_every_page_of_the_site_is_what_it_was_to_the_byte() -> None:
    with translation.override(None):
        assert photographs.take() == photographs.kept()


@pytest.mark.parametrize("name", ["ppv_plugin", "ppv_plugin_pages"])
def test_the_site_keeps_its_own_key_types(name: str) -> None:
    for model in apps.get_models():
        if model._meta.app_label == name and model._meta.pk.name == "id":
            assert type(model._meta.pk).__name__ in {"BigAutoField", "UUIDField"}, model
