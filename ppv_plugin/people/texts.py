"""What somebody whose role is not approved is told: what is missing, and what can be done about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from . import rules
from .queries import last_change


def blocking_text(*, role: str, row: Any) -> str:
    """Empty for somebody who is approved. It names no role, so that it is right whatever the site calls it."""
    if row.status == rules.APPROVED:
        return ""
    if row.status == rules.DRAFT:
        return _("Please confirm your e-mail address first, by the link that was sent to it.")
    if row.status == rules.SUBMITTED:
        return _("Your registration waits for approval. You will be told by e-mail as soon as it is decided.")
    change = last_change(role=role, subject=row.uuid)
    reason = change.reason if change is not None and change.after == row.status else ""
    text = _("Your registration was not approved.") if row.status == rules.REJECTED else _("You are suspended.")
    return f"{text} {reason}".strip()
