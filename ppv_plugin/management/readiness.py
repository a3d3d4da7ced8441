"""What a site still lacks for the video chat, in words for whoever installs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from ppv_plugin.checks import asgi_application
from ppv_plugin.conf import conf
from ppv_plugin.pages.addresses import page_types
from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.models import Room

OURS = ("ppv_plugin", "ppv_plugin_pages")


def missing_migrations() -> list[str]:
    """Those that our tables wait for, other apps' among them."""
    executor = MigrationExecutor(connection)
    wanted = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in OURS]
    return [f"{migration.app_label}.{migration.name}" for migration, _back in executor.migration_plan(wanted)]


def left_to_do(site: Site) -> list[str]:
    return [*_pages(site), *_other_sites(site), *_people(site), *_money(), *_check_hints()]


def _pages(site: Site) -> Iterator[str]:
    if not page_types("listing"):
        yield 'Add "ppv_plugin.pages" to INSTALLED_APPS, or make page types of ppv_plugin.pages.mixins.'
    if not site.root_page.live:
        yield f"Publish the home page {site.root_page.title!r}: nobody sees the pages below it."
    hidden = [page.title for page in _own_pages(site) if not getattr(page, "show_in_menus", True)]
    if hidden:
        yield f"Link to {', '.join(hidden)} in your menu, or tick Show in menus under Promote of each page."


def _own_pages(site: Site) -> list[Any]:
    kinds = [model for model in apps.get_models() if getattr(model, "ppv_kind", None)]
    return [page for model in kinds for page in model.objects.in_site(site).order_by("path")]


def _other_sites(site: Site) -> Iterator[str]:
    for other in Site.objects.exclude(pk=site.pk).select_related("root_page"):
        if not _own_pages(other):
            yield f"The site {other} has no pages of the video chat. If it shall: ppv_setup --site {other.hostname}"


def _people(site: Site) -> Iterator[str]:
    if not Performer.objects.exists():
        yield "Make a performer and a room in Wagtail's admin, in the menu of the video chat."
    elif not Room.objects.filter(site=site).exists():
        yield "Make a room for a performer in Wagtail's admin, in the menu of the video chat."


def _money() -> Iterator[str]:
    if not conf.TEST_PAYMENTS:
        yield 'Nobody can buy tokens yet. To try it out, set PPV_PLUGIN = {"TEST_PAYMENTS": True}.'


def _check_hints() -> Iterator[str]:
    """With those for production where it is one. That sockets are served is asked everywhere."""
    found = checks.run_checks(tags=["ppv_plugin"], include_deployment_checks=not settings.DEBUG)
    if settings.DEBUG:
        found = [*found, *asgi_application(None)]
    for one in found:
        if not one.is_silenced():
            yield f"{one.id}: {one.msg} {one.hint or ''}".strip()
