"""Who gets a role, in which status, and what that lets them do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from ppv_plugin.errors import NotAllowed, NotApproved, NotFound
from ppv_plugin.models import Client, Performer, RoleSettings, StatusChange, Studio
from ppv_plugin.people import letters, services
from ppv_plugin.people.queries import history_of, row_of
from ppv_plugin.rooms.opening import open_room
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast


def configure(cast: Cast, **values: Any) -> None:
    RoleSettings.objects.update_or_create(site=cast.site, defaults=values)


def register(cast: Cast, user: Any, role: str, **more: Any) -> Any:
    values = {"name": "Di", "about": "", "language": "en", **more}
    return services.register(user=user, role=role, site=cast.site, now=cast.now, **values)


def address(user: Any) -> str:
    user.email = f"{user.get_username()}@people.example"
    user.save()
    return str(user.email)


def test_a_performer_waits_for_approval_by_default(cast: Cast) -> None:
    assert register(cast, cast.di, "performer", about="Harp").status == "submitted"
    performer = Performer.objects.get(user=cast.di)
    assert (performer.name, performer.bio, performer.site) == ("Di", "Harp", cast.site)
    assert [(change.before, change.after) for change in StatusChange.objects.all()] == [("", "submitted")]


def test_a_client_needs_no_approval_by_default(cast: Cast) -> None:
    assert register(cast, cast.di, "client").status == "approved"


def test_a_role_that_is_closed_takes_nobody(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        register(cast, cast.di, "studio")
    assert row_of(user=cast.di, role="studio") is None


def test_one_user_may_have_every_role(cast: Cast) -> None:
    configure(cast, studio_open=True, studio_approval=False, performer_approval=False)
    for role in ("client", "performer", "studio"):
        assert register(cast, cast.di, role).status == "approved"
    assert Studio.objects.get(owner=cast.di).name == "Di"
    assert {role: bool(row_of(user=cast.di, role=role)) for role in ("client", "performer", "studio")} == {
        "client": True,
        "performer": True,
        "studio": True,
    }


def test_registering_again_changes_nothing(cast: Cast) -> None:
    first = register(cast, cast.di, "performer")
    again = register(cast, cast.di, "performer", name="Somebody else")
    assert (again.pk, again.name) == (first.pk, "Di")
    assert StatusChange.objects.count() == 1


def test_who_was_rejected_may_ask_anew_and_is_looked_at_again(cast: Cast) -> None:
    configure(cast, performer_approval=False)
    row = register(cast, cast.di, "performer")
    Performer.objects.filter(pk=row.pk).update(status="rejected")
    again = register(cast, cast.di, "performer", name="Di the second")
    assert (again.pk, again.name, again.status) == (row.pk, "Di the second", "submitted")
    assert [change.after for change in history_of(role="performer", subject=row.uuid)] == ["submitted", "approved"]


def test_a_draft_waits_for_its_own_address(cast: Cast) -> None:
    configure(cast, performer_email=True)
    to = address(cast.di)
    row = register(cast, cast.di, "performer")
    assert row.status == "draft"
    assert mail.outbox[0].to == [to]
    done = services.confirm_email(role="performer", subject=row.uuid, address=to, now=cast.now)
    assert done.status == "submitted"


def test_confirming_twice_is_confirming_once(cast: Cast) -> None:
    configure(cast, client_email=True)
    to = address(cast.di)
    row = register(cast, cast.di, "client")
    for _time in range(2):
        assert services.confirm_email(role="client", subject=row.uuid, address=to, now=cast.now).status == "approved"
    assert [change.after for change in history_of(role="client", subject=row.uuid)] == ["approved", "draft"]


def test_an_address_that_was_changed_meanwhile_is_not_confirmed(cast: Cast) -> None:
    configure(cast, client_email=True)
    old = address(cast.di)
    row = register(cast, cast.di, "client")
    cast.di.email = "elsewhere@people.example"
    cast.di.save()
    with pytest.raises(NotFound):
        services.confirm_email(role="client", subject=row.uuid, address=old, now=cast.now)


def test_a_link_that_was_tampered_with_is_none(cast: Cast) -> None:
    assert letters.read_activation("what:ever:this") is None


def test_a_client_who_waits_for_approval_cannot_spend(cast: Cast) -> None:
    configure(cast, client_approval=True)
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    with pytest.raises(NotApproved, match="waits for approval"):
        cast.private(cast.cy)
    services.decide(
        role="client",
        subject=Client.objects.get(user=cast.cy).uuid,
        decision="approve",
        reason="",
        actor=cast.eos.owner,
        now=cast.now,
    )
    assert cast.private(cast.cy).state == "open"


@pytest.mark.parametrize(
    ("setting", "status", "allowed"),
    [
        ("nobody", "submitted", False),
        ("nobody", "draft", False),
        ("submitted", "submitted", True),
        ("submitted", "draft", False),
        ("draft", "draft", True),
        ("draft", "rejected", False),
        ("draft", "suspended", False),
    ],
)
def test_who_goes_live_unapproved_is_the_sites_choice(cast: Cast, setting: str, status: str, allowed: bool) -> None:
    configure(cast, unapproved_live=setting)
    Performer.objects.filter(user=cast.ana).update(status=status)
    if allowed:
        cast.live(cast.ana, cast.free)
        cast.fund(cast.cy, 10_000)
        assert cast.private(cast.cy).state == "open"
    else:
        with pytest.raises(NotApproved):
            cast.live(cast.ana, cast.free)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("draft", "confirm your e-mail address"),
        ("submitted", "waits for approval"),
        ("rejected", "was not approved"),
        ("suspended", "You are suspended"),
    ],
)
def test_whoever_may_not_go_live_is_told_what_is_missing(cast: Cast, status: str, text: str) -> None:
    Performer.objects.filter(user=cast.ana).update(status=status)
    with pytest.raises(NotApproved, match=text):
        shows.go_live(user=cast.ana, room_id=cast.ana_room.pk, mode_id=cast.free.pk, cid="c", now=cast.now)


def test_a_new_performer_has_one_room_with_an_address_of_its_own(cast: Cast) -> None:
    performer = register(cast, cast.di, "performer", name="Bo")
    room = open_room(performer=performer, site=cast.site)
    assert (room.slug, room.title) == ("bo-2", "Bo")
    assert open_room(performer=performer, site=cast.site) == room


def test_a_name_without_latin_letters_gets_an_address_too(cast: Cast) -> None:
    performer = register(cast, cast.di, "performer", name="آنا")
    assert open_room(performer=performer, site=cast.site).slug == "room"
