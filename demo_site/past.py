"""What happened before the visitor came: two months of evenings, told from the oldest to the newest, as they were.

Performers were live, guests paid for minutes and gave tips and stars. The same past each time, but for the dates.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.utils import timezone

from demo_site import cast
from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.once import charge_once
from ppv_plugin.metering.services import UsageReport
from ppv_plugin.payments.services import top_up
from ppv_plugin.people.services import ensure_client
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.queries import pricing, terms_of
from ppv_plugin.shows.models import Show, Visit
from ppv_plugin.shows.queries import client_history
from ppv_plugin.shows.services import rate_room
from ppv_plugin.shows.services.common import facts_of, private_tariff, tariff_for, wallet_of
from ppv_plugin.shows.tip_models import Tip, TipOption

DAYS = 60
MINUTE = timedelta(minutes=1)
PACK = 20_00  # what a guest buys when the wallet runs low


@dataclass(frozen=True, slots=True)
class Evening:
    """A show that was: who came, what for, and for how many minutes; a tip has an amount instead."""

    room: Room
    began: datetime
    minutes: int
    visits: tuple[tuple[Any, str, int], ...]  # guest, kind of session, minutes or hundredths


@transaction.atomic
def tell(*, rooms: Sequence[tuple[Room, cast.Person]], guests: Sequence[Any], clients: Sequence[Any]) -> bool:
    """False when it has been told before. `clients` came now and then, `guests` often; each guest rated once."""
    if Show.objects.filter(cid__startswith="past-").exists():
        return False
    planned = [one for room, person in rooms for one in _evenings(room, person, [*guests, *clients])]
    for number, evening in enumerate(sorted(planned, key=lambda one: one.began)):
        _live(evening, number)
    for room, person in rooms:
        for guest, stars in zip(guests, person.stars, strict=False):
            _rate(room, guest, stars)
    return True


def _evenings(room: Room, person: cast.Person, people: Sequence[Any]) -> Iterator[Evening]:
    """Whoever rates was there on one of the first evenings."""
    chance = random.Random(person.login)  # noqa: S311 - nobody is to be surprised
    today = timezone.localtime().replace(hour=person.hour, minute=0, second=0, microsecond=0)
    days = [day for day in range(DAYS, 0, -1) if (today - timedelta(days=day)).weekday() in person.evenings]
    for number, day in enumerate(days):
        began = today - timedelta(days=day) + chance.randrange(-20, 40) * MINUTE
        minutes = chance.randrange(65, 150)
        came = [people[number]] if number < len(person.stars) else chance.sample(people, chance.choice((0, 1, 1, 2)))
        visits = [(guest, *_stay(room, chance)) for guest in came]
        if came and chance.random() < 0.5:
            visits.append((came[0], "tip", chance.choice((1_00, 2_00, 2_00, 5_00, 10_00))))
        yield Evening(room, began, minutes, tuple(visits))


def _stay(room: Room, chance: random.Random) -> tuple[str, int]:
    if room.mode.group_cpm and chance.random() < 0.7:
        return ("two_way" if chance.random() < 0.2 else "group"), chance.randrange(4, 22)
    return "private", chance.randrange(3, 14)


def _live(evening: Evening, number: int) -> None:
    room, ended = evening.room, evening.began + evening.minutes * MINUTE
    show = Show.objects.create(
        id=uuid4(), room=room, performer=room.performer, mode=room.mode, cid=f"past-{number}",
        terms=msgspec.to_builtins(terms_of(room.mode, pricing(room.site))), state=Show.State.ENDED,
        started_at=evening.began, seen_at=ended, ended_at=ended, end_reason="performer",
    )  # fmt: skip
    at = evening.began + 6 * MINUTE
    for guest, kind, amount in evening.visits:
        client = ensure_client(user=guest, site=room.site)
        if kind == "tip":
            at += 2 * MINUTE
            _tip(show, client, amount, at)
        else:
            _session(show, client, kind, at, at + amount * MINUTE)
            at += (amount + 4) * MINUTE
    Room.objects.filter(pk=room.pk).update(online_at=ended)


def _session(show: Show, client: Any, kind: str, began: datetime, ended: datetime) -> None:
    room, terms, subject = show.room, show.terms, uuid4()
    if kind == "private":
        tariff = private_tariff(room=room, client=client)
    else:
        cpm = terms["two_way_cpm"] if kind == "two_way" else terms["group_cpm"]
        tariff = tariff_for(room=room, rule=terms["rule"], cpm=cpm, grace_seconds=terms["grace_seconds"])
    used_ms = (ended - began) // timedelta(milliseconds=1) - random.Random(str(began)).randrange(55_000)  # noqa: S311
    _fund(client, tariff.cpm * max(math.ceil(used_ms / 60_000), tariff.minutes_to_start), began - MINUTE)
    wallet = wallet_of(client)
    hold = metering.reserve(account_id=wallet.id, tariff=tariff, source="visit", source_id=str(subject), now=began)
    session = metering.open_session(
        client_account_id=wallet.id,
        hold_id=hold.id,
        subject=kind,
        subject_id=subject,
        participant=f"past-{subject}",
        tariff=tariff,
        facts=facts_of(room=room, client=client, mode="Private" if kind == "private" else terms["name"], media="video"),
        now=began,
    )
    for so_far in (1, used_ms):
        usage = UsageReport(session.participant, "past", so_far, "flowing")
        metering.record_usage(reports=[usage], now=began + timedelta(milliseconds=so_far))
    metering.close_session(session_id=session.id, reason="client", now=ended)
    if kind != "private":
        Visit.objects.create(
            id=subject, show=show, client=client, session_id=session.id, manner=kind, cid=subject.hex,
            state=Visit.State.ENDED, entered_at=began, left_at=ended,
        )  # fmt: skip


def _tip(show: Show, client: Any, amount: int, at: datetime) -> None:
    room, tip_id = show.room, uuid4()
    option = TipOption.objects.filter(amount=amount, locale__language_code="en").first()
    name = option.name if option else "Tip"
    _fund(client, amount, at - MINUTE)
    session = charge_once(
        account_id=wallet_of(client).id,
        split=private_tariff(room=room, client=client).split,
        amount=amount,
        subject="tip",
        subject_id=tip_id,
        facts={**facts_of(room=room, client=client, mode=show.terms["name"], media=""), "tip": name},
        now=at,
    )
    Tip.objects.create(
        id=tip_id, show=show, client=client, option=option, session=session, name=name, amount=amount,
        cid=tip_id.hex, given_at=at,
    )  # fmt: skip


def _fund(client: Any, needed: int, at: datetime) -> None:
    missing = needed - balance_of(kind="client", owner=str(client.uuid)).available
    if missing > 0:
        top_up(user=client.user, amount=PACK * math.ceil(missing / PACK), key=f"past {at:%m%d %H%M}", now=at)


def _rate(room: Room, guest: Any, stars: int) -> None:
    session = _first_paid(room, guest)
    if session is not None:
        rate_room(user=guest, session_id=session, stars=stars, now=timezone.now())


def _first_paid(room: Room, guest: Any) -> UUID | None:
    rows = client_history(client=ensure_client(user=guest), limit=500)
    return next((row.session for row in reversed(rows) if row.room_title == room.title and row.amount), None)
