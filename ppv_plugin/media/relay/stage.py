"""One room's media: who is planned, who listens to whom, and what was proven of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ppv_plugin.media.engine import (
    Direction,
    FlowState,
    Kind,
    ParticipantEvidence,
    ParticipantPlan,
    StagePlan,
)
from ppv_plugin.media.relay.clock import monotonic_ms
from ppv_plugin.media.relay.connections import Connection, Publication, Subscription
from ppv_plugin.media.relay.errors import JoinRefused, OfferRefused
from ppv_plugin.media.relay.flow import FlowMeter, ProofGate, SentTime
from ppv_plugin.media.relay.frames import EncodedFrame
from ppv_plugin.media.relay.options import RelayOptions
from ppv_plugin.media.relay.recording import Recorder, Recording
from ppv_plugin.media.relay.rules import check_join

# Media may run ahead of its proof by less than the meter tolerates, so that a late report still proves all of it.
PATIENCE_SHARE = 0.9


class Participant:
    """A planned participant: its counters outlive its connections."""

    def __init__(
        self,
        stage: Stage,
        plan: ParticipantPlan,
        options: RelayOptions,
        discard: Callable[[Connection], None],
    ) -> None:
        self.plan = plan
        self.meter = FlowMeter(stall_ms=options.stall_ms, needs=plan.needs, quota_ms=plan.quota_ms)
        self.lock = asyncio.Lock()  # joins of one participant come one after the other
        self.publication: Publication | None = None
        self.subscription: Subscription | None = None
        self.forwarding = False
        self.recording: Recording | None = None
        self._stage = stage
        self._options = options
        self._discard = discard
        self._gate = ProofGate(patience_ms=int(self.meter.tolerance_ms * PATIENCE_SHARE))
        self._published_ms: dict[Kind, int] = {}
        self._sent_time = SentTime(stall_ms=options.stall_ms)
        self._received_ms: int | None = None
        self._pulse_ms: int | None = None

    # the plan

    def replan(self, plan: ParticipantPlan) -> None:
        old, self.plan = self.plan, plan
        self.meter.plan(needs=plan.needs, quota_ms=plan.quota_ms)
        self._gate.patience_ms = int(self.meter.tolerance_ms * PATIENCE_SHARE)
        if plan.source != old.source:
            self.meter.attach()
            self._switch_source()
        if self.publication is not None and self.publication.kinds.isdisjoint(plan.publishes):
            publication, self.publication = self.publication, None
            self._discard(publication)
        self._record()
        self.judge(monotonic_ms())

    def leave(self) -> None:
        self.forwarding = False
        for connection in (self.publication, self.subscription):
            if connection is not None:
                self._discard(connection)
        self.publication = self.subscription = None
        self._stop_recording()

    # recording

    def _record(self) -> None:
        """What the plan says, and no more: another name is another recording."""
        old = self.recording
        if old is not None and (old.name, old.kinds) == (self.plan.record, self.plan.publishes):
            return
        self._stop_recording()
        if self.plan.record and self.plan.publishes:
            self.recording = self._stage.recorder.record(self.plan.record, self.plan.publishes)

    def _stop_recording(self) -> None:
        if self.recording is not None:
            self.recording.stop()
            self.recording = None

    # joining

    def open(self, direction: Direction, kinds: Sequence[Kind]) -> Publication | Subscription:
        """A connection that is not yet in use. Raises JoinRefused, OfferRefused."""
        self.check(direction, kinds)
        if direction is Direction.PUBLISH:
            return Publication(
                kinds,
                keyframe_interval_ms=self._options.keyframe_interval_ms,
                on_frame=self._frame_arrived,
                on_gone=self._gone,
            )
        return Subscription(
            kinds,
            on_sent=self._sent,
            on_receipt=self._receipt,
            on_connected=self._subscription_connected,
            want_keyframe=self.want_keyframe,
            on_gone=self._gone,
        )

    def check(self, direction: Direction, kinds: Sequence[Kind]) -> None:
        """Whether the plan, as it is now, allows such a connection."""
        check_join(self.plan, direction)
        if direction is Direction.PUBLISH and not self.plan.publishes.issuperset(kinds):
            raise JoinRefused("more is offered than the plan allows")
        if direction is Direction.SUBSCRIBE and not self.plan.needs.issubset(kinds):
            raise OfferRefused("what is paid for must be received")

    def install(self, connection: Publication | Subscription) -> None:
        """Use this connection; the one it replaces is closed."""
        old: Connection | None
        if isinstance(connection, Publication):
            old, self.publication = self.publication, connection
            if self.recording is not None:
                self.recording.rejoined()
            for listener in self._stage.listeners(self.plan.id):
                listener.source_replaced()
        else:
            old, self.subscription = self.subscription, connection
            self.meter.interrupt()
            self._gate.rejoined(monotonic_ms())
            self._received_ms = None
            self.judge(monotonic_ms())
        if old is not None:
            self._discard(old)

    def source_replaced(self) -> None:
        self.meter.interrupt()
        self._switch_source()

    # media

    def pulse(self, at_ms: int, *, fresh: bool) -> None:
        """This participant was there: for those who pay for its text, and for the own bill."""
        sends, pays = Kind.TEXT in self.plan.publishes, Kind.TEXT in self.plan.needs
        if not sends and not pays:
            return
        self._pulse_ms = at_ms
        if fresh:
            self.meter.interrupt()
        if pays:
            self.meter.receipt(at_ms)
        if sends:
            self._published_ms[Kind.TEXT] = at_ms
            self._sent_time.media(at_ms)
            for listener in self._stage.listeners(self.plan.id):
                if fresh:
                    listener.meter.interrupt()
                listener.meter.media(Kind.TEXT, at_ms)

    def forward(self, kind: Kind, frame: EncodedFrame, now_ms: int) -> None:
        subscription = self.subscription
        if self.forwarding and subscription is not None and subscription.connected:
            track = subscription.tracks.get(kind)
            if track is not None:
                track.push(frame, now_ms)

    def want_keyframe(self) -> None:
        if self.plan.unseen:
            return  # the source would see that somebody came
        source = self._stage.source_of(self)
        if self.forwarding and source is not None and source.publication is not None:
            source.publication.request_keyframe(monotonic_ms())

    def judge(self, now_ms: int) -> FlowState:
        """Decide whether this participant may be sent anything now."""
        state = self.meter.sample(now_ms)
        allowed = self.plan.source is not None and state is not FlowState.CUT and self._stage.flows(self.plan.follows)
        if allowed and self.plan.needs:
            # A receiver without a line for something it pays for would get the rest unbilled.
            lines = self.subscription.tracks.keys() if self.subscription else set()
            allowed = self._gate.is_open(now_ms) and self.plan.needs <= lines
        if allowed != self.forwarding:
            self.forwarding = allowed
            if self.subscription is not None:
                self.subscription.hold()
        if allowed and self.subscription is not None and self.subscription.waiting_for_keyframe():
            self.want_keyframe()
        return state

    def tick(self, now_ms: int) -> None:
        self.judge(now_ms)
        if self.publication is not None:
            self.publication.tick(now_ms, self._stage.max_kbps, self._stage.keyframe_ms)
            if self.recording is not None and self.recording.asks_for_keyframe(now_ms):
                self.publication.request_keyframe(now_ms)
        for connection in (self.publication, self.subscription):
            if connection is not None and connection.overdue(now_ms):
                self._gone(connection)

    def evidence(self, now_ms: int) -> ParticipantEvidence:
        connections = (self.publication, self.subscription)
        received_age: int | None = None
        if self.subscription is not None:
            since = self._received_ms
            received_age = now_ms - (self.subscription.opened_ms if since is None else since)
        return ParticipantEvidence(
            stage=self._stage.name,
            id=self.plan.id,
            state=self.judge(now_ms),
            flow_ms=self.meter.flow_ms,
            connected=self._pulses(now_ms)
            or any(c is not None and c.alive(now_ms, self._options.vanished_ms) for c in connections),
            published_age_ms={kind: now_ms - at for kind, at in self._published_ms.items()},
            published_kbps=self.publication.kbps() if self.publication else 0,
            received_age_ms=received_age,
            needs=self.plan.needs,
            sent_ms=self._sent_time.sent_ms,
        )

    def _pulses(self, now_ms: int) -> bool:
        return self._pulse_ms is not None and now_ms - self._pulse_ms <= self._options.vanished_ms

    # what the connections report

    def _frame_arrived(self, publication: Publication, kind: Kind, frame: EncodedFrame) -> None:
        if publication is not self.publication or kind not in self.plan.publishes:
            return
        now_ms = monotonic_ms()
        self._published_ms[kind] = now_ms
        self._sent_time.media(now_ms)
        for listener in self._stage.listeners(self.plan.id):
            listener.forward(kind, frame, now_ms)
        if self.recording is not None:
            self.recording.take(kind, frame, now_ms)

    def _sent(self, kind: Kind) -> None:
        now_ms = monotonic_ms()
        self.meter.media(kind, now_ms)
        # Sound alone is reported on too rarely to be judged by, and is not billed where a picture is due.
        if kind is Kind.VIDEO or Kind.VIDEO not in self.plan.needs:
            self._gate.sent(now_ms)

    def _receipt(self) -> None:
        self._received_ms = monotonic_ms()
        self.meter.receipt(self._received_ms)
        self._gate.receipt()

    def _subscription_connected(self, subscription: Subscription) -> None:
        if subscription is self.subscription:
            self.want_keyframe()

    def _switch_source(self) -> None:
        if self.subscription is not None:
            self.subscription.switch_source()
            self.want_keyframe()

    def _gone(self, connection: Connection) -> None:
        if connection is self.publication:
            self.publication = None
        elif connection is self.subscription:
            self.subscription = None
        self._discard(connection)


class Stage:
    """Keeps the routes that follow from the plan."""

    def __init__(
        self, name: str, options: RelayOptions, discard: Callable[[Connection], None], recorder: Recorder
    ) -> None:
        self.name = name
        self.recorder = recorder
        self.max_kbps = 0
        self.keyframe_ms = 0
        self.participants: dict[str, Participant] = {}
        self._listeners: dict[str, list[Participant]] = {}
        self._options = options
        self._discard = discard

    def apply(self, plan: StagePlan) -> None:
        self.max_kbps = plan.max_kbps
        self.keyframe_ms = plan.keyframe_ms
        planned = {participant.id: participant for participant in plan.participants}
        for gone in self.participants.keys() - planned.keys():
            self.participants.pop(gone).leave()
        for name, wanted in planned.items():
            if name not in self.participants:
                self.participants[name] = Participant(self, wanted, self._options, self._discard)
        # Routes first: a participant that is replanned asks its new source for a keyframe.
        self._listeners = {}
        for name, wanted in planned.items():
            if wanted.source is not None:
                self._listeners.setdefault(wanted.source, []).append(self.participants[name])
        for name, wanted in planned.items():
            self.participants[name].replan(wanted)

    def listeners(self, source: str) -> list[Participant]:
        return self._listeners.get(source, [])

    def source_of(self, participant: Participant) -> Participant | None:
        source = participant.plan.source
        return None if source is None else self.participants.get(source)

    def flows(self, name: str | None) -> bool:
        """Whether what this participant pays for is proven to flow now; True for nobody."""
        if name is None:
            return True
        person = self.participants.get(name)
        return person is not None and person.meter.sample(monotonic_ms()) is FlowState.FLOWING

    def tick(self, now_ms: int) -> int | None:
        """Milliseconds until somebody's quota may be used up; None without quotas."""
        remaining = []
        for participant in list(self.participants.values()):
            participant.tick(now_ms)
            left = participant.meter.remaining_ms()
            if left is not None and participant.forwarding:
                remaining.append(left)
        return min(remaining, default=None)

    def close(self) -> None:
        for participant in self.participants.values():
            participant.leave()
        self.participants.clear()
        self._listeners.clear()
