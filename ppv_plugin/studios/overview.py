"""What a studio sees of itself: its performers with their state and earnings, its rooms, who is invited, its own part.

A flat number of queries however many performers there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger.queries import Balance
from ppv_plugin.metering import reports
from ppv_plugin.metering.reports import Takings
from ppv_plugin.people import rules
from ppv_plugin.people.models import Performer, Studio
from ppv_plugin.people.queries import role_settings
from ppv_plugin.people.rules import StudioShare
from ppv_plugin.rooms.models import Room

from .models import StudioInvitation
from .queries import OPEN, Limits, expired, limits_of

DAYS = 30
_NOTHING = Balance(None, 0, 0)


@dataclass(frozen=True, slots=True)
class PerformerRow:
    """`room`: where they are live right now. `month`: what their sessions with the studio's part brought this month."""

    performer: Performer
    room: Room | None
    share: StudioShare
    balance: Balance
    month: Takings


@dataclass(frozen=True, slots=True)
class Invited:
    invitation: StudioInvitation
    expired: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """`days`: the studio's part of each of the last 30 days, the oldest first. `highest_bp`: the site's bound."""

    studio: Studio
    limits: Limits
    highest_bp: int
    balance: Balance
    performers: Sequence[PerformerRow]
    invited: Sequence[Invited]
    rooms: Sequence[Room]
    month: Takings
    days: Sequence[tuple[date, int]]

    @property
    def live(self) -> int:
        return sum(row.room is not None for row in self.performers)

    @property
    def has_days(self) -> bool:
        return any(amount for _day, amount in self.days)

    @property
    def balances(self) -> int:
        return sum(row.balance.balance for row in self.performers)

    @property
    def share(self) -> StudioShare:
        """Of performers without an agreement of their own."""
        return rules.studio_share(own=None, studio=self.studio.share_bp, highest=self.highest_bp)


def overview(*, studio: Studio, now: datetime) -> Overview:
    """Days and months are those of the site's time zone."""
    rows = list(Performer.objects.filter(studio=studio).order_by("name", "id"))
    live = _live_rooms(rows)
    highest = role_settings(studio.site).studio_share_max_bp
    own = ledger.balance_of(kind="studio", owner=str(studio.uuid))
    balances = _balances(rows)
    month = _month(own, now)
    invited = StudioInvitation.objects.filter(studio=studio, state=OPEN).order_by("name", "id")
    return Overview(
        studio=studio,
        limits=limits_of(studio),
        highest_bp=highest,
        balance=own,
        performers=[
            PerformerRow(
                performer=row,
                room=live.get(row.pk),
                share=rules.studio_share(own=row.studio_share_bp, studio=studio.share_bp, highest=highest),
                balance=(balance := balances.get(row.pk, _NOTHING)),
                month=month.get(balance.account_id, Takings()),
            )
            for row in rows
        ],
        invited=[Invited(row, expired(row, now=now)) for row in invited],
        rooms=list(Room.objects.filter(studio=studio).select_related("performer").order_by("title", "id")),
        month=sum(month.values(), Takings()),
        days=_days(own, now),
    )


def _live_rooms(performers: Iterable[Performer]) -> dict[int, Room]:
    rows = Room.objects.filter(performer__in=performers).exclude(state=Room.State.OFFLINE)
    return {row.performer_id: row for row in rows if row.performer_id is not None}


def _balances(performers: Iterable[Performer]) -> dict[int, Balance]:
    keys = {str(row.uuid): row.pk for row in performers}
    accounts = ledger.account_ids_of(kind="performer", owners=keys)
    found = ledger.balances_of(account_ids=accounts.values())
    return {keys[owner]: found[account] for owner, account in accounts.items()}


def _month(own: Balance, now: datetime) -> dict[int | None, Takings]:
    """Account of a performer -> what its sessions brought since the first of the month."""
    first = timezone.localdate(now, timezone.get_default_timezone()).replace(day=1)
    lines = _takings(own, by="performer", first=first, now=now)
    return {line.key: line.takings for line in lines}


def _days(own: Balance, now: datetime) -> list[tuple[date, int]]:
    today = timezone.localdate(now, timezone.get_default_timezone())
    first = today - timedelta(days=DAYS - 1)
    found = {line.key: line.takings.studios for line in _takings(own, by="day", first=first, now=now)}
    return [(day, found.get(day, 0)) for day in (first + timedelta(days=number) for number in range(DAYS))]


def _takings(own: Balance, *, by: Any, first: date, now: datetime) -> list[reports.Line]:
    """Nothing for a studio that never had a part of anything."""
    if own.account_id is None:
        return []
    zone = timezone.get_default_timezone()
    start = datetime.combine(first, time.min, zone)
    end = datetime.combine(timezone.localdate(now, zone) + timedelta(days=1), time.min, zone)
    return reports.takings(by=by, start=start, end=end, zone=zone, payee=own.account_id)
