"""A fixed cast for tests: performers Ana and Bo, clients Cy and Di, studio Eos, their rooms and modes.

`Cast.made()` writes them to the database; the methods read like a story. Amounts are hundredths of a token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from wagtail.models import Locale, Site

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.media import services as media
from ppv_plugin.media.engine import Direction
from ppv_plugin.metering import queries as metering_queries
from ppv_plugin.models import Performer, PricingSettings, Room, RoomMode, Studio
from ppv_plugin.people import services as people
from ppv_plugin.rooms import presence
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter

OFFER = "v=0 an offer the fake engine takes"
BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Cast:
    """`now` is the wall clock, `mono` the worker's; `pass_time` moves them together with the fake engine."""

    site: Site
    ana: Any
    bo: Any
    cy: Any
    di: Any
    eos: Studio
    ana_room: Room
    bo_room: Room
    free: RoomMode
    group: RoomMode
    now: datetime = BEGIN
    mono: float = 0.0

    @classmethod
    def made(cls) -> Cast:
        site = Site.objects.get(is_default_site=True)
        users = {name: _user(name) for name in ("ana", "bo", "cy", "di", "eos")}
        studio = Studio.objects.create(name="Eos", owner=users["eos"], share_bp=3000)
        PricingSettings.objects.update_or_create(site=site, defaults={"private_cpm": 200, "grace_seconds": 10})
        ana = Performer.objects.create(user=users["ana"], name="Ana")
        bo = Performer.objects.create(user=users["bo"], name="Bo", studio=studio)
        locale = Locale.get_default()
        named = {"name": "Free", "sort_order": 1}
        free, _made = RoomMode.objects.get_or_create(locale=locale, key="free", defaults=named)
        return cls(
            site=site,
            ana=users["ana"],
            bo=users["bo"],
            cy=users["cy"],
            di=users["di"],
            eos=studio,
            ana_room=Room.objects.create(site=site, slug="ana", title="Ana's room", description="Piano", performer=ana),
            bo_room=Room.objects.create(site=site, slug="bo", title="Bo's room", description="Yoga", performer=bo),
            free=free,
            group=RoomMode.objects.create(
                locale=locale, key="group", name="Group", group_cpm=150, grace_seconds=30, sort_order=2,
                requests_enabled=False,
            ),
        )  # fmt: skip

    # --- money
    def fund(self, user: Any, amount: int) -> None:
        client = people.ensure_client(user=user)
        wallet = ledger.account(kind="client", owner=str(client.uuid))
        source = ledger.account(kind="provider", owner="test")
        move = Movement(source.id, wallet.id, amount)
        ledger.post(
            drafts=[Draft(source="test", source_id=uuid4().hex, kind="top_up", movements=(move,))], now=self.now
        )

    def balance(self, user: Any) -> int:
        return self._wallet(user).balance

    def available(self, user: Any) -> int:
        return self._wallet(user).available

    def _wallet(self, user: Any) -> ledger_queries.Balance:
        return ledger_queries.balance_of(kind="client", owner=str(people.ensure_client(user=user).uuid))

    def earned(self, performer: Any) -> int:
        return ledger_queries.balance_of(kind="performer", owner=str(performer.ppv_performer.uuid)).balance

    def house(self) -> int:
        return ledger_queries.balance_of(kind="house", owner="").balance

    def studio_earned(self) -> int:
        return ledger_queries.balance_of(kind="studio", owner=str(self.eos.uuid)).balance

    # --- shows
    def live(self, user: Any, mode: RoomMode) -> Any:
        """Go live and send sound and picture."""
        room = self.room_of(user)
        show = shows.go_live(user=user, room_id=room.pk, mode_id=mode.pk, cid=uuid4().hex, now=self.now)
        self.join(user, room, "publish")
        return show

    def private(self, client: Any, *, cpm: int = 200, room: Room | None = None) -> Any:
        """Ask for a private show, have it accepted, connect both sides. Returns the private show."""
        room = room or self.ana_room
        request = shows.request_private(
            user=client, room_id=room.pk, cid=uuid4().hex, media="video", cpm=cpm, now=self.now
        )
        shows.answer_request(user=room.performer.user, request_id=request.id, accept=True, now=self.now)
        request.refresh_from_db()
        self.join(client, room, "publish")
        self.join(client, room, "subscribe")
        self.join(room.performer.user, room, "subscribe")
        return request.private_show

    def visit(self, client: Any, *, cpm: int = 150) -> Any:
        """Enter Bo's paid show and connect."""
        visit = shows.enter_group(user=client, room_id=self.bo_room.pk, cid=uuid4().hex, cpm=cpm, now=self.now)
        self.join(client, self.bo_room, "subscribe")
        return visit

    def join(self, user: Any, room: Room, direction: str, *, connection: UUID | None = None, **more: Any) -> UUID:
        connection = connection or connection_of(user)
        self.presence(user, room, connection=connection, role=more.get("role", "client"))
        shows.join_media(
            user=user, room_id=room.pk, connection=connection, direction=str(Direction(direction)), sdp=OFFER,
            take_over=more.get("take_over", False), camera=more.get("camera"), now=self.now,
        )  # fmt: skip
        return connection

    def presence(self, user: Any, room: Room, *, connection: UUID | None = None, role: str = "client") -> None:
        """A socket is open in the room."""
        presence.open_presence(
            connection=connection or connection_of(user),
            room_id=room.pk,
            user_key=str(getattr(user, "pk", "")),
            role="performer" if user is not None and room.performer.user_id == user.pk else role,
            now=self.now,
        )

    def room_of(self, user: Any) -> Room:
        return self.ana_room if user.pk == self.ana.pk else self.bo_room

    # --- time
    def pass_time(self, seconds: float, *, meter: Meter | None = None, every: float = 5.0) -> None:
        """Let media flow for `seconds`; with a meter, it steps `every` so many seconds."""
        left = round(seconds * 1000)
        while left > 0:
            step_ms = min(left, round(every * 1000)) if meter is not None else left
            left -= step_ms
            media.get_engine().advance(step_ms)  # type: ignore[attr-defined]
            self.now += timedelta(milliseconds=step_ms)
            self.mono += step_ms / 1000
            if meter is not None:
                self._keep_sockets()
                meter.step(now=self.now, mono=self.mono)

    def _keep_sockets(self) -> None:
        from ppv_plugin.models import Presence

        presence.touch_presence(connections=list(Presence.objects.values_list("id", flat=True)), now=self.now)

    def receipt(self, session_id: UUID) -> metering_queries.Receipt:
        return metering_queries.receipt(session_id=session_id)


def connection_of(user: Any | None) -> UUID:
    """The same for the same person, whatever the site's users have as their key."""
    key = uuid4() if user is None else user.pk
    return key if isinstance(key, UUID) else UUID(int=key)


def _user(name: str) -> Any:
    model = get_user_model()
    return model.objects.create_user(**{model.USERNAME_FIELD: name}, password=name)
