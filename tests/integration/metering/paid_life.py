"""The state machine's rules of money and paid time: top-ups, tips, sessions, reports, ticks, deaths, clocks, ends."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ppv_plugin.conf import conf
from ppv_plugin.errors import Conflict, InsufficientFunds
from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import rules as metering_rules
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.services import Heartbeat, SpokenFor, UsageReport

from .books import CLIENTS, PERFORMERS, STUDIOS, Books
from .engine_story import Engine
from .reference import Reference, Terms, Visit, split, to_start

clients = st.sampled_from(CLIENTS)
payees = st.sampled_from((*PERFORMERS, *STUDIOS))
speakers = st.sampled_from(("one", "two", ""))
numbers = st.integers(0, 999)
sums = st.integers(1, 9_000)
parties = st.lists(
    st.tuples(
        st.sampled_from(PERFORMERS),
        st.integers(1, 9),
        st.sampled_from(("", *STUDIOS)),
        st.sampled_from((0, 2500, 3333)),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda party: party[0],
)
terms = st.builds(
    Terms,
    rule=st.sampled_from(metering_rules.RULES),
    cpm=st.sampled_from((200, 77, 333, 1999, 1, 0)),
    grace=st.sampled_from((0, 10_000, 30_000)),
    parties=parties.map(tuple),
    performers_bp=st.sampled_from((8000, 6667, 5000)),
    minutes_to_start=st.sampled_from((0, 1, 5)),
    blocks=st.integers(1, 3),
    reserve_minutes=st.sampled_from((0, 0, 2)),
)


class Life(RuleBasedStateMachine):
    """`seen` counts over all examples what was done."""

    seen: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.books = Books()
        self.model = Reference(grant_ms=conf.GRANT_SECONDS * 1000, settle_ms=conf.SETTLE_SECONDS * 1000)
        self.engine = Engine()
        self.posted: list[tuple[str, str, dict[str, int]]] = []
        self.participants: dict[Any, str] = {}
        self.number = 0

    def teardown(self) -> None:
        Life.seen.update(
            examples=1,
            sessions=len(self.model.visits),
            charges=sum(v.postings for v in self.model.visits.values()),
            crashes=self.books.crashes,
        )
        self.books.leave()
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(
        money=st.lists(st.sampled_from((20_000, 3_000, 200_000, 700)), min_size=3, max_size=3),
        visits=st.lists(st.tuples(clients, terms), min_size=3, max_size=5),
        past=st.lists(st.tuples(clients, terms.filter(lambda t: t.cpm > 1)), min_size=1, max_size=2),
        rounds=st.integers(5, 12),
        speaker=speakers,
    )
    def begin(
        self,
        money: list[int],
        visits: list[tuple[str, Terms]],
        past: list[tuple[str, Terms]],
        rounds: int,
        speaker: str,
    ) -> None:
        """Some sessions are over and paid for, others run: what follows meets both."""
        for client, amount in zip(CLIENTS, money, strict=True):
            if amount:
                self.post("outside", {client: amount})
        self.post("outside", {"house": 2_000})
        for client, wanted in past:
            self.post("outside", {client: 20_000})
            self.start(client, wanted)
        self.live(60, 3)
        for key in self.open_visits():
            self.close_now(key, "media_lost")
        for client, wanted in visits:
            self.start(client, wanted)
        self.live(60, rounds, speaker)

    @invariant()
    def the_books_are_the_reference(self) -> None:
        Life.seen["steps"] += 1
        self.books.compare(self.model)
        for key, visit in self.model.visits.items():
            assert self.model.used(visit) <= self.engine.flowed.get(self.participants[key], 0)

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def one_of(self, visits: dict[Any, Visit], number: int) -> tuple[Any, Visit]:
        keys = list(visits)
        return keys[number % len(keys)], visits[keys[number % len(keys)]]

    def open_visits(self) -> dict[Any, Visit]:
        return {key: visit for key, visit in self.model.visits.items() if visit.open}

    # --- money that is not time
    def post(self, debit: str, parts: dict[str, int]) -> None:
        key = f"post-{self.next_number()}"
        bounded = debit != "outside"
        enough = not bounded or self.model.free(debit) >= sum(parts.values())
        draft = self.books.draft(key, debit, parts)
        self.books.do(None if enough else InsufficientFunds, lambda: ledger.post(drafts=[draft], now=self.books.now))
        if enough:
            for credit, amount in parts.items():
                self.model.move(debit, credit, amount)
            self.posted.append((key, debit, parts))

    @rule(client=clients, amount=sums)
    def top_up(self, client: str, amount: int) -> None:
        self.post("outside", {client: amount})

    @rule(client=clients, payee=payees, amount=sums)
    def tip(self, client: str, payee: str, amount: int) -> None:
        own, house = split(amount, [9, 1])
        self.post(client, {who: part for who, part in ((payee, own), ("house", house)) if part})

    @rule(payee=payees)
    def payee_takes_all_it_has(self, payee: str) -> None:
        if self.model.balance[payee]:
            self.post(payee, {"outside": self.model.balance[payee]})

    @rule(number=numbers)
    def post_again(self, number: int) -> None:
        key, debit, parts = self.posted[number % len(self.posted)]
        again = self.books.do(
            None, lambda: ledger.post(drafts=[self.books.draft(key, debit, parts)], now=self.books.now)
        )
        assert not again[0].new
        other = {credit: part + 1 for credit, part in parts.items()}
        draft = self.books.draft(key, debit, other)
        self.books.do(Conflict, lambda: ledger.post(drafts=[draft], now=self.books.now))

    # --- sessions
    def start(self, client: str, wanted: Terms) -> None:
        number, needed = self.next_number(), to_start(wanted)
        enough = self.model.free(client) >= needed
        for _asked_twice in range(2):
            expected = None if enough else InsufficientFunds
            hold = self.books.do(expected, lambda: self.books.reserve(client, wanted, number))
        if hold is None:
            return
        session = self.books.do(None, lambda: self.books.open(client, hold, wanted, number))
        self.model.open(session.id, client, wanted, needed, session.id.int)
        self.participants[session.id] = session.participant
        self.engine.join(session.participant)

    @rule(client=clients, wanted=terms)
    def open(self, client: str, wanted: Terms) -> None:
        self.start(client, wanted)

    @rule(client=clients, wanted=terms)
    def ask_and_withdraw(self, client: str, wanted: Terms) -> None:
        number, enough = self.next_number(), self.model.free(client) >= to_start(wanted)
        hold = self.books.do(None if enough else InsufficientFunds, lambda: self.books.reserve(client, wanted, number))
        if hold is not None:
            for left in (to_start(wanted), 0):
                given = self.books.do(None, lambda: ledger.release_hold(hold_id=hold.id, now=self.books.now))
                assert given == left

    # --- time
    def deliver(self, reports: list[UsageReport], speaker: str = "") -> None:
        """`speaker`: who says with them how far the engine's clock is, if anybody does."""
        engine = self.engine
        beat = Heartbeat(engine.boot, engine.mono_ms, speaker) if speaker else None
        heard = self.books.do(None, lambda: self.record(reports, beat))
        assert heard == (not speaker or self.model.speak(engine.boot, engine.mono_ms, speaker))
        by_participant = {name: key for key, name in self.participants.items()}
        for report in reports if heard else ():
            key, mono = by_participant[report.participant], engine.mono_ms if speaker else None
            self.model.hear(key, report.boot_id, report.flow_ms, report.flow, mono)
        if heard and speaker:
            self.model.clocks[engine.boot] = max(self.model.clocks[engine.boot], engine.mono_ms)
            engine.changed.clear()

    def record(self, reports: list[UsageReport], beat: Heartbeat | None) -> bool:
        try:
            metering.record_usage(reports=reports, now=self.books.now, heartbeat=beat)
        except SpokenFor:
            return False
        return True

    @rule(
        ms=st.integers(0, 400_000),
        fate=st.sampled_from(("arrives", "arrives twice", "one arrives", "is lost")),
        speaker=speakers,
    )
    def time(self, ms: int, fate: str, speaker: str) -> None:
        self.engine.run(ms)
        reports = self.engine.reports()
        if fate == "one arrives":
            self.deliver(reports[:1])
        for _copy in range({"arrives": 1, "arrives twice": 2}.get(fate, 0)):
            self.deliver(reports, speaker)

    @rule(ms=st.integers(0, 60_000), speaker=speakers.filter(bool))
    def only_the_clock_is_told(self, ms: int, speaker: str) -> None:
        """Besides those who began or stopped nobody's row is written."""
        self.engine.run(ms)
        self.deliver(self.engine.reports(steady=False), speaker)

    @precondition(lambda self: self.engine.sent)
    @rule(back=st.lists(numbers, min_size=1, max_size=4))
    def late_reports(self, back: list[int]) -> None:
        for number in back:
            self.deliver([self.engine.sent[-1 - number % len(self.engine.sent)]])

    @rule(seconds=st.integers(20, 90), rounds=st.integers(3, 15), speaker=speakers)
    def minutes(self, seconds: int, rounds: int, speaker: str) -> None:
        self.live(seconds, rounds, speaker)

    def live(self, seconds: int, rounds: int, speaker: str = "") -> None:
        """What mostly happens: everything flows, the meter looks, what has no money left ends.

        Who speaks for the engine writes every third time the rows of those with whom nothing happens."""
        for name in self.engine.flow:
            self.engine.change(name, "flowing")
        for round_ in range(rounds):
            self.engine.run(seconds * 1000)
            self.deliver(self.engine.reports(steady=not speaker or round_ % 3 == 0), speaker)
            for key in self.tick():
                self.close_now(key, "funds")

    @precondition(lambda self: self.engine.flow)
    @rule(number=numbers, flow=st.sampled_from(("flowing", "stalled", "idle", "cut")))
    def flow_changes(self, number: int, flow: str) -> None:
        names = sorted(self.engine.flow)
        self.engine.change(names[number % len(names)], flow)

    @rule(number=numbers, speaker=speakers.filter(bool))
    def the_clock_goes_on_while_somebody_stalls(self, number: int, speaker: str) -> None:
        self.live(30, 2, speaker)
        if names := sorted(self.engine.flow):
            self.engine.change(names[number % len(names)], "stalled")
            for ms in (1_000, 40_000, 40_000):
                self.only_the_clock_is_told(ms, speaker)
            self.the_books_are_the_reference()
            for key in self.open_visits():
                self.close_now(key, "client")

    @rule()
    def engine_dies(self) -> None:
        self.engine.reboot()

    @rule(hours=st.integers(-3600, 3600))
    def wall_clock_steps(self, hours: int) -> None:
        self.books.now += timedelta(seconds=hours)

    def tick(self) -> set[Any]:
        done = self.books.do(None, lambda: metering.tick(now=self.books.now))
        said = self.model.tick()
        found = {name: set(getattr(done, name)) for name in said}
        assert found == said
        return said["exhausted"]

    @rule(workers=st.integers(1, 3))
    def ticks(self, workers: int) -> None:
        for _worker in range(workers):
            self.tick()

    @rule()
    def the_next_command_dies_before_its_commit(self) -> None:
        self.books.doomed = True

    def close_now(self, key: Any, reason: str) -> None:
        closed = self.books.do(None, lambda: metering.close_session(session_id=key, reason=reason, now=self.books.now))
        assert closed == self.model.close(key, reason)
        self.engine.leave(self.participants[key])

    @precondition(lambda self: self.model.visits)
    @rule(number=numbers, reason=st.sampled_from(("client", "performer", "client_lost", "media_lost", "show_ended")))
    def close(self, number: int, reason: str) -> None:
        key, _visit = self.one_of(self.model.visits, number)
        self.close_now(key, reason)
        self.close_now(key, "staff")
