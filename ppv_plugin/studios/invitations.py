"""Invitations: a studio writes to an address, and whoever reads the letter says yes or no.

A studio makes no account for anybody. The letter's link does, with the password that its reader chooses; who has an
account already signs in to it and agrees. So a studio learns nothing about an address, and takes nobody over.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from ppv_plugin.errors import BadInput, Gone, NotAllowed, NotApproved, NotFound, TooFast
from ppv_plugin.people import letters, throttle
from ppv_plugin.people import services as people
from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.people.queries import role_settings
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.opening import add_room
from ppv_plugin.wording import phrase

from . import log
from .common import lock_studio, need_performer_place
from .letters import send_invitation
from .models import StudioInvitation
from .queries import OPEN, expired, limits_of, may_create

LETTERS_PER_HOUR = 30
NAME_MAX = 80
State = StudioInvitation.State


@transaction.atomic
def invite(
    *, user: Any, studio_id: int, name: str, email: str, site: Any, language: str, now: datetime
) -> StudioInvitation:
    """Somebody is asked by letter to perform for the studio, and takes a place in it until the answer.

    Raises NotFound, NotApproved (the studio), StudioFull (naming the limit), BadInput (telling why), TooFast.
    """
    studio = lock_studio(user=user, studio_id=studio_id, creating=True)
    name, email = name.strip(), _address(email)
    if not name or len(name) > NAME_MAX:
        raise BadInput
    if email == letters.address_of(user).lower():
        raise BadInput(str(phrase(_("This is your own address: %(a_studio)s does not go live itself."))))
    if StudioInvitation.objects.filter(studio=studio, email=email, state=OPEN).exists():
        raise BadInput(_("This address is invited already. You can send the letter again."))
    need_performer_place(studio)
    made = StudioInvitation.objects.create(
        studio=studio, site=site, name=name, email=email, language=language, invited_by=user, sent_at=now
    )
    log.record(log.INVITE, subject=studio, user=user, name=name, email=email)
    _send(made)
    return made


@transaction.atomic
def send_again(*, user: Any, studio_id: int, invitation_id: int, now: datetime) -> None:
    """The letter goes out once more, and its link works as long as a new one. Raises NotFound, NotApproved, TooFast."""
    studio = lock_studio(user=user, studio_id=studio_id, creating=True)
    found = _open(studio, invitation_id)
    found.sent_at = now
    found.save(update_fields=["sent_at"])
    _send(found)


@transaction.atomic
def withdraw(*, user: Any, studio_id: int, invitation_id: int, now: datetime) -> None:
    """The link stops working, and the place is free again. Raises NotFound."""
    studio = lock_studio(user=user, studio_id=studio_id)
    found = _open(studio, invitation_id)
    _answer(found, State.WITHDRAWN, now)
    log.record(log.WITHDRAW, subject=studio, user=user, name=found.name, email=found.email)


@transaction.atomic
def accept(*, user: Any, uuid: UUID, name: str, about: str, language: str, now: datetime) -> Performer:
    """The reader of the letter performs for the studio from now on, with a room where the site gives performers one.

    Raises NotFound, Gone (withdrawn, answered, too old), NotApproved (the studio), NotAllowed (telling why: another's
    letter, another studio's performer, the studio itself). Announces `role_changed` for a new performer.
    """
    found, studio = _answerable(uuid, now)
    if not may_create(studio):
        raise NotApproved(str(phrase(_("This %(studio)s may take nobody in right now."))))
    if studio.owner_id == user.pk:
        raise NotAllowed(str(phrase(_("%(a_studio)s does not go live itself."), cap=True)))
    if not addressed_to(found, user):
        raise NotAllowed(_("This letter is for somebody else. Sign in with the account of its address."))
    performer: Performer = people.join_studio(
        user=user, studio=studio, site=found.site or studio.site, name=name, about=about, language=language, now=now
    )
    found.performer = performer
    _answer(found, State.ACCEPTED, now)
    _first_room(studio, performer, found.site or studio.site)
    log.record(log.JOIN, subject=performer, user=user, studio=studio.name)
    return performer


@transaction.atomic
def decline(*, uuid: UUID, now: datetime) -> None:
    """The reader says no; the place is free again. Raises NotFound, Gone."""
    found, _studio = _answerable(uuid, now)
    _answer(found, State.DECLINED, now)


def accounts_of(email: str) -> Any:
    """The site's users with this address; none where users have no address."""
    model = get_user_model()
    name = model.get_email_field_name()
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return model._default_manager.none()
    return model._default_manager.filter(**{f"{name}__iexact": email})


def addressed_to(invitation: StudioInvitation, user: Any) -> bool:
    """Where the address is some account's, only that one may say yes."""
    return letters.address_of(user).lower() == invitation.email or not accounts_of(invitation.email).exists()


def _answerable(uuid: UUID, now: datetime) -> tuple[StudioInvitation, Studio]:
    """Both locked, the studio first."""
    studio_id = StudioInvitation.objects.filter(uuid=uuid).values_list("studio_id", flat=True).first()
    if studio_id is None:
        raise NotFound
    rows = Studio.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    studio = rows.get(pk=studio_id)
    found = StudioInvitation.objects.select_for_update(of=("self",)).select_related("site").get(uuid=uuid)
    if found.state != OPEN or expired(found, now=now):
        raise Gone
    return found, studio


def _open(studio: Studio, invitation_id: int) -> StudioInvitation:
    rows = StudioInvitation.objects.select_for_update(of=("self",))
    found = rows.filter(pk=invitation_id, studio=studio, state=OPEN).first()
    if found is None:
        raise NotFound
    return found


def _answer(invitation: StudioInvitation, state: str, now: datetime) -> None:
    invitation.state, invitation.answered_at = state, now
    invitation.save(update_fields=["state", "answered_at", "performer"])


def _first_room(studio: Studio, performer: Performer, site: Any) -> None:
    """The studio's, while it has a place left; otherwise it assigns one of those it has."""
    if site is None or not role_settings(site).performer_room or not limits_of(studio).rooms_left:
        return
    if not Room.objects.filter(performer=performer, site=site).exists():
        add_room(studio=studio, site=site, title=performer.name, performer=performer)


def _send(invitation: StudioInvitation) -> None:
    if not throttle.allowed(key=f"invite.{invitation.studio_id}", times=LETTERS_PER_HOUR, seconds=3600):
        raise TooFast(_("You have sent many letters. Please wait an hour."))
    transaction.on_commit(partial(send_invitation, invitation=invitation))


def _address(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadInput(_("This is no e-mail address.")) from error
    return email
