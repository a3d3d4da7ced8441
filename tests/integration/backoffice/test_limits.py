"""Staff may read what a client decided about its spending, by permission, and change nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from ppv_plugin.ledger import limiting
from ppv_plugin.testing.cast import Cast

LIST = "/admin/ppv_limits/"


@pytest.fixture
def wallet(cast: Cast) -> int:
    cast.fund(cast.cy, 1000)
    found = cast._wallet(cast.cy).account_id
    assert found is not None
    now = timezone.now()
    for amount in (2000, 5000):
        limiting.set_limit(account_id=found, kind="day", amount=amount, actor="cy", now=now)
    limiting.take_break(account_id=found, until=now + timedelta(days=3), actor="cy", now=now)
    return found


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user(username="eve", password="eve")
    wanted = Permission.objects.filter(codename__in=("access_admin", *permissions))
    user.user_permissions.add(*wanted)
    browser = Client()
    browser.force_login(user)
    return browser


def read(browser: Client, path: str) -> Any:
    return browser.get(path)


def test_the_list_has_everything_that_was_said(cast: Cast, wallet: int) -> None:
    page = read(staff("view_spendlimit"), LIST).content.decode()
    assert [page.count(text) for text in ("20.00", "50.00", "Break")] == [
        1,
        1,
        2,
    ]  # one break is a choice of the filter
    assert ">cy<" in page.replace("\n", "").replace(" ", "")


def test_the_list_is_cut_to_one_account(cast: Cast, wallet: int) -> None:
    browser = staff("view_spendlimit")
    assert "20.00" in read(browser, f"{LIST}?account={wallet}").content.decode()
    assert "20.00" not in read(browser, f"{LIST}?account={wallet + 999}").content.decode()


def test_the_account_says_what_is_in_force_and_what_comes(cast: Cast, wallet: int) -> None:
    path = f"/admin/ppv_accounts/inspect/{wallet}/"
    page = read(staff("view_spendlimit", "view_account"), path).content.decode()
    assert "20.00, 20.00 left; 50.00 from" in page
    assert f"{LIST}?account={wallet}" in page


def test_without_the_permission_there_is_nothing_to_see(cast: Cast, wallet: int) -> None:
    browser = staff("view_account")
    assert read(browser, LIST).status_code == 302
    page = read(browser, f"/admin/ppv_accounts/inspect/{wallet}/").content.decode()
    assert "20.00 left" not in page
    assert LIST not in page


@pytest.mark.parametrize("path", ["new/", "edit/1/", "delete/1/"])
def test_not_even_a_superuser_changes_it(cast: Cast, wallet: int, path: str) -> None:
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser(username="root", password="root"))
    assert browser.post(LIST + path, {"amount": "1"}).status_code in {302, 403, 404, 405}
    assert "20.00" in read(browser, LIST).content.decode()
