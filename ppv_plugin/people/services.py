"""Verbs about people: who gets a role, who decides about it, who is not let in."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from ppv_plugin.errors import BadInput, Gone, NotAllowed, NotFound
from ppv_plugin.signals import announce, role_changed
from ppv_plugin.wording import phrase

from . import letters, rules
from .models import Block, Client, Performer, StatusChange, Studio
from .queries import ROLES, holder_of, requirements

_ABOUT = {"performer": "bio"}  # where a role keeps what somebody says about itself


def ensure_client(*, user: Any, site: Any = None) -> Client:
    """The client this user is, made on first need; approved at once unless the site (None: the default one) asks for
    more."""
    found = Client.objects.filter(user=user).first()
    if found is not None:
        return found
    wants = requirements(role="client", site=site)
    first = rules.first_status(email=wants.email, approval=wants.approval or not wants.open)
    made, _created = Client.objects.get_or_create(
        user=user, defaults={"name": public_name(user), "status": first, "site": site}
    )
    return made


def public_name(user: Any) -> str:
    """What others may see of an account name: never more of an e-mail address than what stands before the @."""
    return str(user.get_username()).split("@")[0][:80] or "guest"


@transaction.atomic
def register(*, user: Any, role: str, site: Any, name: str, about: str, language: str, now: datetime) -> Any:
    """This user has the role, in the first status that the site's settings allow; a link to confirm the address goes
    out where they ask for it. Who was rejected asks anew; for others who have the role already nothing changes.

    Raises NotAllowed (the role is closed). Announces `role_changed`.
    """
    wants = requirements(role=role, site=site)
    if not wants.open:
        raise NotAllowed
    row = _locked(role, user)
    if row is not None and row.status != rules.REJECTED:
        return row
    before = row.status if row is not None else ""
    row = row or ROLES[role](**{"owner" if role == "studio" else "user": user})
    row.name, row.site, row.language = name, site, language
    if role in _ABOUT:
        setattr(row, _ABOUT[role], about)
    row.status = rules.first_status(email=wants.email and not before, approval=wants.approval or bool(before))
    row.save()
    _note(row, role, before=before, actor=user, reason="", now=now)
    if row.status == rules.DRAFT:
        transaction.on_commit(partial(letters.send_activation, row=row, role=role))
    return row


@transaction.atomic
def join_studio(*, user: Any, studio: Studio, site: Any, name: str, about: str, language: str, now: datetime) -> Any:
    """This user is a performer of the studio; who was none becomes one, in the first status after a confirmed address
    (the invitation went there), also where performers do not register by themselves. The caller
    has locked the studio.

    Raises NotAllowed (a performer of another studio). Announces `role_changed` for a new performer.
    """
    row: Any = _locked("performer", user)
    if row is None:
        approval = requirements(role="performer", site=site).approval
        row = Performer(user=user, name=name, bio=about, site=site, language=language)
        row.status = rules.first_status(email=False, approval=approval)
        row.save()
        _note(row, "performer", before="", actor=user, reason="", now=now)
    if row.studio_id == studio.pk:
        return row
    if row.studio_id is not None:
        raise NotAllowed(str(phrase(_("You are with another %(studio)s. Leave that one first, on your dashboard."))))
    row.studio, row.studio_since = studio, now
    row.save(update_fields=["studio", "studio_since"])
    return row


@transaction.atomic
def leave_studio(*, performer: Performer) -> None:
    """The performer works for itself. What runs keeps the split it was opened with; what comes has no studio's part."""
    Performer.objects.filter(pk=performer.pk).update(
        studio=None, studio_since=None, studio_share_bp=None, disabled=False, disabled_reason=""
    )


@transaction.atomic
def confirm_email(*, role: str, subject: UUID, address: str, now: datetime) -> Any:
    """The address was proven: the draft goes on to approval, or is approved where none is needed. A sign-up that waited
    for this may sign in. Doing it again changes nothing. Raises NotFound (nobody, or another address by now)."""
    row = ROLES[role].objects.select_for_update(of=("self",)).filter(uuid=subject).first()
    if row is None or letters.address_of(holder_of(row)).lower() != address.lower():
        raise NotFound
    user = holder_of(row)
    if row.status != rules.DRAFT:
        return row
    row.status = rules.first_status(email=False, approval=requirements(role=role, site=row.site).approval)
    row.save(update_fields=["status"])
    if not user.is_active and user.last_login is None:  # somebody whom staff has locked out stays out
        user.is_active = True
        user.save(update_fields=["is_active"])
    _note(row, role, before=rules.DRAFT, actor=user, reason="", now=now)
    return row


@transaction.atomic
def decide(*, role: str, subject: UUID, decision: str, reason: str, actor: Any, now: datetime) -> Any:
    """A reviewer approves, rejects or suspends somebody in a role, and history keeps who, when and why.

    Raises NotFound, BadInput (a refusal without a reason), Gone (not possible from the status it has by now). Announces
    `role_changed`, after which the person is told by e-mail and a suspended performer's show ends.
    """
    row = ROLES[role].objects.select_for_update(of=("self",)).filter(uuid=subject).first()
    if row is None or decision not in rules.DECISIONS:
        raise NotFound
    before, (allowed, after) = row.status, rules.DECISIONS[decision]
    if decision in rules.NEEDS_REASON and not reason.strip():
        raise BadInput
    if before not in allowed:
        raise Gone
    row.status = after
    row.save(update_fields=["status"])
    _note(row, role, before=before, actor=actor, reason=reason.strip(), now=now)
    return row


def _locked(role: str, user: Any) -> Performer | Client | Studio | None:
    """The user's row, nobody else's while this transaction runs: the user stands for it where there is none yet."""
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    holder = {"owner" if role == "studio" else "user": user}
    found: Performer | Client | Studio | None = ROLES[role].objects.filter(**holder).order_by("pk").first()
    return found


def _note(row: Any, role: str, *, before: str, actor: Any, reason: str, now: datetime) -> None:
    StatusChange.objects.create(
        role=role, subject=row.uuid, before=before, after=row.status, reason=reason, actor=actor, at=now
    )
    announce(
        role_changed,
        role=role,
        subject=row.uuid,
        user_key=str(holder_of(row).pk),
        before=before,
        after=str(row.status),
        at=now,
    )


@transaction.atomic
def block(*, performer_id: int, client_id: int, until: datetime | None, reason: str) -> Block:
    """Do not let this client in, for good (`until` None) or until then; a newer word replaces the older."""
    found, _created = Block.objects.update_or_create(
        performer_id=performer_id, client_id=client_id, defaults={"until": until, "reason": reason}
    )
    return found


def unblock(*, performer_id: int, client_id: int) -> None:
    """The client may come in again."""
    Block.objects.filter(performer_id=performer_id, client_id=client_id).delete()
