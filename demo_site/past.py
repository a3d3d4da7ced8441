"""What happened before the visitor came: guests had private shows, paid for them and gave stars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from demo_site import cast
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.services import UsageReport
from ppv_plugin.payments.services import top_up
from ppv_plugin.people.services import ensure_client
from ppv_plugin.rooms.models import Room
from ppv_plugin.rooms.ratings import Rating
from ppv_plugin.shows.services import rate_room
from ppv_plugin.shows.services.common import facts_of, private_tariff, wallet_of

SIX_MINUTES_MS = 360_000


def tell(*, room: Room, person: cast.Person, guests: list[Any]) -> None:
    """Each guest has been there once and has rated the room, unless that has been told before."""
    for days, (guest, stars) in enumerate(zip(guests, person.stars, strict=False), start=1):
        client = ensure_client(user=guest, site=room.site)
        if Rating.objects.filter(room=room, client=client).exists():
            continue
        ended = timezone.now() - timedelta(days=days)
        top_up(user=guest, amount=2_000, key=f"seed {room.slug}", now=ended - timedelta(minutes=8))
        session = _paid_session(room=room, client=client, began=ended - timedelta(minutes=7))
        metering.close_session(session_id=session.id, reason="client", now=ended)
        rate_room(user=guest, session_id=session.id, stars=stars, now=ended)
        Room.objects.filter(pk=room.pk, online_at__lt=ended).update(online_at=ended)


def _paid_session(*, room: Room, client: Any, began: Any) -> Any:
    subject, tariff = uuid4(), private_tariff(room=room, client=client)
    wallet = wallet_of(client)
    hold = metering.reserve(account_id=wallet.id, tariff=tariff, source="visit", source_id=str(subject), now=began)
    session = metering.open_session(
        client_account_id=wallet.id,
        hold_id=hold.id,
        subject="private",
        subject_id=subject,
        participant=f"seed-{subject}",
        tariff=tariff,
        facts=facts_of(room=room, client=client, mode="Private", media="video"),
        now=began,
    )
    for used_ms in (1, SIX_MINUTES_MS):
        usage = UsageReport(session.participant, "seed", used_ms, "flowing")
        metering.record_usage(reports=[usage], now=began + timedelta(milliseconds=used_ms))
    return session
