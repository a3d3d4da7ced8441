"""Everything of ours in Wagtail's admin opens, and what the site has there still does."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client, RequestFactory
from django.urls import reverse
from wagtail.admin.menu import admin_menu
from wagtail.contrib.settings.registry import registry
from wagtail.models import Site

from ppv_plugin.testing.cast import Cast


def our_menu(user: Any) -> list[str]:
    request = RequestFactory().get("/admin/")
    request.user = user
    group = next(item for item in admin_menu.registered_menu_items if item.name == "ppv")
    return [item.url for item in group.menu.menu_items_for_request(request)]


def test_every_list_opens(admin: Client, superuser: Any, cast: Cast) -> None:
    urls = our_menu(superuser)
    assert len(urls) > 8
    for url in urls:
        assert admin.get(url).status_code == 200, url


def test_every_setting_opens(admin: Client) -> None:
    ours = [model for model in registry if model._meta.app_label == "ppv_plugin"]
    assert ours
    for model in ours:
        for site in Site.objects.all():
            url = reverse("wagtailsettings:edit", args=[model._meta.app_label, model._meta.model_name, site.pk])
            assert admin.get(url).status_code == 200, url


def test_every_page_of_ours_can_be_edited_and_previewed(admin: Client) -> None:
    pages = [page for model in apps.get_models() if getattr(model, "ppv_kind", None) for page in model.objects.all()]
    assert pages
    for page in pages:
        assert admin.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200, page
        assert admin.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200, page


@pytest.mark.parametrize(
    "name",
    ["wagtailadmin_home", "wagtailadmin_explore_root", "wagtailusers_users:index", "wagtailadmin_reports:site_history"],
)
def test_the_rest_of_the_admin_opens(admin: Client, name: str, cast: Cast) -> None:
    assert admin.get(reverse(name)).status_code == 200
