"""Actors: an endless loop of intents, each written down before it is tried and after it has ended."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from ppv_plugin.errors import PPVError
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import PrivateRequest, PrivateShow, Show, Visit

from .journal import Intent, Journal
from .nursery import Life, stopping
from .people import ClientCard, People
from .verbs import VERBS

PAUSE_SECONDS = 0.03
SURPRISES_MAX = 3
Plan = tuple[str, dict[str, Any]]


class Lost(Exception):
    """The other side went away in the middle: whether it was done is not known."""


class Actor(ABC):
    """`plan` says what to do next; `act` does it, again and again, until there is an answer."""

    pause_seconds = PAUSE_SECONDS

    def __init__(self, life: Life, *_args: Any) -> None:
        self.life = life
        self.chance = life.chance
        self.people = People.read(life.place.folder)
        self.journal = Journal.named(life.place.folder, life.name)
        self._number = 0

    def live(self) -> None:
        for intent in self.journal.unended():
            self.act(intent)
        while not (stopping() or self.life.finishing):
            intent = self._next()
            if intent is not None:
                self.journal.intend(intent)
                self.act(intent)
            time.sleep(self.chance.uniform(0, 2 * self.pause_seconds))

    @abstractmethod
    def plan(self) -> Plan | None: ...

    def perform(self, intent: Intent) -> Any:
        return VERBS[intent.verb](key=intent.key, **intent.args)

    def act(self, intent: Intent) -> None:
        surprises = 0
        while True:
            close_old_connections()
            try:
                self.journal.end(intent, "done", self.perform(intent))
            except PPVError as refusal:
                self.journal.end(intent, "refused", refusal.code)
            except (OperationalError, InterfaceError, Lost) as error:
                self.journal.note("deadlock" if "deadlock" in str(error) else "lost", str(error)[:200])
                self._let_go()
                continue
            except Exception as error:
                self.journal.note("surprise", f"{intent.verb}: {error!r}"[:400])
                surprises += 1
                if surprises < SURPRISES_MAX:
                    continue
                self.journal.end(intent, "refused", "surprise")
            return

    def _next(self) -> Intent | None:
        close_old_connections()
        try:
            plan = self.plan()
        except (OperationalError, InterfaceError):
            self._let_go()
            return None
        if plan is None:
            return None
        self._number += 1
        key = f"{self.life.name}-{self.life.number}-{self._number}"
        return Intent(key, *plan)

    def _let_go(self) -> None:
        connection.close()
        time.sleep(0.05)


class Spender(Actor):
    """Tips out of any wallet, tops any wallet up, and pays performers out."""

    def plan(self) -> Plan:
        client, room = self.chance.choice(self.people.clients), self.chance.choice(self.people.rooms)
        verb = self.chance.choices(["tip", "top_up", "pay_out"], [65, 20, 15])[0]
        if verb == "tip":
            amount = self.chance.randint(1, 40)
            return verb, {
                "wallet": client.wallet, "earnings": room.earnings, "house": self.people.house, "amount": amount
            }  # fmt: skip
        if verb == "top_up":
            return verb, {"user": client.user, "amount": self.chance.randint(20, 160), "wallet": client.wallet}
        return verb, {
            "earnings": room.earnings, "payout": self.people.payout, "amount": self.chance.randint(100, 3000)
        }  # fmt: skip


class Visitor(Actor):
    """Its clients enter and leave paid shows and ask for private ones, often in two tabs at once."""

    def __init__(self, life: Life, first: int, step: int) -> None:
        super().__init__(life)
        self.clients = self.people.clients[first::step]

    def plan(self) -> Plan | None:
        client, room = self.chance.choice(self.clients), self.chance.choice(self.people.rooms)
        wish = self.chance.choices(["in", "out"], [85, 15])[0]
        if wish == "out":
            return self._out(client)
        tabs = self.chance.choices(["", "same", "own"], [60, 20, 20])[0]
        more = {"user": client.user, "room": room.id, "other_tab": tabs}
        if room.cpm:
            return "enter", {**more, "cpm": room.cpm}
        return "ask", {**more, "cpm": self.private_cpm}

    def _out(self, client: ClientCard) -> Plan | None:
        private = PrivateShow.objects.filter(client_id=client.client, state="open").first()
        if private is not None:
            return "end_private", {"user": client.user, "private": str(private.pk)}
        visit = Visit.objects.filter(client_id=client.client, state="inside").select_related("show").first()
        if visit is not None:
            return "leave", {"user": client.user, "room": visit.show.room_id}
        request = PrivateRequest.objects.filter(client_id=client.client, state="pending").first()
        return ("cancel", {"user": client.user, "request": str(request.pk)}) if request else None

    @property
    def private_cpm(self) -> int:
        from .people import PRIVATE_CPM

        return PRIVATE_CPM


class Performer(Actor):
    """All of them: they go live wherever nobody is, answer who asks, and leave now and then."""

    def plan(self) -> Plan | None:
        room = self.chance.choice(self.people.rooms)
        live = Show.objects.filter(room_id=room.id, state="live").first()
        if live is None:
            return "go_live", {"user": room.performer, "room": room.id, "mode": room.mode}
        luck = self.chance.random()
        if luck < 0.01:
            return "leave_stage", {"user": room.performer, "room": room.id}
        private = PrivateShow.objects.filter(show=live, state="open").first()
        if private is not None:
            return ("end_private", {"user": room.performer, "private": str(private.pk)}) if luck < 0.1 else None
        request = PrivateRequest.objects.filter(show=live, state="pending").order_by("created_at").first()
        if request is None:
            return None
        return "answer", {"user": room.performer, "request": str(request.pk), "accept": luck < 0.9}


class Staff(Actor):
    """Ends sessions that run, while the meter, the client and the performer may be ending them too."""

    pause_seconds = 0.5

    def plan(self) -> Plan | None:
        running = list(MeteredSession.objects.filter(state="open").values_list("id", flat=True)[:50])
        return ("close", {"session": str(self.chance.choice(running))}) if running else None


class Refunder(Actor):
    """Gives parts of closed sessions back, alone or with a second person, sometimes more than there is."""

    def plan(self) -> Plan | None:
        paid = MeteredSession.objects.filter(state="closed", settled__gt=0).order_by("-closed_at")
        rows = list(paid.values_list("id", "settled")[:40])
        if not rows:
            return None
        session, settled = self.chance.choice(rows)
        amount = self.chance.randint(1, settled)
        return "refund", {"session": str(session), "amount": amount, "second": self.chance.random() < 0.3}
