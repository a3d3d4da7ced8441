"""Who was decided about is told by e-mail."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from ppv_plugin.signals import role_changed

from . import letters, rules
from .queries import ROLES, holder_of, last_change

_LETTERS = {rules.APPROVED: "approved", rules.REJECTED: "rejected", rules.SUSPENDED: "suspended"}


@receiver(role_changed, dispatch_uid="ppv_plugin.people.letters")
def tell(*, role: str, subject: Any, user_key: str, after: str, **_facts: Any) -> None:
    """Steps that people take themselves are not told to them."""
    row, change = ROLES[role].objects.filter(uuid=subject).first(), last_change(role=role, subject=subject)
    if row is None or change is None or after not in _LETTERS or str(change.actor_id) == user_key:
        return
    letters.send(
        letter=_LETTERS[after],
        user=holder_of(row),
        site=row.site,
        language=row.language,
        role=role,
        name=row.name,
        reason=change.reason,
    )
