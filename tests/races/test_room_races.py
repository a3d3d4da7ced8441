"""Rooms on a real PostgreSQL: many who ask for one address at once, many who rate one room at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page, Site

from ppv_plugin.media import services as media
from ppv_plugin.models import Performer, Room
from ppv_plugin.rooms.opening import open_room
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .world import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site() -> Site:
    Locale.objects.get_or_create(language_code="en")
    found = Site.objects.filter(is_default_site=True).first()
    if found is None:
        root = Page.add_root(title="Root", slug="root")
        found = Site.objects.create(hostname="localhost", root_page=root, is_default_site=True)
    return found


@pytest.fixture
def cast(site: Site) -> Iterator[Cast]:
    media.reset_engine()
    yield Cast.made()
    media.reset_engine()


def test_eight_of_one_name_who_register_at_once_have_a_room_each(site: Site) -> None:
    users = [get_user_model().objects.create_user(username=f"kim-{number}") for number in range(8)]
    performers = [Performer.objects.create(user=user, name="Kim") for user in users]
    assert race(*[partial(open_room, performer=performer, site=site) for performer in performers]) == []
    assert sorted(Room.objects.values_list("slug", flat=True)) == ["kim", *(f"kim-{number}" for number in range(2, 9))]


def test_stars_given_at_once_are_all_counted(cast: Cast) -> None:
    users = [get_user_model().objects.create_user(username=f"client-{number}") for number in range(6)]
    cast.live(cast.bo, cast.group)
    visits = []
    for user in users:
        cast.fund(user, 5000)
        visits.append(cast.visit(user))
    cast.pass_time(200)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    jobs = [
        partial(shows.rate_room, user=user, session_id=visit.session_id, stars=number % 5 + 1, now=cast.now)
        for number, (user, visit) in enumerate(zip(users, visits, strict=True))
    ]
    assert race(*jobs, *jobs) == []
    cast.bo_room.refresh_from_db()
    assert (cast.bo_room.rating_sum, cast.bo_room.rating_count) == (1 + 2 + 3 + 4 + 5 + 1, 6)
