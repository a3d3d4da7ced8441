"""A studio invites; whoever reads the letter says yes or no; nobody is taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from ppv_plugin.errors import BadInput, Gone, NotAllowed, NotApproved, NotFound, StudioFull
from ppv_plugin.models import Performer, Room, StudioInvitation
from ppv_plugin.studios import services
from ppv_plugin.studios.letters import link, read

from .conftest import Eos, give_address


def test_an_invitation_makes_no_account_and_no_performer(eos: Eos) -> None:
    before = get_user_model().objects.count(), Performer.objects.count()
    eos.invite()
    assert (get_user_model().objects.count(), Performer.objects.count()) == before


def test_the_letter_has_a_link_of_the_site_that_only_we_can_make(eos: Eos) -> None:
    made = eos.invite("fay@people.example")
    assert link(made) in eos.letter_to("fay@people.example")
    assert read(link(made).rstrip("/").rsplit("/", 1)[-1]) == made.uuid
    assert read("something:else") is None


def test_the_letter_is_the_same_whether_the_address_has_an_account_or_not(eos: Eos) -> None:
    address = give_address(eos.cast.di)
    eos.invite(address, name="Fay")
    eos.invite("nobody@people.example", name="Fay")
    known, unknown = ([line for line in letter.body.splitlines() if "/ppv/" not in line] for letter in mail.outbox[-2:])
    assert known == unknown


def test_who_accepts_is_a_performer_of_the_studio_and_waits_for_the_site(eos: Eos) -> None:
    performer = eos.accept(eos.invite(), eos.cast.di)
    assert (performer.studio, performer.status, performer.studio_since) == (eos.studio, "submitted", eos.cast.now)


def test_without_approval_by_the_site_who_accepts_may_go_live_at_once(eos: Eos) -> None:
    eos.settings(performer_approval=False)
    assert eos.accept(eos.invite(), eos.cast.di).status == "approved"


def test_who_accepts_gets_a_room_of_the_studio(eos: Eos) -> None:
    performer = eos.accept(eos.invite(name="Fay"), eos.cast.di)
    room = Room.objects.get(performer=performer)
    assert (room.title, room.studio) == ("Fay", eos.studio)


def test_a_studio_that_has_all_its_rooms_takes_people_in_without(eos: Eos) -> None:
    eos.settings(studio_rooms_max=0)
    performer = eos.accept(eos.invite(), eos.cast.di)
    assert not Room.objects.filter(performer=performer).exists()


def test_a_performer_who_accepts_keeps_status_rooms_and_name(eos: Eos) -> None:
    address = give_address(eos.cast.ana)
    performer = eos.accept(eos.invite(address, name="Another name"), eos.cast.ana)
    assert (performer.name, performer.status, performer.studio) == ("Ana", "approved", eos.studio)
    assert Room.objects.get(performer=performer).studio is None


def test_the_letter_of_an_account_is_for_that_account_only(eos: Eos) -> None:
    made = eos.invite(give_address(eos.cast.di))
    with pytest.raises(NotAllowed, match="somebody else"):
        eos.accept(made, eos.cast.cy)
    assert not Performer.objects.filter(user=eos.cast.cy).exists()


def test_a_performer_of_another_studio_has_to_leave_that_first(eos: Eos) -> None:
    other = type(eos.studio).objects.create(name="Sol", owner=eos.cast.cy)
    made = eos.invite(give_address(eos.cast.ana))
    Performer.objects.filter(user=eos.cast.ana).update(studio=other)
    with pytest.raises(NotAllowed, match="Leave that one first"):
        eos.accept(made, eos.cast.ana)
    assert Performer.objects.get(user=eos.cast.ana).studio == other


def test_a_studio_cannot_invite_itself(eos: Eos) -> None:
    with pytest.raises(BadInput, match="does not go live itself"):
        eos.invite(give_address(eos.user))


def test_a_studio_cannot_accept_its_own_letter(eos: Eos) -> None:
    with pytest.raises(NotAllowed, match="does not go live itself"):
        eos.accept(eos.invite(), eos.user)


@pytest.mark.parametrize("email", ["", "fay", "fay@", "a b@c.example"])
def test_what_is_no_address_is_refused(eos: Eos, email: str) -> None:
    with pytest.raises(BadInput):
        eos.invite(email)


def test_an_address_is_invited_once(eos: Eos) -> None:
    eos.invite("fay@people.example")
    with pytest.raises(BadInput, match="invited already"):
        eos.invite("Fay@People.example ")


def test_a_letter_can_be_sent_again_and_its_link_then_works_as_long_as_a_new_one(eos: Eos) -> None:
    made = eos.invite()
    eos.cast.now += timedelta(days=8)
    services.send_again(user=eos.user, studio_id=eos.studio.pk, invitation_id=made.pk, now=eos.cast.now)
    assert len(mail.outbox) == 2
    assert eos.accept(made, eos.cast.di).studio == eos.studio


def test_a_link_that_is_too_old_does_nothing(eos: Eos) -> None:
    made = eos.invite()
    eos.cast.now += timedelta(days=8)
    with pytest.raises(Gone):
        eos.accept(made, eos.cast.di)


def test_a_withdrawn_invitation_frees_its_place_and_its_link_does_nothing(eos: Eos) -> None:
    eos.settings(studio_performers_max=2)
    made = eos.invite()
    with pytest.raises(StudioFull):
        eos.invite("gus@people.example")
    services.withdraw(user=eos.user, studio_id=eos.studio.pk, invitation_id=made.pk, now=eos.cast.now)
    eos.invite("gus@people.example")
    with pytest.raises(Gone):
        eos.accept(made, eos.cast.di)


def test_a_declined_invitation_cannot_be_accepted_later(eos: Eos) -> None:
    made = eos.invite()
    services.decline(uuid=made.uuid, now=eos.cast.now)
    with pytest.raises(Gone):
        eos.accept(made, eos.cast.di)
    assert StudioInvitation.objects.get().state == "declined"


def test_the_limit_names_itself(eos: Eos) -> None:
    eos.settings(studio_performers_max=1)
    with pytest.raises(StudioFull, match="limited to 1 here"):
        eos.invite()


def test_a_studio_may_have_twenty_performers_unless_the_site_or_staff_says_otherwise(eos: Eos) -> None:
    for number in range(19):
        eos.invite(f"p{number}@people.example")
    with pytest.raises(StudioFull, match="limited to 20 here"):
        eos.invite("one-more@people.example")
    eos.studio.performers_max = 21
    eos.studio.save()
    eos.invite("one-more@people.example")


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected", "suspended"])
def test_a_studio_that_is_not_approved_invites_nobody_and_is_told_why(eos: Eos, status: str) -> None:
    type(eos.studio).objects.update(status=status)
    with pytest.raises(NotApproved) as refusal:
        eos.invite()
    assert str(refusal.value.text)
    assert not mail.outbox


def test_nobody_joins_a_studio_that_was_suspended_meanwhile(eos: Eos) -> None:
    made = eos.invite()
    type(eos.studio).objects.update(status="suspended")
    with pytest.raises(NotApproved):
        eos.accept(made, eos.cast.di)


def test_nobody_invites_for_a_studio_of_somebody_else(eos: Eos) -> None:
    with pytest.raises(NotFound):
        eos.invite(user=eos.cast.ana)
