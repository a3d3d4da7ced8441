"""What somebody whose role is not approved is told: what is missing, and what can be done about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ppv_plugin.wording import phrase

from . import rules
from .queries import last_change, studio_barred


def blocking_text(*, role: str, row: Any) -> str:
    """Empty for somebody who is approved, and whom no studio holds back."""
    if row.status == rules.APPROVED:
        return held_back_text(row) if role == "performer" else ""
    if row.status == rules.DRAFT:
        return _("Please confirm your e-mail address first, by the link that was sent to it.")
    if row.status == rules.SUBMITTED:
        return _("Your registration waits for approval. You will be told by e-mail as soon as it is decided.")
    change = last_change(role=role, subject=row.uuid)
    reason = change.reason if change is not None and change.after == row.status else ""
    text = _("Your registration was not approved.") if row.status == rules.REJECTED else _("You are suspended.")
    return f"{text} {reason}".strip()


def held_back_text(performer: Any) -> str:
    """What its studio has to do with it that this performer cannot go live; empty when nothing has."""
    if performer.disabled:
        return f"{phrase(_('Your %(studio)s has disabled you for now.'))} {performer.disabled_reason}".strip()
    if studio_barred(performer):
        return str(phrase(_("The site has suspended your %(studio)s. You can leave it and go on without it.")))
    return ""
