"""The menu and what it leads to: each group sees its part, being staff shows nothing, sites may add items."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from wagtail import VERSION, hooks
from wagtail.admin.menu import MenuItem

from ppv_plugin.backoffice.menu import VideoChatGroup
from ppv_plugin.models import Room
from ppv_plugin.testing.cast import Cast

from .staff import EDITORS, FINANCE, MODERATORS, SUPPORT, member, signed_in
from .test_lists import LISTS, MAY_SEE

REPORTS = [f"/admin/ppv/takings/{way}/" for way in ("day", "performer", "studio", "mode")]
QUICK_EDITS = [f"/admin/bulk/ppv_plugin/{model}/ppv_quick_edit/" for model in ("room", "performer")]
PANELS = {
    EDITORS: {"ppv-live"},
    MODERATORS: {"ppv-live"},
    FINANCE: {"ppv-alerts", "ppv-revenue", "ppv-liability"},
    SUPPORT: {"ppv-live"},
}


@pytest.mark.parametrize("group", MAY_SEE)
def test_the_menu_leads_each_group_to_its_own_lists(worked: Cast, group: str) -> None:
    page = member(group).get("/admin/account/").content.decode()  # has the menu, and none of our panels
    assert {name for name, url in LISTS.items() if url in page} == MAY_SEE[group]


@pytest.mark.parametrize("group", MAY_SEE)
def test_reports_are_for_finance(worked: Cast, group: str) -> None:
    client = member(group)
    wanted = 200 if group == FINANCE else 302
    assert {client.get(url).status_code for url in REPORTS} == {wanted}
    assert (REPORTS[0] in client.get("/admin/account/").content.decode()) is (group == FINANCE)


@pytest.mark.parametrize("group", MAY_SEE)
def test_quick_edits_are_for_editors_and_moderators(worked: Cast, group: str) -> None:
    client = member(group)
    wanted = 200 if group in (EDITORS, MODERATORS) else 302
    answers = {client.get(url, {"id": row.pk}).status_code for url, row in zip(QUICK_EDITS, rows(worked), strict=True)}
    assert answers == {wanted}


def rows(cast: Cast) -> tuple[Room, object]:
    return cast.ana_room, cast.ana.ppv_performer


@pytest.mark.parametrize("group", PANELS)
def test_the_first_page_has_each_groups_own_panels(worked: Cast, group: str) -> None:
    page = member(group).get("/admin/").content.decode()
    seen = {
        name for name in ("ppv-alerts", "ppv-live", "ppv-revenue", "ppv-liability") if f'id="{name}-section"' in page
    }
    assert PANELS[group] <= seen
    assert seen - PANELS[group] <= {"ppv-alerts"}


def test_being_staff_alone_shows_nothing(worked: Cast) -> None:
    user = get_user_model().objects.create_user("clerk", password="x")
    user.is_staff = True
    user.save()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = signed_in(user)
    page = client.get("/admin/").content.decode()
    assert [url for url in (*LISTS.values(), *REPORTS) if url in page] == []
    assert "ppv-live" not in page
    assert {client.get(url).status_code for url in (*LISTS.values(), *REPORTS, *QUICK_EDITS)} == {302}


def test_who_may_not_enter_the_admin_is_sent_to_sign_in(worked: Cast) -> None:
    client = signed_in(worked.cy)
    for url in (*LISTS.values(), *REPORTS, *QUICK_EDITS):
        answer = client.get(url)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("wagtailadmin_login")), url


@pytest.mark.skipif(VERSION < (8, 0), reason="needs Wagtail 8: its groups of viewsets take items of others")
def test_other_apps_add_items_to_the_menu(admin: Client) -> None:
    item = MenuItem("Night shift", "/admin/night-shift/")
    with hooks.register_temporarily("register_ppv_plugin_menu_item", lambda: item):
        labels = [str(entry.label) for entry in VideoChatGroup().get_menu_item().menu.registered_menu_items]
    assert "Night shift" in labels
