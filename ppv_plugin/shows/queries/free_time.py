"""What somebody may still watch for free today."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin.chat import free_time
from ppv_plugin.ledger import queries as ledger
from ppv_plugin.people.models import Client
from ppv_plugin.rooms import presence


def free_left_ms(*, room: Any, connection: UUID | None, now: datetime) -> int | None:
    """None = as long as one likes: the site sets no limit, or there is something in the wallet."""
    row = presence.of_connection(connection=connection)
    if row is None or row.role not in ("client", "visitor"):
        return None
    left = free_time.left_ms(site=room.site, user_key=row.user_key, visitor=row.visitor, address=row.address, now=now)
    return None if left is None or has_funds(user_key=row.user_key) else left


def has_funds(*, user_key: str) -> bool:
    client = Client.objects.filter(user_id=user_key).first() if user_key else None
    return client is not None and ledger.balance_of(kind="client", owner=str(client.uuid)).available > 0
