"""Studios on a real PostgreSQL: who is first when the last place is wanted twice, or a yes meets a no."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page, Site

from ppv_plugin.errors import Busy, Gone, NotAllowed, StudioFull
from ppv_plugin.media import services as media
from ppv_plugin.models import Performer, RoleSettings, Room, Show, StudioInvitation
from ppv_plugin.shows import services as shows
from ppv_plugin.studios import services as studios
from ppv_plugin.testing.cast import Cast

from .world import deadlocks, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Iterator[Cast]:
    media.reset_engine()
    Locale.objects.get_or_create(language_code="en")
    if not Site.objects.filter(is_default_site=True).exists():
        root = Page.add_root(title="Root", slug="root")
        Site.objects.create(hostname="localhost", root_page=root, is_default_site=True)
    made = Cast.made()
    RoleSettings.objects.create(site=made.site, studio_performers_max=2, studio_rooms_max=1)
    Performer.objects.update(bio="A few words.")
    yield made
    media.reset_engine()


def invite(cast: Cast, number: int) -> StudioInvitation:
    return studios.invite(
        user=cast.eos.owner, studio_id=cast.eos.pk, name="Fay", email=f"fay{number}@people.example", site=cast.site,
        language="en", now=cast.now
    )  # fmt: skip


def create(cast: Cast, number: int) -> Room:
    return studios.create_room(
        user=cast.eos.owner, studio_id=cast.eos.pk, site=cast.site, title=f"Room {number}", performer_id=None,
        now=cast.now
    )  # fmt: skip


def test_the_last_place_among_performers_goes_to_one_of_eight(cast: Cast) -> None:
    errors = race(*[partial(invite, cast, number) for number in range(8)])
    assert [type(error) for error in errors] == [StudioFull] * 7
    assert StudioInvitation.objects.count() == 1


def test_the_last_room_is_made_by_one_of_eight(cast: Cast) -> None:
    errors = race(*[partial(create, cast, number) for number in range(8)])
    assert [type(error) for error in errors] == [StudioFull] * 7
    assert Room.objects.filter(studio=cast.eos).count() == 1


def test_a_letter_that_is_withdrawn_while_it_is_accepted_has_one_answer(cast: Cast) -> None:
    made = invite(cast, 1)
    uuid, words = UUID(str(made.uuid)), {"name": "Di", "about": "", "language": "en", "now": cast.now}
    common = {"user": cast.eos.owner, "studio_id": cast.eos.pk, "now": cast.now}
    accept = [partial(studios.accept, user=cast.di, uuid=uuid, **words) for _tab in range(4)]
    errors = race(*accept, partial(studios.withdraw, invitation_id=made.pk, **common))
    made.refresh_from_db()
    joined = Performer.objects.filter(user=cast.di, studio=cast.eos).count()
    assert joined == (1 if made.state == "accepted" else 0)
    assert len(errors) == 4
    assert deadlocks(errors) == []


def test_who_is_disabled_while_going_live_is_not_live_afterwards(cast: Cast) -> None:
    bo = Performer.objects.get(user=cast.bo)

    def go_live(number: int) -> None:
        shows.go_live(
            user=cast.bo, room_id=cast.bo_room.pk, mode_id=cast.free.pk, cid=f"{number}", now=cast.now
        )  # fmt: skip

    def disable() -> None:
        studios.disable(
            user=cast.eos.owner, studio_id=cast.eos.pk, performer_id=bo.pk, reason="", now=cast.now
        )  # fmt: skip

    errors = race(*[partial(go_live, number) for number in range(4)], disable)
    assert {type(error) for error in errors} <= {NotAllowed} | set(NotAllowed.__subclasses__())
    assert not Show.objects.filter(state="live").exists()


def test_a_room_is_not_taken_from_whoever_is_just_going_live_there(cast: Cast) -> None:
    bo = Performer.objects.get(user=cast.bo)
    room = create(cast, 1)
    common = {"user": cast.eos.owner, "studio_id": cast.eos.pk, "room_id": room.pk, "title": "Attic", "now": cast.now}
    studios.change_room(performer_id=bo.pk, **common)
    errors = race(
        partial(shows.go_live, user=cast.bo, room_id=room.pk, mode_id=cast.free.pk, cid="1", now=cast.now),
        partial(studios.change_room, performer_id=None, **common),
        partial(studios.leave, user=cast.bo, now=cast.now),
    )
    assert deadlocks(errors) == []
    room.refresh_from_db()
    live = Show.objects.filter(room=room, state="live").exists()
    assert (room.performer == bo) is live
    assert {type(error) for error in errors} <= {Busy, NotAllowed, Gone, *NotAllowed.__subclasses__()}


def test_one_user_who_accepts_two_studios_at_once_is_in_one(cast: Cast) -> None:
    other = type(cast.eos).objects.create(name="Sol", owner=get_user_model().objects.create_user(username="sol"))
    letters = [
        invite(cast, 1),
        studios.invite(
            user=other.owner, studio_id=other.pk, name="Di", email="di@people.example", site=cast.site, language="en",
            now=cast.now,
        ),
    ]  # fmt: skip
    words = {"name": "Di", "about": "", "language": "en", "now": cast.now}
    errors = race(*[partial(studios.accept, user=cast.di, uuid=UUID(str(made.uuid)), **words) for made in letters])
    assert [type(error) for error in errors] == [NotAllowed]
    assert Performer.objects.get(user=cast.di).studio in {cast.eos, other}
