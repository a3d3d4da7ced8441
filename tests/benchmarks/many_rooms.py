"""Rooms as a busy site has them, one in five live: with performers, tags, languages, categories, past shows, stars."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.contrib.auth import get_user_model
from django.db import connection
from wagtail.models import Locale, Page, Site

from ppv_plugin.models import (
    Client,
    Performer,
    PricingSettings,
    Rating,
    Room,
    RoomCategory,
    RoomLanguage,
    RoomMode,
    RoomTag,
    Show,
    TaggedRoom,
)
from ppv_plugin.rooms.queries import terms_of
from ppv_plugin.rooms.rules import rating_score

from .server import copy, settle_down
from .world import NOW

WORDS = ("guitar", "piano", "Spanish", "yoga", "maths", "evening", "slow", "songs", "talk", "beginners", "letters")
LANGUAGES = ("en", "de", "fr", "es", "ar", "uk")
TAGS, CATEGORIES, RATERS = 40, 8, 200
STARS_EACH, SHOWS_EACH = 4, 3
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Rooms:
    site: Any
    number: int


def load(link: psycopg.Connection[Any], number: int, seed: int = 1) -> Rooms:
    dice = random.Random(seed)
    locale, _made = Locale.objects.get_or_create(language_code="en")
    site = Site.objects.filter(is_default_site=True).first() or _site()
    PricingSettings.objects.get_or_create(site=site)
    mode = RoomMode.objects.create(key="bench-paid", name="Paid", group_cpm=150, locale=locale)
    categories = [
        RoomCategory.objects.create(key=f"category-{n}", name=f"Category {n}", locale=locale) for n in range(CATEGORIES)
    ]
    rooms = _rooms(dice, site, mode, categories, _performers(number))
    _filed(dice, rooms)
    _shows(dice, rooms, mode)
    _stars(link, dice, rooms)
    settle_down(link)
    return Rooms(site, number)


def _site() -> Any:
    return Site.objects.create(hostname="localhost", root_page=Page.objects.get(depth=1), is_default_site=True)


def _users(prefix: str, number: int) -> list[Any]:
    users = get_user_model()
    return list(users.objects.bulk_create((users(username=f"{prefix}{n}") for n in range(number)), batch_size=BATCH))


def _performers(number: int) -> list[Performer]:
    rows = (Performer(user=user, name=f"Performer {n}") for n, user in enumerate(_users("p", number)))
    return Performer.objects.bulk_create(rows, batch_size=BATCH)


def _rooms(
    dice: random.Random, site: Any, mode: RoomMode, categories: list[RoomCategory], performers: list[Performer]
) -> list[Room]:
    def made() -> Iterator[Room]:
        for n, performer in enumerate(performers):
            live = dice.random() < 0.2
            moment = NOW - timedelta(seconds=dice.randrange(10**7))
            total = sum(dice.choice((3, 4, 5, 5)) for _ in range(STARS_EACH))
            yield Room(
                site=site,
                slug=f"room-{n}",
                title=" ".join(dice.choices(WORDS, k=3)),
                description=" ".join(dice.choices(WORDS, k=60)),
                performer=performer,
                category=dice.choice(categories),
                mode=mode,
                state=dice.choice(("free", "paid", "private")) if live else "offline",
                live_at=moment,
                online_at=moment,
                viewers=dice.randrange(80) if live else 0,
                featured=dice.random() < 0.02,
                rating_sum=total,
                rating_count=STARS_EACH,
                rating_score=rating_score(total=total, count=STARS_EACH),
            )

    return Room.objects.bulk_create(made(), batch_size=BATCH)


def _filed(dice: random.Random, rooms: list[Room]) -> None:
    tags = [RoomTag.objects.create(name=f"Tag {n}", slug=f"tag-{n}") for n in range(TAGS)]
    tagged = (TaggedRoom(tag=tag, content_object=room) for room in rooms for tag in dice.sample(tags, 3))
    TaggedRoom.objects.bulk_create(tagged, batch_size=BATCH)
    spoken = (RoomLanguage(room=room, code=code) for room in rooms for code in dice.sample(LANGUAGES, 2))
    RoomLanguage.objects.bulk_create(spoken, batch_size=BATCH)


def _shows(dice: random.Random, rooms: list[Room], mode: RoomMode) -> None:
    """Some past shows each, the last of them running where the room is live."""
    terms = msgspec.to_builtins(terms_of(mode, PricingSettings(rule="per_second")))

    def made() -> Iterator[Show]:
        for room in rooms:
            for n in range(SHOWS_EACH):
                live = n == 0 and room.state != "offline"
                began = room.online_at - timedelta(days=n)
                ended = None if live else began
                yield Show(
                    id=UUID(int=dice.getrandbits(128), version=4), room=room, mode=mode, terms=terms, cid=str(n),
                    state="live" if live else "ended", started_at=began, seen_at=began, ended_at=ended,
                )  # fmt: skip

    Show.objects.bulk_create(made(), batch_size=BATCH)


def _stars(link: psycopg.Connection[Any], dice: random.Random, rooms: list[Room]) -> None:
    """One's stars each; the sessions they were given after are not needed here."""
    rows = (Client(user=user, name=user.username) for user in _users("c", RATERS))
    raters = [client.pk for client in Client.objects.bulk_create(rows)]
    connection.close()  # what it holds would wait for the triggers that are switched off
    link.execute("SET session_replication_role = replica")
    given = (
        (room.pk, rater, UUID(int=dice.getrandbits(128), version=4), dice.choice((3, 4, 5, 5)), NOW)
        for room in rooms
        for rater in dice.sample(raters, STARS_EACH)
    )
    copy(link, Rating._meta.db_table, ("room_id", "client_id", "session_id", "stars", "given_at"), given)
    link.execute("RESET session_replication_role")
