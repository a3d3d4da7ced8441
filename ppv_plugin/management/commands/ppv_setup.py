"""`manage.py ppv_setup`: room modes, pages and groups that a site needs. It adds what is missing, changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q
from wagtail.models import Locale, Site

from ppv_plugin.management.readiness import left_to_do, missing_migrations
from ppv_plugin.pages.addresses import page_types
from ppv_plugin.people.models import LabelSettings, RoleSettings
from ppv_plugin.people.queries import requirements
from ppv_plugin.rooms.models import PricingSettings, RoomMode
from ppv_plugin.shows.tip_models import TipOption, TipSettings

MODES: list[dict[str, Any]] = [
    {
        "key": "free",
        "name": "Free",
        "description": "Everybody may watch and write; private shows on request.",
        "voyeur_enabled": True,
        "voyeur_cpm": 25,
        "voyeur_private": True,
        "two_way_slots": 2,
        "two_way_cpm": 50,
    },
    {
        "key": "conference",
        "name": "Conference",
        "description": "Up to six cameras that everybody sees.",
        "two_way_slots": 6,
        "conference": True,
    },
    {
        "key": "group-paid",
        "name": "Group paid",
        "description": "Everybody inside pays per minute.",
        "group_cpm": 150,
        "requests_enabled": False,
        "recorded": True,
        "voyeur_enabled": True,
        "voyeur_cpm": 175,
        "two_way_slots": 2,
        "two_way_cpm": 200,
    },
    {
        "key": "audio-only",
        "name": "Audio only",
        "description": "Everybody may listen and write; nobody is seen, and only a microphone is needed.",
        "kind": "audio",
        "snapshots_enabled": False,
    },
    {
        "key": "text-only",
        "name": "Text only",
        "description": "Everybody may read and write; neither camera nor microphone is needed.",
        "kind": "text",
        "snapshots_enabled": False,
    },
    {
        "key": "calls",
        "name": "Calls",
        "description": "Nothing is shown in public; private calls on request.",
        "lobby": True,
        "lobby_chat": True,
    },
    {
        "key": "locked-calls",
        "name": "Locked calls",
        "description": "Calls with one person each, by a link that you send.",
        "lobby": True,
        "by_link": True,
        "requests_enabled": False,
    },
]
TIPS: list[dict[str, Any]] = [
    {"key": "smile", "name": "Smile", "amount": 100, "emoji": "🙂", "colour": "amber"},
    {"key": "coffee", "name": "Coffee", "amount": 200, "emoji": "☕", "colour": "green"},
    {"key": "rose", "name": "Rose", "amount": 500, "emoji": "🌹", "colour": "rose"},
    {"key": "star", "name": "Star", "amount": 1000, "emoji": "🌟", "colour": "blue"},
    {"key": "crown", "name": "Crown", "amount": 2000, "emoji": "👑", "colour": "violet"},
    {"key": "custom", "name": "Gift", "emoji": "🎁", "colour": "grey"},
]
PAGES = [
    ("listing", "Live", "live"),
    ("dashboard", "Studio", "studio"),
    ("studio", "Team", "team"),
    ("wallet", "Wallet", "wallet"),
]
# A page for each role that is open: titles without a role's word, which may change at any time.
REGISTRATIONS = {
    "client": ("Register", "register"),
    "performer": ("Go live here", "register-to-go-live"),
    "studio": ("Register a team", "register-a-team"),
}
ADMIN = "wagtailadmin.access_admin"
GROUPS = {
    "Video chat editors": [
        ADMIN,
        *(
            f"ppv_plugin.{act}_{what}"
            for act in ("add", "change", "delete", "view")
            for what in ("roommode", "roomcategory", "tipoption", "goal")
        ),
        *(f"ppv_plugin.{act}_{what}" for act in ("add", "change", "view") for what in ("room", "performer", "studio")),
        *(f"ppv_plugin.{act}_lockedcall" for act in ("add", "change", "view")),
        *(
            f"ppv_plugin.{verb}"
            for verb in ("change_labelsettings", "change_rolesettings", "review_role", "change_prices")
        ),
    ],
    "Video chat moderators": [
        ADMIN,
        *(f"ppv_plugin.{act}_{what}" for act in ("change", "view") for what in ("room", "performer")),
        *(f"ppv_plugin.{verb}" for verb in ("view_client", "view_rating", "delete_rating", "review_role")),
        *(f"ppv_plugin.{verb}" for verb in ("moderate_chat", "view_message", "view_sanction", "change_chatsettings")),
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
        *(f"ppv_plugin.change_{what}" for what in ("pricingsettings", "tipsettings")),
        *(f"ppv_plugin.{verb}" for verb in ("refund_session", "adjust_account", "approve_correction")),
    ],
    "Video chat support": [
        ADMIN,
        *(f"ppv_plugin.view_{what}" for what in ("client", "performer", "room", "meteredsession", "refund", "account")),
        "ppv_plugin.refund_session",
    ],
}


class Command(BaseCommand):
    help = "Adds the room modes, pages and groups that a site with video chat needs. May be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
        parser.add_argument(
            "--site", default="", help="hostname of the site, with :port if need be; the default site otherwise"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        missing = missing_migrations()
        if missing:
            raise CommandError(
                f"The database lacks {len(missing)} migrations ({', '.join(missing[:3])} ...). "
                "Run `manage.py migrate` first."
            )
        dry = options["dry_run"]
        site = self._site(options["site"])
        self.stdout.write(f"Video chat on the site {site}" + (" (dry run: nothing is kept)" if dry else ""))
        steps = (
            ("Prices and words", self._settings),
            ("Room modes", self._modes),
            ("Tips", self._tips),
            ("Groups with their rights", self._groups),
            (f"Pages below {site.root_page.title!r}", self._pages),
        )
        with transaction.atomic():
            for number, (title, step) in enumerate(steps, 1):
                self.stdout.write(self.style.MIGRATE_HEADING(f"{number} of {len(steps)}  {title}"))
                step(site)
            self._left_to_do(site)
            if dry:
                transaction.set_rollback(True)

    def _site(self, wanted: str) -> Site:
        hostname, _, port = wanted.partition(":")
        rows = Site.objects.filter(hostname=hostname) if wanted else Site.objects.filter(is_default_site=True)
        if port.isdecimal():
            rows = rows.filter(port=int(port))
        sites = list(rows.select_related("root_page")[:2])
        if len(sites) > 1:
            raise CommandError(f"Several sites have the hostname {hostname!r}. Add the port: --site {hostname}:PORT")
        if not sites:
            known = ", ".join(map(str, Site.objects.all())) or "none"
            what = f"site with the hostname {wanted!r}" if wanted else "default site"
            raise CommandError(
                f"There is no {what}. Sites that there are: {known}. "
                "Make it under Settings > Sites in Wagtail's admin, or name another with --site."
            )
        return sites[0]

    def _done(self, made: bool, what: str) -> None:
        self.stdout.write(f"  {'added ' if made else 'exists'}  {what}")

    def _settings(self, site: Site) -> None:
        for model in (PricingSettings, TipSettings, LabelSettings, RoleSettings):
            _row, made = model.objects.get_or_create(site=site)
            self._done(made, str(model._meta.verbose_name))

    def _modes(self, site: Site) -> None:
        locale = _default_locale()
        for order, mode in enumerate(MODES):
            values = {**mode, "sort_order": order}
            key = values.pop("key")
            row, made = RoomMode.objects.get_or_create(key=key, locale=locale, defaults=values)
            self._done(made, f"room mode {row.name}")

    def _tips(self, site: Site) -> None:
        locale = _default_locale()
        for order, option in enumerate(TIPS):
            values = {**option, "sort_order": order}
            key = values.pop("key")
            row, made = TipOption.objects.get_or_create(key=key, locale=locale, defaults=values)
            self._done(made, f"tip {row.name}")

    def _groups(self, site: Site) -> None:
        """An existing group is left as it is: what it lacks may have been taken away on purpose."""
        for name, wanted in GROUPS.items():
            group, made = Group.objects.get_or_create(name=name)
            if made:
                group.permissions.set(_permissions(wanted))
            self._done(made, f"group {name}")

    def _pages(self, site: Site) -> None:
        for kind, title, slug in PAGES:
            self._page(site, kind, title, slug)
        for role, (title, slug) in REGISTRATIONS.items():
            if requirements(role=role, site=site).open:
                self._page(site, "registration", title, slug, role=role)

    def _page(self, site: Site, kind: str, title: str, slug: str, **values: Any) -> None:
        types: list[Any] = page_types(kind)  # type: ignore[arg-type]
        if not types:
            self.stdout.write(f"  skipped the {title.lower()} page: no page type has the mixin for it")
            return
        rows = (model.objects.in_site(site).filter(**values).first() for model in types)
        known = next((page for page in rows if page), None)
        if known is not None:
            self._done(False, f"page {known.title} at {known.get_url() or known.url_path}")
        elif not types[0].can_create_at(site.root_page.specific):
            self.stdout.write(
                f"  skipped the {title.lower()} page: {site.root_page.title!r} takes no page of the type "
                f"{types[0]._meta.label}. Allow it in its subpage_types, or make the page elsewhere."
            )
        else:
            page = types[0](title=title, slug=self._free_slug(site, slug), **values)
            site.root_page.add_child(instance=page)
            page.save_revision().publish()
            self._done(True, f"page {title} at {page.get_url() or page.url_path}")

    def _free_slug(self, site: Site, wanted: str) -> str:
        taken = set(site.root_page.get_children().values_list("slug", flat=True))
        names = (wanted, *(f"{wanted}-{number}" for number in range(2, 100)))
        return next(name for name in names if name not in taken)

    def _left_to_do(self, site: Site) -> None:
        left = left_to_do(site)
        if not left:
            self.stdout.write(self.style.SUCCESS("Nothing is left to do."))
            return
        self.stdout.write(self.style.MIGRATE_HEADING("Left to do"))
        for line in left:
            self.stdout.write(f"  - {line}")


def _default_locale() -> Locale:
    try:
        return Locale.get_default()
    except (Locale.DoesNotExist, LookupError) as error:
        raise CommandError(
            f"There is no locale for LANGUAGE_CODE {settings.LANGUAGE_CODE!r}. "
            "Make it under Settings > Locales in Wagtail's admin."
        ) from error


def _permissions(names: list[str]) -> list[Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))
