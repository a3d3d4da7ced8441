"""Links of locked calls: who holds one still has to be the person it is for. Nothing of a link is kept or logged."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.urls import reverse

from ppv_plugin.people import letters

from .call_models import LockedCall

_SIGNER = signing.Signer(sep=".", salt="ppv_plugin.shows.call")


def link(call: LockedCall) -> str:
    """Random, and signed with the site's key: nobody makes one up, and whoever reads the database cannot either."""
    return letters.absolute(call.room.site, reverse("ppv:call", args=[_SIGNER.sign(call.uuid.hex)]))


def read(token: str) -> UUID | None:
    """Which call a link is of; None when it is not ours."""
    try:
        return UUID(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def send_link(*, call: LockedCall) -> bool:
    """To the client, who may have no address: then the performer passes the link on."""
    return letters.send(
        letter="locked_call",
        user=call.client.user,
        site=call.room.site,
        language=call.client.language,
        name=call.client.name,
        performer=call.room.performer.name,
        cpm=call.cpm,
        until=call.expires_at,
        url=link(call),
    )
