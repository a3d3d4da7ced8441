"""`manage.py ppv_setup`: room modes, pages and groups that a site needs. It adds what is missing, changes nothing."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core import checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q
from django.urls import NoReverseMatch, resolve, reverse
from wagtail.models import Locale, Site

from ppv_plugin.conf import conf
from ppv_plugin.pages.addresses import page_types
from ppv_plugin.people.models import LabelSettings, Performer
from ppv_plugin.rooms.models import PricingSettings, Room, RoomMode

MODES: list[dict[str, Any]] = [
    {"key": "free", "name": "Free", "description": "Everybody may watch and write; private shows on request."},
    {
        "key": "group-paid",
        "name": "Group paid",
        "description": "Everybody inside pays per minute.",
        "group_cpm": 150,
        "requests_enabled": False,
    },
]
PAGES = [("listing", "Live", "live"), ("dashboard", "Studio", "studio"), ("wallet", "Wallet", "wallet")]
ADMIN = "wagtailadmin.access_admin"
GROUPS = {
    "Video chat editors": [
        ADMIN,
        *(f"ppv_plugin.{act}_roommode" for act in ("add", "change", "delete", "view")),
        *(f"ppv_plugin.{act}_{what}" for act in ("add", "change", "view") for what in ("room", "performer", "studio")),
        "ppv_plugin.change_labelsettings",
    ],
    "Video chat moderators": [
        ADMIN,
        *(f"ppv_plugin.{act}_{what}" for act in ("change", "view") for what in ("room", "performer")),
        "ppv_plugin.view_client",
    ],
    "Video chat finance": [
        ADMIN,
        *(
            f"ppv_plugin.view_{what}"
            for what in (
                "account",
                "transfer",
                "entry",
                "meteredsession",
                "refund",
                "adjustment",
                "performer",
                "studio",
            )
        ),
        "ppv_plugin.change_pricingsettings",
        *(f"ppv_plugin.{verb}" for verb in ("refund_session", "adjust_account", "approve_correction")),
    ],
    "Video chat support": [
        ADMIN,
        *(f"ppv_plugin.view_{what}" for what in ("client", "performer", "room", "meteredsession", "refund", "account")),
        "ppv_plugin.refund_session",
    ],
}


class _Undone(Exception):
    """Takes a dry run's changes back."""


class Command(BaseCommand):
    help = "Adds the room modes, pages and groups that a site with video chat needs. May be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
        parser.add_argument("--site", default="", help="hostname of the site; the default site otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        site = self._site(options["site"])
        self.stdout.write(f"Site: {site}" + (" (dry run: nothing is kept)" if dry else ""))
        try:
            with transaction.atomic():
                self._settings(site)
                self._modes()
                self._groups()
                self._pages(site)
                if dry:
                    raise _Undone
        except _Undone:
            pass
        self._left_to_do(site)

    def _site(self, hostname: str) -> Site:
        rows = Site.objects.filter(hostname=hostname) if hostname else Site.objects.filter(is_default_site=True)
        site = rows.select_related("root_page").first()
        if site is None:
            raise CommandError(
                f"There is no site with the hostname {hostname!r}."
                if hostname
                else "There is no default site. Make one under Settings > Sites in Wagtail's admin."
            )
        return site

    def _done(self, made: bool, what: str) -> None:
        self.stdout.write(f"  {'added ' if made else 'exists'}  {what}")

    def _settings(self, site: Site) -> None:
        for model in (PricingSettings, LabelSettings):
            _row, made = model.objects.get_or_create(site=site)
            self._done(made, str(model._meta.verbose_name))

    def _modes(self) -> None:
        locale = Locale.get_default()
        for order, mode in enumerate(MODES):
            values = {**mode, "sort_order": order}
            key = values.pop("key")
            row, made = RoomMode.objects.get_or_create(key=key, locale=locale, defaults=values)
            self._done(made, f"room mode {row.name}")

    def _groups(self) -> None:
        """An existing group is left as it is: what it lacks may have been taken away on purpose."""
        for name, wanted in GROUPS.items():
            group, made = Group.objects.get_or_create(name=name)
            if made:
                group.permissions.set(_permissions(wanted))
            self._done(made, f"group {name}")

    def _pages(self, site: Site) -> None:
        for kind, title, slug in PAGES:
            types: list[Any] = page_types(kind)  # type: ignore[arg-type]
            if not types:
                self.stdout.write(f"  skipped the {title.lower()} page: no page type has the mixin for it")
                continue
            known = next((page for model in types if (page := model.objects.in_site(site).first())), None)
            if known is None:
                page = types[0](title=title, slug=self._free_slug(site, slug), show_in_menus=True)
                site.root_page.add_child(instance=page)
                page.save_revision().publish()
                known = page
                self._done(True, f"page {title} at {page.get_url() or page.url_path}")
            else:
                self._done(False, f"page {known.title} at {known.get_url() or known.url_path}")

    def _free_slug(self, site: Site, wanted: str) -> str:
        taken = set(site.root_page.get_children().values_list("slug", flat=True))
        names = (wanted, *(f"{wanted}-{number}" for number in range(2, 100)))
        return next(name for name in names if name not in taken)

    def _left_to_do(self, site: Site) -> None:
        left = [*_unfinished(site), *_check_hints()]
        if not left:
            self.stdout.write(self.style.SUCCESS("Nothing is left to do."))
            return
        self.stdout.write("Left to do:")
        for line in left:
            self.stdout.write(f"  - {line}")


def _permissions(names: list[str]) -> list[Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))


def _unfinished(site: Site) -> list[str]:
    left = []
    if not apps.is_installed("ppv_plugin.pages") and not page_types("listing"):
        left.append('Add "ppv_plugin.pages" to INSTALLED_APPS, or make page types of ppv_plugin.pages.mixins.')
    try:
        reverse("ppv:top_up")
    except NoReverseMatch:
        left.append('Add path("ppv/", include("ppv_plugin.urls")) to your urls, before wagtail_urls.')
    login = str(settings.LOGIN_URL)
    if login.startswith("/") and resolve(login).url_name == "wagtail_serve":
        left.append(f"LOGIN_URL is {login}, which is no view of this site: set it to your sign-in page.")
    if not Performer.objects.exists():
        left.append("Make a performer and a room in Wagtail's admin, in the menu of the video chat.")
    elif not Room.objects.filter(site=site).exists():
        left.append("Make a room for a performer in Wagtail's admin, in the menu of the video chat.")
    if not conf.TEST_PAYMENTS:
        left.append('Nobody can buy tokens yet. To try it out, set PPV_PLUGIN = {"TEST_PAYMENTS": True}.')
    return left


def _check_hints() -> list[str]:
    return [f"{found.id}: {found.msg} {found.hint or ''}".strip() for found in checks.run_checks(tags=["ppv_plugin"])]
