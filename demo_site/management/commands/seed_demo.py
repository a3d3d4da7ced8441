"""`python -m demo_site seed_demo`: the front page, the people and their rooms. May be run again at any time."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from demo_site import cast, past
from demo_site.models import HomePage
from ppv_plugin.errors import Conflict
from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.payments.services import TOP_UP_MIN, top_up
from ppv_plugin.people.models import LabelSettings, Performer, Studio
from ppv_plugin.people.services import ensure_client
from ppv_plugin.rooms.models import Room, RoomMode
from ppv_plugin.rooms.recording_terms import RecordingSettings
from ppv_plugin.rooms.services import set_languages
from ppv_plugin.rooms.subjects import RoomCategory
from ppv_plugin.shows.tip_models import Goal


class Command(BaseCommand):
    help = "Fills the demo site with a front page, people and rooms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--with-past", action="store_true", help="guests who were there, paid and gave stars")
        parser.add_argument("--address", default="", help="HOST:PORT that links in letters carry")

    def handle(self, *args: Any, **options: Any) -> None:
        site = self._front_page()
        self._address(site, options["address"])
        call_command("ppv_setup", stdout=io.StringIO())
        self._menu(site)
        LabelSettings.objects.get_or_create(site=site, defaults={"preset": "broadcaster"})
        if options["with_past"]:
            RecordingSettings.objects.get_or_create(site=site, defaults={"enabled": True, "private_enabled": True})
        self._superuser()
        studio = self._studio()
        categories = self._categories()
        rooms = [(self._performer(person, site, studio, categories), person) for person in cast.PERFORMERS]
        self._studio_room(site, studio)
        clients = [self._user(name) for name in cast.CLIENTS]
        if options["with_past"]:
            guests = [self._user(name) for name in cast.GUESTS]
            past.tell(rooms=rooms, guests=guests, clients=clients)
        for user, amount in zip(clients, cast.CLIENTS.values(), strict=True):
            self._fund(user, amount)
        self._say()

    def _front_page(self) -> Site:
        """Takes the place of Wagtail's welcome page, and its children with it."""
        site = Site.objects.get(is_default_site=True)
        if not isinstance(site.root_page.specific, HomePage):
            welcome = site.root_page
            home = HomePage(title=cast.HOME_TITLE, slug="lantern", lead=cast.HOME_LEAD, body=json.dumps(cast.HOME_BODY))
            welcome.get_parent().add_child(instance=home)
            for child in welcome.get_children():
                child.move(Page.objects.get(pk=home.pk), pos="last-child")
            site.root_page = Page.objects.get(pk=home.pk)
            site.site_name = "Lantern"
            site.save()
            Page.objects.get(pk=welcome.pk).delete()
            home.refresh_from_db()
            home.save_revision().publish()
        return site

    def _address(self, site: Site, address: str) -> None:
        host, _colon, port = address.rpartition(":")
        if host and port.isdecimal():
            site.hostname, site.port = host, int(port)
            site.save()

    def _menu(self, site: Site) -> None:
        for page in site.root_page.get_children().filter(show_in_menus=False).specific():
            page.show_in_menus = True
            page.save_revision().publish()

    def _user(self, name: str, **more: Any) -> Any:
        user, made = get_user_model().objects.get_or_create(username=name, defaults=more)
        if made:
            user.set_password(name)
            user.save()
        return user

    def _fund(self, user: Any, amount: int) -> None:
        """Once, and with a past no more than is missing."""
        owner = str(ensure_client(user=user).uuid)
        missing = amount - balance_of(kind="client", owner=owner).balance
        if missing >= TOP_UP_MIN:
            with suppress(Conflict):  # it was another amount the first time, and has been spent since
                top_up(user=user, amount=missing, key="seed", now=timezone.now())

    def _superuser(self) -> None:
        self._user("admin", is_staff=True, is_superuser=True)
        self._user("mo").groups.add(Group.objects.get(name="Video chat moderators"))

    def _studio(self) -> Studio:
        owner = self._user("eos")
        studio, _made = Studio.objects.get_or_create(owner=owner, defaults={"name": "Eos"})
        return studio

    def _categories(self) -> dict[str, RoomCategory]:
        locale = Locale.get_default()
        return {
            key: RoomCategory.objects.get_or_create(key=key, locale=locale, defaults={"name": name, "sort_order": n})[0]
            for n, (key, name) in enumerate(cast.CATEGORIES.items())
        }

    def _performer(self, person: cast.Person, site: Site, studio: Studio, categories: dict[str, RoomCategory]) -> Room:
        user = self._user(person.login)
        performer, _made = Performer.objects.get_or_create(
            user=user,
            defaults={"name": person.name, "bio": person.about, "studio": studio if person.in_studio else None},
        )
        room, made = Room.objects.get_or_create(
            site=site,
            slug=person.slug,
            defaults={
                "title": person.room,
                "description": person.about,
                "performer": performer,
                "private_cpm": person.private_cpm,
                "mode": RoomMode.objects.filter(key=person.mode).first(),
                "featured": person.featured,
                "category": categories.get(person.category),
            },
        )
        if made:
            room.tags.add(*person.tags)
            for place, (title, amount) in enumerate(person.goals):
                Goal.objects.create(room=room, title=title, amount=amount, sort_order=place)
            set_languages(room=room, codes=person.languages)
        return room

    def _studio_room(self, site: Site, studio: Studio) -> None:
        defaults = {
            "title": cast.STUDIO_ROOM,
            "description": cast.STUDIO_ABOUT,
            "studio": studio,
            "performer": studio.performers.order_by("-name").first(),
            "mode": RoomMode.objects.filter(key="free").first(),
        }
        Room.objects.get_or_create(site=site, slug="attic", defaults=defaults)

    def _say(self) -> None:
        self.stdout.write("Sign in with any of these names; the password is the name.")
        for person in cast.PERFORMERS[:2]:
            self.stdout.write(f"  {person.login:<6} goes live as {person.room!r}, from /studio/")
        self.stdout.write(
            "         there too: modes Conference, Calls and Locked calls; links for calls stand below the console"
        )
        self.stdout.write("  eos    is a studio, at /team/: its people, rooms and part; letters it sends stand below")
        for name in cast.CLIENTS:
            client = ensure_client(user=self._user(name))
            has = tokens(balance_of(kind="client", owner=str(client.uuid)).balance)
            self.stdout.write(f"  {name:<6} watches at /live/ and has {has} tokens")
        self.stdout.write("  mo     keeps order in every chat, unseen: the link is on each room's page")
        self.stdout.write("  admin  runs the site, at /admin/")
