"""ppv_setup: adds what is missing, changes nothing, tells what is left."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from wagtail.models import Page, Site

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
    assert list(RoomMode.objects.values_list("key", "group_cpm", "requests_enabled")) == [
        ("free", 0, True),
        ("group-paid", 150, False),
    ]
    assert "page Live at /live/" in said
    slugs = Site.objects.get().root_page.get_children().values_list("slug", flat=True)
    assert list(slugs) == ["live", "studio", "wallet"]
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
    with pytest.raises(CommandError, match=r"no site with the hostname 'nowhere\.example'"):
        run("--site", "nowhere.example")


def test_without_page_types_it_does_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppv_setup, "page_types", lambda kind: [])
    monkeypatch.setattr(ppv_setup.apps, "is_installed", lambda name: name != "ppv_plugin.pages")
    said = run()
    assert "skipped the live page" in said
    assert 'Add "ppv_plugin.pages" to INSTALLED_APPS' in said
    assert RoomMode.objects.count() == 2


def test_the_default_groups_name_permissions_that_exist() -> None:
    for wanted in ppv_setup.GROUPS.values():
        assert len(ppv_setup._permissions(wanted)) == len(set(wanted))
