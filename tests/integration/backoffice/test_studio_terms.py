"""Staff puts performers into studios and out of them, gives rooms, and sets limits; each is logged."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from ppv_plugin.models import Performer, Room, Studio
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast


def performer_form(performer: Performer, **values: Any) -> dict[str, Any]:
    own = {"name": performer.name, "user": performer.user_id, "bio": performer.bio, "studio": performer.studio_id or ""}
    return {**own, "share_bp": "", "tip_share_bp": "", "studio_share_bp": "", **values}


def room_form(room: Room, **values: Any) -> dict[str, Any]:
    own = {"title": room.title, "slug": room.slug, "site": room.site_id, "performer": room.performer_id or ""}
    return {**own, "studio": room.studio_id or "", "description": room.description, "private_cpm": "", **values}


@pytest.fixture
def bo(cast: Cast) -> Performer:
    return Performer.objects.get(name="Bo")


@pytest.fixture
def attic(cast: Cast, bo: Performer) -> Room:
    return Room.objects.create(
        site=cast.site, slug="attic", title="Attic", description="Warm", studio=cast.eos, performer=bo
    )


def edit(admin: Client, row: Any, form: dict[str, Any]) -> Any:
    kind = {Performer: "performers", Room: "rooms", Studio: "studios"}[type(row)]
    return admin.post(f"/admin/ppv_{kind}/edit/{row.pk}/", form)


def test_a_performer_taken_out_of_a_studio_leaves_its_rooms(admin: Client, bo: Performer, attic: Room) -> None:
    Performer.objects.filter(pk=bo.pk).update(disabled=True, disabled_reason="Holiday")
    assert edit(admin, bo, performer_form(bo, studio="")).status_code == 302
    bo.refresh_from_db()
    attic.refresh_from_db()
    assert (bo.studio, bo.disabled, attic.performer) == (None, False, None)


def test_it_stands_in_the_log_with_both_studios(admin: Client, bo: Performer) -> None:
    other = Studio.objects.create(name="Sol", owner=bo.user)
    edit(admin, bo, performer_form(bo, studio=other.pk))
    row = ModelLogEntry.objects.get(action="ppv_plugin.terms.change", object_id=str(bo.pk))
    assert row.data["changes"] == {"studio": ["Eos", "Sol"]}
    bo.refresh_from_db()
    assert bo.studio_since is not None


def test_nobody_is_moved_while_live_in_a_room_of_the_studio(
    admin: Client, cast: Cast, bo: Performer, attic: Room
) -> None:
    shows.go_live(user=cast.bo, room_id=attic.pk, mode_id=cast.free.pk, cid="1", now=cast.now)
    answer = edit(admin, bo, performer_form(bo, studio=""))
    assert "is live in this" in answer.content.decode()
    bo.refresh_from_db()
    assert bo.studio == cast.eos


def test_an_agreed_share_is_logged(admin: Client, bo: Performer) -> None:
    edit(admin, bo, performer_form(bo, studio_share_bp=2000))
    row = ModelLogEntry.objects.get(action="ppv_plugin.terms.change", object_id=str(bo.pk))
    assert row.message == "Terms changed: share of the studio: not set → 20 %"


def test_a_room_is_given_to_somebody_else_and_that_is_logged(admin: Client, attic: Room) -> None:
    assert edit(admin, attic, room_form(attic, performer="")).status_code == 302
    row = ModelLogEntry.objects.get(action="ppv_plugin.terms.change", object_id=str(attic.pk))
    assert row.data["changes"] == {"performer": ["Bo", None]}


def test_a_room_is_somebodys(admin: Client, cast: Cast) -> None:
    answer = edit(admin, cast.ana_room, room_form(cast.ana_room, performer=""))
    assert "Whose is it?" in answer.content.decode()
    cast.ana_room.refresh_from_db()
    assert cast.ana_room.performer is not None


def test_a_room_of_a_studio_goes_to_its_own_people_only(admin: Client, attic: Room) -> None:
    ana = Performer.objects.get(name="Ana")
    answer = edit(admin, attic, room_form(attic, performer=ana.pk))
    assert "is not one of that" in answer.content.decode()


def test_nobody_loses_the_room_they_are_live_in(admin: Client, cast: Cast, attic: Room) -> None:
    shows.go_live(user=cast.bo, room_id=attic.pk, mode_id=cast.free.pk, cid="1", now=cast.now)
    answer = edit(admin, attic, room_form(attic, performer=""))
    assert "is live in this" in answer.content.decode()


def test_a_studios_own_limits_are_logged(admin: Client, cast: Cast) -> None:
    form = {"name": "Eos", "owner": cast.eos.owner_id, "share_bp": 3000, "performers_max": 5, "rooms_max": 7}
    assert edit(admin, cast.eos, form).status_code == 302
    row = ModelLogEntry.objects.get(action="ppv_plugin.terms.change", object_id=str(cast.eos.pk))
    assert row.data["changes"] == {"performers_max": [None, 5], "rooms_max": [None, 7]}
