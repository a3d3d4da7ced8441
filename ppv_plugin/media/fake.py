"""A media engine without media, for tests and demonstrations: the same rules, a clock that only moves when told."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from ppv_plugin.media.engine import (
    AV,
    Capabilities,
    Direction,
    Evidence,
    FlowState,
    JoinAnswer,
    Kind,
    MediaEngine,
    ParticipantEvidence,
    ParticipantPlan,
    Pulse,
    StagePlan,
)
from ppv_plugin.media.refusals import translated
from ppv_plugin.media.relay.errors import JoinRefused, OfferRefused
from ppv_plugin.media.relay.flow import FlowMeter, SentTime
from ppv_plugin.media.relay.rules import (
    check_capacity,
    check_join,
    check_offer_size,
    check_plan,
    check_width,
)

STEP_MS = 250
FAKE_KBPS = 800
FAKE_JPEG = b"\xff\xd8\xff\xe0fake\xff\xd9"


@dataclass
class _Participant:
    plan: ParticipantPlan
    meter: FlowMeter
    sent_time: SentTime
    joined: set[Direction] = field(default_factory=set)
    attends: bool = False
    stalled: set[Kind] = field(default_factory=set)
    vanished_ms: int | None = None
    published_ms: dict[Kind, int] = field(default_factory=dict)
    received_ms: int | None = None

    def sends(self, kind: Kind) -> bool:
        joined = self.attends if kind is Kind.TEXT else Direction.PUBLISH in self.joined
        return joined and self.vanished_ms is None and kind in self.plan.publishes and kind not in self.stalled

    def receives(self) -> bool:
        text = Kind.TEXT in self.plan.needs
        return (self.attends if text else Direction.SUBSCRIBE in self.joined) and self.vanished_ms is None

    def connected(self, now_ms: int, patience_ms: int) -> bool:
        gone = self.vanished_ms is not None and now_ms - self.vanished_ms > patience_ms
        return (self.attends or bool(self.joined)) and not gone


class FakeEngine(MediaEngine):
    """Joined publishers send all they may, joined subscribers prove receipt, and who gave a pulse goes on giving them;
    `advance` lets time pass.

    An offer is any text that begins with `v=0`; `m=audio ` and `m=video ` in it name its kinds. Participants are named
    by id alone, as ids are unique in tests.
    """

    def __init__(self, *, max_participants: int = 80, stall_ms: int = 5000, vanished_ms: int = 5000) -> None:
        self.capabilities = Capabilities(
            name="fake", max_participants=max_participants, snapshots=True, in_process=True
        )
        self.now_ms = 1_000_000
        self._stall_ms = stall_ms
        self._vanished_ms = vanished_ms
        self._boots = itertools.count(1)
        self._boot_id = f"fake-{next(self._boots)}"
        self._stages: dict[str, dict[str, _Participant]] = {}
        self._lock = threading.RLock()  # a test's thread moves the clock, a service's thread asks

    # the port

    async def apply(self, plan: StagePlan) -> None:
        with translated(), self._lock:
            check_plan(plan)
            planned = {name: len(people) for name, people in self._stages.items()}
            check_capacity(planned, plan, self.capabilities.max_participants)
            old = self._stages.get(plan.stage, {})
            self._stages[plan.stage] = {
                wanted.id: self._replanned(old.get(wanted.id), wanted) for wanted in plan.participants
            }
            self._pulse()

    async def join(self, *, stage: str, participant: str, direction: Direction, offer_sdp: str) -> JoinAnswer:
        with translated(), self._lock:
            person = self._stages.get(stage, {}).get(participant)
            check_join(person.plan if person else None, direction)
            assert person is not None
            check_offer_size(offer_sdp)
            if not offer_sdp.startswith("v=0"):
                raise OfferRefused("not a session description")
            self._check_kinds(person.plan, direction, {kind for kind in AV if f"m={kind} " in offer_sdp})
            person.joined.add(direction)
            person.vanished_ms = None
            if direction is Direction.SUBSCRIBE:
                person.meter.interrupt()
            else:
                for listener in self._stages[stage].values():
                    if listener.plan.source == participant:
                        listener.meter.interrupt()
            self._pulse()
            return JoinAnswer(transport="sdp", sdp=f"v=0\r\ns={participant}\r\n")

    async def pulse(self, pulses: Sequence[Pulse]) -> None:
        with self._lock:
            for pulse in pulses:
                people = self._stages.get(pulse.stage, {})
                person = people.get(pulse.participant)
                if person is None or Kind.TEXT not in person.plan.publishes | person.plan.needs:
                    continue
                person.attends, person.vanished_ms = True, None
                if pulse.fresh:
                    for one in people.values():
                        if one is person or one.plan.source == pulse.participant:
                            one.meter.interrupt()
            self._pulse()

    async def close_stage(self, stage: str) -> None:
        with self._lock:
            self._stages.pop(stage, None)

    async def evidence(self) -> Evidence:
        with self._lock:
            found = tuple(
                self._evidence(stage, person) for stage, people in self._stages.items() for person in people.values()
            )
            return Evidence(self._boot_id, self.now_ms, found)

    async def snapshot(self, *, stage: str, participant: str, width: int) -> bytes | None:
        with translated(), self._lock:
            check_width(width)
            person = self._stages.get(stage, {}).get(participant)
            return FAKE_JPEG if person is not None and person.sends(Kind.VIDEO) else None

    # the script

    def advance(self, ms: int) -> None:
        """Let time pass, in steps as short as the relay's."""
        with self._lock:
            end = self.now_ms + ms
            while self.now_ms < end:
                self.now_ms += min(STEP_MS, end - self.now_ms)
                self._pulse()

    def stall(self, participant: str, kind: Kind | None = None) -> None:
        """It stays connected, but sends nothing (of this kind)."""
        with self._lock:
            for person in self._named(participant):
                person.stalled |= {kind} if kind else set(Kind)

    def resume(self, participant: str) -> None:
        """Undo `stall`."""
        with self._lock:
            for person in self._named(participant):
                person.stalled.clear()
            self._pulse()

    def vanish(self, participant: str) -> None:
        """Its browser is killed: it neither sends nor proves anything, and says no goodbye."""
        with self._lock:
            for person in self._named(participant):
                person.vanished_ms = self.now_ms

    def reboot(self) -> None:
        """The engine crashed and is back: another boot, no stages, no counters."""
        with self._lock:
            self._boot_id = f"fake-{next(self._boots)}"
            self._stages.clear()

    def joined(self, stage: str, participant: str) -> frozenset[Direction]:
        """For assertions: what this participant has connected."""
        with self._lock:
            person = self._stages.get(stage, {}).get(participant)
            return frozenset(person.joined) if person else frozenset()

    def plan_of(self, stage: str) -> tuple[ParticipantPlan, ...] | None:
        """For assertions: the plan in force, or None."""
        with self._lock:
            people = self._stages.get(stage)
            return None if people is None else tuple(person.plan for person in people.values())

    @staticmethod
    def _check_kinds(plan: ParticipantPlan, direction: Direction, offered: set[Kind]) -> None:
        if direction is Direction.PUBLISH and not plan.publishes >= offered:
            raise JoinRefused("more is offered than the plan allows")
        if direction is Direction.SUBSCRIBE and not (plan.needs if offered else plan.needs - AV) <= offered:
            raise OfferRefused("what is paid for must be received")

    def _named(self, participant: str) -> list[_Participant]:
        found = [people[participant] for people in self._stages.values() if participant in people]
        if not found:
            raise KeyError(f"no stage has a participant {participant!r}")
        return found

    def _replanned(self, person: _Participant | None, wanted: ParticipantPlan) -> _Participant:
        if person is None:
            meter = FlowMeter(stall_ms=self._stall_ms, needs=wanted.needs, quota_ms=wanted.quota_ms)
            return _Participant(wanted, meter, SentTime(stall_ms=self._stall_ms))
        if wanted.source != person.plan.source:
            person.meter.attach()
        if wanted.publishes.isdisjoint(AV):
            person.joined.discard(Direction.PUBLISH)
        person.plan = wanted
        person.meter.plan(needs=wanted.needs, quota_ms=wanted.quota_ms)
        return person

    def _pulse(self) -> None:
        """Media and proof of this moment."""
        for people in self._stages.values():
            for person in people.values():
                for kind in Kind:
                    if person.sends(kind):
                        person.published_ms[kind] = self.now_ms
                        person.sent_time.media(self.now_ms)
            for person in people.values():
                if self._flows(people, person.plan.follows):
                    self._receive(person, people.get(person.plan.source or ""))

    def _flows(self, people: dict[str, _Participant], name: str | None) -> bool:
        paying = people.get(name) if name is not None else None
        return name is None or (paying is not None and paying.meter.sample(self.now_ms) is FlowState.FLOWING)

    def _receive(self, person: _Participant, source: _Participant | None) -> None:
        if source is None or person.meter.sample(self.now_ms) is FlowState.CUT:
            return
        sent = [kind for kind in Kind if source.sends(kind)]
        if person.receives() and sent:
            for kind in sent:
                person.meter.media(kind, self.now_ms)
            person.meter.receipt(self.now_ms)
            person.received_ms = self.now_ms
        person.meter.sample(self.now_ms)

    def _evidence(self, stage: str, person: _Participant) -> ParticipantEvidence:
        subscribed = Direction.SUBSCRIBE in person.joined
        received = person.received_ms
        return ParticipantEvidence(
            stage=stage,
            id=person.plan.id,
            state=person.meter.sample(self.now_ms),
            flow_ms=person.meter.flow_ms,
            connected=person.connected(self.now_ms, self._vanished_ms),
            published_age_ms={k: self.now_ms - at for k, at in person.published_ms.items()},
            published_kbps=FAKE_KBPS if person.sends(Kind.VIDEO) else 0,
            received_age_ms=self.now_ms - (received or 0) if subscribed else None,
            needs=person.plan.needs,
            sent_ms=person.sent_time.sent_ms,
        )
