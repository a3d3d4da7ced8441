"""ppv_setup: adds what is missing, changes nothing, tells what is left."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from wagtail.models import Page, Site

from ppv_plugin.management import readiness
from ppv_plugin.management.commands import ppv_setup
from ppv_plugin.models import RoomMode
from ppv_plugin.pages.models import LiveListingPage, WalletPage

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("ppv_setup", *arguments, stdout=said)
    return said.getvalue()


def everything() -> list[Any]:
    return [
        list(Page.objects.order_by("pk").values_list("pk", "title", "url_path", "latest_revision")),
        list(RoomMode.objects.order_by("pk").values()),
        [(group.name, sorted(group.permissions.values_list("codename"))) for group in Group.objects.order_by("pk")],
    ]


def test_a_fresh_site_gets_modes_groups_and_pages() -> None:
    said = run()
    terms = ("key", "group_cpm", "requests_enabled", "voyeur_cpm", "two_way_slots", "two_way_cpm")
    assert list(RoomMode.objects.values_list(*terms)) == [
        ("free", 0, True, 25, 2, 50),
        ("conference", 0, True, 0, 6, 0),
        ("group-paid", 150, False, 175, 2, 200),
        ("audio-only", 0, True, 0, 0, 0),
        ("text-only", 0, True, 0, 0, 0),
        ("calls", 0, True, 0, 0, 0),
        ("locked-calls", 0, False, 0, 0, 0),
    ]
    for mode in RoomMode.objects.all():
        mode.full_clean()
    assert "page Live at /live/" in said
    slugs = Site.objects.get().root_page.get_children().values_list("slug", flat=True)
    assert list(slugs) == ["live", "studio", "team", "wallet", "register", "register-to-go-live"]
    assert Group.objects.get(name="Video chat finance").permissions.filter(codename="view_entry").exists()
    assert "Make a performer" in said


def test_a_second_run_changes_nothing() -> None:
    run()
    before = everything()
    said = run()
    assert everything() == before
    assert "added" not in said


def test_a_dry_run_keeps_nothing_and_says_the_same() -> None:
    before = everything()
    said = run("--dry-run")
    assert everything() == before
    assert "added   room mode Free" in said
    assert "nothing is kept" in said


def test_what_an_editor_changed_stays() -> None:
    run()
    RoomMode.objects.filter(key="free").update(name="Open house")
    LiveListingPage.objects.get().delete()
    Group.objects.get(name="Video chat support").permissions.clear()
    wallet = WalletPage.objects.get()
    wallet.title, wallet.slug = "Purse", "purse"
    wallet.save()
    run()
    assert RoomMode.objects.get(key="free").name == "Open house"
    assert LiveListingPage.objects.count() == 1
    assert WalletPage.objects.get().slug == "purse"
    assert not Group.objects.get(name="Video chat support").permissions.exists()


def test_a_slug_that_is_taken_is_left_to_its_page() -> None:
    home = Site.objects.get().root_page
    home.add_child(instance=Page(title="Concerts", slug="live"))
    assert "page Live at /live-2/" in run()


def test_a_site_is_chosen_by_its_hostname() -> None:
    other = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=other)
    run("--site", "other.example")
    assert LiveListingPage.objects.get().get_parent() == other


def test_a_hostname_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(CommandError, match=r"no site with the hostname 'nowhere\.example'.*localhost"):
        run("--site", "nowhere.example")


def test_a_hostname_on_two_ports_needs_the_port() -> None:
    other = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="localhost", port=8000, root_page=other)
    with pytest.raises(CommandError, match="--site localhost:PORT"):
        run("--site", "localhost")
    run("--site", "localhost:8000")
    assert LiveListingPage.objects.get().get_parent() == other


def test_without_a_default_site_it_says_what_to_do() -> None:
    Site.objects.update(is_default_site=False)
    with pytest.raises(CommandError, match=r"There is no default site.*name another with --site"):
        run()


def test_without_a_locale_for_the_language_it_says_so(settings: Any) -> None:
    settings.LANGUAGE_CODE = "fr"
    with pytest.raises(CommandError, match="no locale for LANGUAGE_CODE 'fr'"):
        run()


def test_an_unmigrated_database_is_told_before_anything_is_touched() -> None:
    MigrationRecorder.Migration.objects.filter(app="ppv_plugin_pages").delete()
    with pytest.raises(CommandError, match=r"lacks \d migrations \(ppv_plugin_pages\.0001_initial.*manage\.py migrate"):
        run()
    assert not RoomMode.objects.exists()


def test_a_home_page_that_takes_no_such_pages_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WalletPage, "can_create_at", classmethod(lambda cls, parent: False))
    said = run()
    assert "skipped the wallet page" in said
    assert "subpage_types" in said
    assert LiveListingPage.objects.exists()
    assert not WalletPage.objects.exists()


def test_menus_of_the_site_stay_as_they_are() -> None:
    said = run()
    assert not Site.objects.get().root_page.get_children().in_menu().exists()
    assert "Link to Live, Studio, Register, Go live here, Team, Wallet in your menu" in said
    Page.objects.filter(depth=3).update(show_in_menus=True)
    assert "in your menu" not in run()


def test_other_sites_are_named_with_the_command_for_them() -> None:
    other = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=other)
    assert "ppv_setup --site other.example" in run()
    assert "localhost" not in run("--site", "other.example").split("Left to do")[1]


def test_a_home_page_that_is_no_public_one_is_told() -> None:
    Page.objects.filter(depth=2).update(live=False)
    assert "Publish the home page" in run()


def test_the_steps_are_counted() -> None:
    said = run()
    assert [line[:6] for line in said.splitlines() if " of " in line[:6]] == [
        f"{number} of 5" for number in range(1, 6)
    ]


def test_checks_for_production_are_told_in_production_only(settings: Any) -> None:
    settings.DEBUG = True
    assert "W008" not in run()
    settings.DEBUG = False
    assert "ppv_plugin.W008: There is no TURN server" in run()


def test_what_is_silenced_is_not_told(settings: Any) -> None:
    settings.SILENCED_SYSTEM_CHECKS = ["ppv_plugin.W008"]
    assert "W008" not in run()


def test_an_application_without_sockets_is_told_everywhere(settings: Any) -> None:
    settings.DEBUG = True
    settings.ASGI_APPLICATION = "nowhere.application"
    assert "ppv_plugin.W012" in run()


def test_without_page_types_it_does_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ppv_setup, readiness):
        monkeypatch.setattr(module, "page_types", lambda kind: [])
    said = run()
    assert "skipped the live page" in said
    assert 'Add "ppv_plugin.pages" to INSTALLED_APPS' in said
    assert RoomMode.objects.count() == len(ppv_setup.MODES)


def test_the_default_groups_name_permissions_that_exist() -> None:
    for wanted in ppv_setup.GROUPS.values():
        assert len(ppv_setup._permissions(wanted)) == len(set(wanted))
