"""The letter of an invitation, and the link in it."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.urls import reverse

from ppv_plugin.conf import conf
from ppv_plugin.people import letters

from .models import StudioInvitation

_SALT = "ppv_plugin.studios.invitation"


def link(invitation: StudioInvitation) -> str:
    token = signing.dumps(str(invitation.uuid), salt=_SALT, compress=True)
    return letters.absolute(invitation.site, reverse("ppv:invitation", args=[token]))


def read(token: str) -> UUID | None:
    """Which invitation a link is of; None when it is not ours. Its age counts from when the letter was sent last."""
    try:
        return UUID(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def send_invitation(*, invitation: StudioInvitation) -> bool:
    return letters.send_to(
        to=invitation.email,
        letter="invitation",
        site=invitation.site,
        language=invitation.language,
        name=invitation.name,
        studio=invitation.studio,
        url=link(invitation),
        hours=conf.INVITATION_HOURS,
    )
