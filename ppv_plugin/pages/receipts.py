"""Who may see a receipt, and what of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ppv_plugin.metering.queries import Receipt, Share
from ppv_plugin.people.models import Studio
from ppv_plugin.people.queries import client_of, performer_of
from ppv_plugin.shows.queries import is_untold
from ppv_plugin.wording import phrase

STAFF_PERMISSION = "ppv_plugin.view_meteredsession"
PART_TEXTS = {
    "performer": _("Part of the one who was live"),
    "studio": phrase(_("Part of the %(studio)s")),
    "house": _("Part of the site"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What one party received. `kind` is the account's kind, `text` its name for people; hundredths of a token."""

    kind: str
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A receipt read by one person. `role`: client, performer, studio or staff; `shares`: what this role may see."""

    role: str
    shares: list[Part]


def reading(*, user: Any, receipt: Receipt) -> Reading | None:
    """None when this person has no part in it, or is not told of it before the show is over. The paying side wins for
    those who hold several roles."""
    received = [share for share in receipt.shares if share.account_id != receipt.client_account_id]
    client, performer = client_of(user), performer_of(user)
    if client and any(
        share.account_id == receipt.client_account_id and share.owner == str(client.uuid) for share in receipt.shares
    ):
        return Reading("client", [])
    if receipt.subject == "voyeur" and is_untold(session_id=receipt.id):
        return _staff(user, received)
    if performer and (own := _of(received, "performer", {str(performer.uuid)})):
        return Reading("performer", _parts(own))
    studios = {str(key) for key in Studio.objects.filter(owner=user).values_list("uuid", flat=True)}
    if own := _of(received, "studio", studios):
        return Reading("studio", _parts(own))
    return _staff(user, received)


def _staff(user: Any, received: list[Share]) -> Reading | None:
    return Reading("staff", _parts(received)) if user.has_perm(STAFF_PERMISSION) else None


def _of(shares: list[Share], kind: str, owners: set[str]) -> list[Share]:
    return [share for share in shares if share.kind == kind and share.owner in owners]


def _parts(shares: list[Share]) -> list[Part]:
    return [Part(share.kind, str(PART_TEXTS.get(share.kind, share.kind)), share.amount) for share in shares]
