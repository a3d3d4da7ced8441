"""Rounds: everybody works while things go wrong; then it becomes calm, and the books must be right."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import requests
from django.db import connection

from . import laws, roles
from .actors import Performer, Refunder, Spender, Staff, Visitor
from .faults import Faults
from .journal import every_journal
from .nursery import Nursery, Place
from .relay import CALM
from .settings import LEASE_SECONDS
from .site import Site
from .surfer import Surfer

METERS = 3
FAULTY_SHARE = 0.6  # of a round; the rest is calm
ROUND_SECONDS = 30.0
FINISH_SECONDS = 25.0
HEARD_SECONDS = 1.5  # several rounds of every meter
SLACK_SECONDS = 6.0  # on a busy machine, for what follows a lease that has ended
ANSWER_SECONDS = 20.0
EXTRA_ROUNDS = 2  # when too little has happened by then
# What at least must happen in each minute that was asked for, on a machine that is busy with other things.
FAULTS_IN_A_MINUTE = {"kills": 25, "backends_terminated": 9, "web_kills": 5, "relay_kills": 5}
FIGURES_IN_A_MINUTE = {"sessions": 15, "charges": 6, "ended_by_funds": 1, "ended_by_loss": 5, "refunds": 6}
ANSWERS_IN_A_MINUTE = {"acknowledged": 120, "repeated": 10}
# What a process may complain of when its servers are killed. Anything else is an error of the product.
EXPECTED = re.compile(
    r"OperationalError|InterfaceError|AdminShutdown|CrashShutdown|CannotConnectNow|ConnectionTimeout|"
    r"ConnectionDoesNotExist|IdleInTransaction|ConnectionError|ConnectionRefusedError|ConnectionResetError|"
    r"BrokenPipeError|MediaUnavailable|TimeoutError|CancelledError|redis\.exceptions|RemoteDisconnected|"
    r"NewConnectionError|MaxRetryError|ReadTimeout|ProtocolError|OSError|InvalidHandshake|"
    r"the handler is closed|ConnectionClosed|ClientDisconnected|KeyboardInterrupt|SystemExit|"
    r"'NoneType' object has no attribute 'writelines'"  # redis-py, when its connection goes while it writes
)
CHAINED = ("During handling of", "The above exception")


@dataclass
class Summary:
    seed: int
    asked_seconds: float
    seconds: float = 0.0
    rounds: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    refused: int = 0
    repeated: int = 0  # intents that a later life ended, or that had to be asked again
    lost: int = 0
    doubled: int = 0
    deadlocks: int = 0
    longest_lease_seconds: float = 0.0
    stepped_clocks: int = 0
    left_out: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    complaints: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        return json.dumps(self.__dict__)


def run(site: Site, *, seconds: float, seed: int, say: Callable[[str], None]) -> Summary:
    """As many rounds as fit, and a few more when too little happened; ends with the first one that breaks a law."""
    summary = Summary(seed, seconds)
    if not site.postgres.own:
        summary.left_out.append("stops of PostgreSQL: the server is not ours")
    if not site.redis.own:
        summary.left_out.append("stops of Redis: the server is not ours")
    with site.copy(seed) as place:
        nursery = Nursery(place, random.Random(f"{seed} lives"))
        faults = Faults(nursery, site.postgres, site.redis, random.Random(f"{seed} faults"))
        _cast(nursery)
        rounds = max(round(seconds / ROUND_SECONDS), 1)
        began = time.monotonic()
        try:
            for number in range(rounds + EXTRA_ROUNDS):
                Round(place, nursery, faults, summary).play(number, seconds / rounds)
                summary.seconds = round(time.monotonic() - began, 1)
                say(_progress(summary, rounds))
                if summary.violations or (number + 1 >= rounds and not too_little(summary)):
                    break
        finally:
            nursery.end()
    return summary


def too_little(summary: Summary) -> list[str]:
    """A run in which nothing happened would keep every law."""
    minutes = summary.asked_seconds / 60
    wanted = FAULTS_IN_A_MINUTE | FIGURES_IN_A_MINUTE | ANSWERS_IN_A_MINUTE
    seen = {**summary.faults, **summary.figures, **{name: getattr(summary, name) for name in ANSWERS_IN_A_MINUTE}}
    return [f"{name}: {seen.get(name, 0)}" for name, n in wanted.items() if seen.get(name, 0) < int(n * minutes)]


def _cast(nursery: Nursery) -> None:
    nursery.add("relay", "relay", roles.relay)
    nursery.add("web", "web", roles.web)
    for number in range(METERS):
        nursery.add(f"meter-{number}", "meter", roles.meter)
    actors: list[tuple[str, tuple[Any, ...]]] = [
        ("performer", (Performer,)),
        ("spender-0", (Spender,)),
        ("spender-1", (Spender,)),
        ("visitor-0", (Visitor, 0, 3)),
        ("visitor-1", (Visitor, 1, 3)),
        ("surfer-0", (Surfer, 2, 6)),
        ("surfer-1", (Surfer, 5, 6)),
        ("staff", (Staff,)),
        ("refunder", (Refunder,)),
    ]
    for name, args in actors:
        nursery.add(name, "actor", roles.actor, *args)


@dataclass
class Round:
    place: Place
    nursery: Nursery
    faults: Faults
    summary: Summary

    def play(self, number: int, seconds: float) -> None:
        (self.place.folder / CALM).unlink(missing_ok=True)
        self.nursery.see_that_all_live("relay", "web")
        self._wait_for_servers()
        self.nursery.see_that_all_live("meter", "actor")
        self.faults.strike_for(max(seconds * FAULTY_SHARE, seconds - 2.5 * LEASE_SECONDS))
        connection.close()  # if it was not ended with the others
        stuck = self._end_what_was_begun()
        open_at_calm = self._calm("all" if number % 2 else "viewers")
        found = laws.examine(self.place.folder, people=_people(self.place), open_at_calm=open_at_calm)
        self._take_down(number, found, stuck)

    def _end_what_was_begun(self) -> list[str]:
        self.nursery.see_that_all_live("relay", "web", "meter")
        self._wait_for_servers()
        self.faults.wait_for_postgres()
        return self.nursery.finish("actor", seconds=FINISH_SECONDS)

    def _calm(self, whom: str) -> dict[UUID, str]:
        """Everybody paying vanishes at once, and nobody says goodbye: supervision has to end what runs."""
        from ppv_plugin.metering.models import MeteredSession

        self.nursery.see_that_all_live("relay", "web", "meter")
        self._wait_for_servers()
        running = MeteredSession.objects.filter(state="open")
        (self.place.folder / CALM).write_text(whom)
        began = time.monotonic()
        boot_id = self._relay_says()["boot_id"]
        time.sleep(HEARD_SECONDS)  # what was closed just now may not have had the last counter yet
        open_at_calm = dict.fromkeys(running.values_list("id", flat=True), boot_id)
        while running.exists() and time.monotonic() - began < 2 * LEASE_SECONDS + SLACK_SECONDS:
            time.sleep(0.1)
        took = time.monotonic() - began
        self.summary.longest_lease_seconds = max(self.summary.longest_lease_seconds, round(took, 1))
        for row in running:
            self.summary.violations.append(f"session {row.pk} still runs {took:.1f} s after everybody went")
        return open_at_calm

    def _relay_says(self) -> Any:
        token = {"Authorization": f"Bearer {os.environ['PPV_RELAY_TOKEN']}"}
        answer = requests.get(f"{os.environ['PPV_RELAY_URL']}/v1/evidence", headers=token, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def _wait_for_servers(self) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        addresses = [f"http://127.0.0.1:{self.place.web_port}/login/", f"{os.environ['PPV_RELAY_URL']}/"]
        for address in addresses:
            while True:
                try:
                    requests.get(address, timeout=2)
                    break
                except requests.RequestException:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)

    def _take_down(self, number: int, found: laws.Findings, stuck: list[str]) -> None:
        summary = self.summary
        summary.rounds = number + 1
        summary.faults = dict(self.faults.seen)
        summary.stepped_clocks = self.nursery.stepped
        summary.figures = laws.figures()
        journals = list(every_journal(self.place.folder))
        endings = Counter(intent.ending for journal in journals for intent in journal.intents.values())
        notes = Counter(kind for journal in journals for kind, _text in journal.notes)
        summary.acknowledged, summary.refused, summary.repeated = endings["done"], endings["refused"], notes["lost"]
        self.faults.count_deadlocks()
        summary.deadlocks = max(self.faults.deadlocks, notes["deadlock"])
        summary.lost, summary.doubled = found.lost, found.doubled
        summary.violations += found.broken
        summary.violations += [f"{name} did not come to an end" for name in stuck]
        summary.violations += [text for j in journals for kind, text in j.notes if kind == "surprise"]
        summary.violations += [f"{summary.deadlocks} deadlocks"] if summary.deadlocks else []
        complaints = self._complaints()
        summary.complaints = dict(complaints)
        summary.violations += [
            f"logged {n} times: {text}" for text, n in complaints.items() if not EXPECTED.search(text)
        ]

    def _complaints(self) -> Counter[str]:
        """The last line of each traceback in the processes' logs, without what differs from one to the next."""
        found: Counter[str] = Counter()
        for path in self.place.folder.glob("*.log"):
            for line in _raised(path.read_text(errors="replace")):
                found[re.sub(r"[0-9a-f-]{8,}|\d+", "#", line)[:120]] += 1
        return found


def _people(place: Place) -> Any:
    from .people import People

    return People.read(place.folder)


def _progress(summary: Summary, rounds: int) -> str:
    figures, faults = summary.figures, summary.faults
    return (
        f"   round {summary.rounds}/{rounds}, {summary.seconds:.0f} s: {sum(faults.values())} blows, "
        f"{figures['sessions']} sessions, {figures['charges']} charges, {figures['refunds']} refunds, "
        f"{summary.acknowledged} acknowledged, {summary.lost} lost, {summary.doubled} doubled, "
        f"{summary.deadlocks} deadlocks, {len(summary.violations)} violations"
    )


def _raised(log: str) -> Iterator[str]:
    """The last line of each traceback that is not the cause of another one."""
    lines = log.splitlines()
    inside = False
    for number, line in enumerate(lines):
        if line.startswith("Traceback "):
            inside = True
        elif inside and line and not line.startswith(" "):
            inside = False
            if not any(after.startswith(CHAINED) for after in lines[number + 1 : number + 6]):  # PostgreSQL says more
                yield line
