"""What a client pays for right now, whatever kind of session it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin.ledger import queries as ledger
from ppv_plugin.metering import queries as metering
from ppv_plugin.rooms.models import Room

from ..states import MeterView
from .history import receipt_url
from .meters import meters


@dataclass(frozen=True, slots=True)
class Running:
    """`slug` is empty when the room is not there any more. `cpm`: hundredths."""

    session: UUID
    kind: str
    title: str
    partner: str
    slug: str
    cpm: int
    since: datetime
    meter: MeterView
    receipt_url: str

    @property
    def left_ms(self) -> int:
        return max((self.meter.cutoff_ms or 0) - self.meter.used_ms, 0)


def running(*, client: Any) -> list[Running]:
    """The oldest first."""
    account_id = ledger.balance_of(kind="client", owner=str(client.uuid)).account_id
    rows = metering.running(account_id=account_id) if account_id is not None else []
    if not rows:
        return []
    views = {meter.session_id: meter.client for meter in meters(session_ids=[row.id for row in rows])}
    slugs = dict(Room.objects.filter(pk__in=[row.facts["room_id"] for row in rows]).values_list("pk", "slug"))
    return [
        Running(
            session=row.id,
            kind=row.subject,
            title=row.facts["room"],
            partner=row.facts["performer"],
            slug=slugs.get(row.facts["room_id"], ""),
            cpm=row.cpm,
            since=row.opened_at,
            meter=views[row.id],
            receipt_url=receipt_url(row.id),
        )
        for row in rows
        if row.id in views
    ]
