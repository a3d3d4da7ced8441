"""Verbs about people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from .models import Block, Client


def ensure_client(*, user: Any) -> Client:
    """The client this user is, made on first need."""
    found, _created = Client.objects.get_or_create(user=user, defaults={"name": public_name(user)})
    return found


def public_name(user: Any) -> str:
    """What others may see of an account name: never more of an e-mail address than what stands before the @."""
    return str(user.get_username()).split("@")[0][:80] or "guest"


@transaction.atomic
def block(*, performer_id: int, client_id: int, until: datetime | None, reason: str) -> Block:
    """Do not let this client in, for good (`until` None) or until then; a newer word replaces the older."""
    found, _created = Block.objects.update_or_create(
        performer_id=performer_id, client_id=client_id, defaults={"until": until, "reason": reason}
    )
    return found
