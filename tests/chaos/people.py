"""Who is in a fault test: performers in rooms with different rules, a studio, clients with wallets and cookies."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

CLIENTS = 18
FUNDS = (3000, 450)  # by turns: some can stay, some soon cannot
# slug, price per minute, rule, grace; a price of 0 is a free room that takes private requests
ROOMS = (
    ("second", 150, "per_second", 10),
    ("minute", 200, "started_minutes", 10),
    ("step", 180, "steps", 5),
    ("upfront", 120, "upfront_minutes", 0),
    ("private", 0, "", 10),
    ("tete", 0, "", 10),
)
PRIVATE_CPM = 250


@dataclass(frozen=True, slots=True)
class RoomCard:
    id: int
    uuid: str
    performer: int  # user
    earnings: int  # account
    mode: int
    cpm: int  # 0: private requests are taken


@dataclass(frozen=True, slots=True)
class ClientCard:
    user: int
    client: int
    wallet: int  # account
    cookie: str
    funds: int  # at the beginning


@dataclass(frozen=True, slots=True)
class People:
    """Plain numbers: every process reads them from the file."""

    rooms: list[RoomCard]
    clients: list[ClientCard]
    house: int
    payout: int

    def write(self, folder: Path) -> None:
        (folder / "people.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> People:
        found = json.loads((folder / "people.json").read_text())
        rooms = [RoomCard(**row) for row in found["rooms"]]
        clients = [ClientCard(**row) for row in found["clients"]]
        return cls(rooms, clients, found["house"], found["payout"])


def invite() -> People:
    """Write them to the database, which has been migrated."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Locale, Site

    from ppv_plugin.ledger import services as ledger
    from ppv_plugin.models import PricingSettings, Studio

    site, locale = Site.objects.get(is_default_site=True), Locale.get_default()
    PricingSettings.objects.update_or_create(
        site=site,
        defaults={"private_cpm": PRIVATE_CPM, "minutes_to_start": 2, "request_seconds": 3, "fault_refund_seconds": 20},
    )
    users = get_user_model().objects
    studio = Studio.objects.create(name="Eos", owner=users.create_user(username="eos"), share_bp=3000)
    rooms = [_room(site, locale, studio if number % 2 else None, *room) for number, room in enumerate(ROOMS)]
    clients = [
        _client(users.create_user(username=f"client-{number}"), FUNDS[number % len(FUNDS)]) for number in range(CLIENTS)
    ]
    house = ledger.account(kind="house").id
    return People(rooms, clients, house, ledger.account(kind="provider", owner="payout").id)


def _room(site: Any, locale: Any, studio: Any, slug: str, cpm: int, rule: str, grace_seconds: int) -> RoomCard:
    from django.contrib.auth import get_user_model

    from ppv_plugin.ledger import services as ledger
    from ppv_plugin.models import Performer, Room, RoomMode

    user = get_user_model().objects.create_user(username=slug)
    performer = Performer.objects.create(user=user, name=slug, studio=studio)
    room = Room.objects.create(site=site, slug=slug, title=slug, description="Piano", performer=performer)
    mode = RoomMode.objects.create(
        locale=locale, key=slug, name=slug, group_cpm=cpm, rule=rule, grace_seconds=grace_seconds,
        requests_enabled=not cpm, snapshots_enabled=False,
    )  # fmt: skip
    earnings = ledger.account(kind="performer", owner=str(performer.uuid)).id
    return RoomCard(room.pk, str(room.uuid), user.pk, earnings, mode.pk, cpm)


def _client(user: Any, funds: int) -> ClientCard:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from ppv_plugin.ledger import services as ledger
    from ppv_plugin.payments.services import top_up
    from ppv_plugin.people.services import ensure_client

    client = ensure_client(user=user)
    top_up(user=user, amount=funds, key=f"first-{uuid4().hex}", now=timezone.now())
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    wallet = ledger.account(kind="client", owner=str(client.uuid)).id
    return ClientCard(user.pk, client.pk, wallet, str(session.session_key), funds)
