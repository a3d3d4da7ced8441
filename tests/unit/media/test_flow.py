"""Billable time grows by proof alone (spec B-2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppv_plugin.media.engine import AV, FlowState, Kind
from ppv_plugin.media.relay.flow import AUDIO_REPORT_MS, FlowMeter, ProofGate

STALL_MS = 5000
SOURCES = ("audio", "video", "receipt")
EVENTS = st.lists(st.tuples(st.integers(0, 9000), st.sampled_from(SOURCES)), max_size=120)
STEADY = st.lists(st.tuples(st.integers(0, 900), st.sampled_from(SOURCES)), min_size=20, max_size=120)


def meter(quota_ms: int | None = None, needs: frozenset[Kind] = AV) -> FlowMeter:
    return FlowMeter(stall_ms=STALL_MS, needs=needs, quota_ms=quota_ms)


def feed(flow: FlowMeter, source: str, at_ms: int) -> None:
    if source == "receipt":
        flow.receipt(at_ms)
    else:
        flow.media(Kind(source), at_ms)


def call(flow: FlowMeter, seconds: int, lost: range = range(0), step_ms: int = 50) -> Iterator[int]:
    """A call with sound and picture at a steady pace, its picture lost during `lost` (seconds)."""
    for now_ms in range(0, seconds * 1000 + 1, step_ms):
        flow.media(Kind.AUDIO, now_ms)
        if now_ms // 1000 not in lost:
            flow.media(Kind.VIDEO, now_ms)
        flow.receipt(now_ms)
        yield now_ms


def test_a_picture_lost_from_100_to_130_of_200_seconds_leaves_170() -> None:
    flow = meter()
    for _ in call(flow, 200, range(100, 130)):
        pass
    assert flow.flow_ms == pytest.approx(170_000, abs=50)
    assert flow.flow_ms <= 170_000


def test_a_loss_of_less_than_the_threshold_is_counted() -> None:
    flow = meter()
    for _ in call(flow, 20, range(10, 14)):
        pass
    assert flow.flow_ms == 20_000


@given(begin=st.integers(1, 30), length=st.integers(0, 40))
def test_a_loss_is_counted_whole_or_not_at_all(begin: int, length: int) -> None:
    flow = meter()
    for _ in call(flow, 80, range(begin, begin + length), step_ms=100):
        pass
    counted = 80_000 if length * 1000 + 100 <= STALL_MS else 80_000 - length * 1000
    assert counted - 200 <= flow.flow_ms <= counted


@given(events=EVENTS)
def test_it_never_decreases_and_never_exceeds_the_time_that_passed(
    events: list[tuple[int, str]],
) -> None:
    flow, now_ms, before = meter(), 0, 0
    for delta, source in events:
        now_ms += delta
        feed(flow, source, now_ms)
        assert before <= flow.flow_ms <= now_ms
        before = flow.flow_ms


@given(events=EVENTS, samples=st.lists(st.integers(0, 5), min_size=120, max_size=120))
def test_how_often_it_is_looked_at_changes_nothing(events: list[tuple[int, str]], samples: list[int]) -> None:
    seen, unseen, now_ms = meter(), meter(), 0
    for (delta, source), looks in zip(events, samples, strict=False):
        for part in range(looks):
            seen.sample(now_ms + delta * part // looks)
        now_ms += delta
        feed(seen, source, now_ms)
        feed(unseen, source, now_ms)
    assert seen.flow_ms == unseen.flow_ms
    assert seen.sample(now_ms) is unseen.sample(now_ms)


@given(events=STEADY, quota=st.integers(0, 20_000), raised=st.integers(0, 20_000))
@settings(max_examples=200)
def test_it_never_exceeds_the_quota_of_the_moment(events: list[tuple[int, str]], quota: int, raised: int) -> None:
    flow, now_ms = meter(quota), 0
    for index, (delta, source) in enumerate(events):
        if index == len(events) // 2:
            quota += raised
            flow.plan(needs=AV, quota_ms=quota)
        now_ms += delta
        if source == "receipt" or not flow.cut:
            feed(flow, source, now_ms)
        flow.sample(now_ms)
        assert flow.flow_ms <= quota


def test_a_cut_ends_at_exactly_the_quota() -> None:
    flow = meter(3000)
    states = []
    for now_ms in range(0, 6001, 50):
        if not flow.cut:
            flow.media(Kind.AUDIO, now_ms)
            flow.media(Kind.VIDEO, now_ms)
        if now_ms % 250 == 0:
            flow.receipt(now_ms)
        states.append((now_ms, flow.sample(now_ms)))
    assert flow.flow_ms == 3000
    assert next(now for now, state in states if state is FlowState.CUT) == 3000


def test_a_lost_picture_does_not_use_up_the_money() -> None:
    flow = meter(12_000)
    states = [flow.sample(now) for now in call(flow, 30, range(10, 31))]
    assert FlowState.CUT not in states
    assert states[-1] is FlowState.STALLED
    assert 9900 <= flow.flow_ms <= 10_000


def test_a_lowered_quota_cuts_but_takes_nothing_back() -> None:
    flow = meter(60_000)
    for _ in call(flow, 10):
        pass
    flow.plan(needs=AV, quota_ms=4000)
    assert flow.sample(10_000) is FlowState.CUT
    assert flow.flow_ms == 10_000


def test_the_time_between_cut_and_top_up_is_not_counted() -> None:
    flow = meter(2000)
    for _ in call(flow, 2):
        pass
    flow.sample(2000)
    flow.plan(needs=AV, quota_ms=60_000)
    for now_ms in (4000, 4500):
        feed(flow, "audio", now_ms)
        feed(flow, "video", now_ms)
        feed(flow, "receipt", now_ms)
    assert flow.flow_ms == 2500


def test_its_states_follow_proof() -> None:
    flow = meter()
    assert flow.sample(0) is FlowState.IDLE
    for _ in call(flow, 1):
        pass
    assert flow.sample(1000) is FlowState.FLOWING
    assert flow.sample(1000 + STALL_MS) is FlowState.FLOWING
    assert flow.sample(1001 + STALL_MS) is FlowState.STALLED
    for source in SOURCES:
        feed(flow, source, 9000)
    assert flow.sample(9000) is FlowState.FLOWING


def test_media_sent_after_a_silence_does_not_flow_before_it_is_received() -> None:
    flow = meter()
    for _ in call(flow, 1):
        pass
    for kind in Kind:  # a probe to a receiver that may be gone
        flow.media(kind, 9000)
    assert flow.sample(9000) is FlowState.STALLED
    counted = flow.flow_ms
    flow.receipt(9000)
    assert (flow.sample(9000), flow.flow_ms) == (FlowState.FLOWING, counted)


@pytest.mark.parametrize("missing", SOURCES)
def test_nothing_counts_while_one_side_of_the_proof_is_missing(missing: str) -> None:
    flow = meter()
    for now_ms in range(0, 20_000, 100):
        for source in SOURCES:
            if source != missing:
                feed(flow, source, now_ms)
    assert (flow.flow_ms, flow.sample(20_000)) == (0, FlowState.IDLE)


def test_a_gap_of_reconnecting_is_not_counted_however_short() -> None:
    flow = meter()
    for _ in call(flow, 10):
        pass
    flow.interrupt()
    for now_ms in (11_000, 12_000):
        for source in SOURCES:
            feed(flow, source, now_ms)
    assert flow.flow_ms == 11_000
    assert flow.sample(12_000) is FlowState.FLOWING


def test_another_source_begins_idle() -> None:
    flow = meter()
    for _ in call(flow, 3):
        pass
    flow.attach()
    flow.receipt(3100)  # still speaks of the old source
    assert (flow.sample(3100), flow.flow_ms) == (FlowState.IDLE, 3000)


def test_who_needs_nothing_flows_but_is_not_counted() -> None:
    flow = meter(needs=frozenset())
    flow.receipt(50)
    assert flow.sample(50) is FlowState.IDLE
    for _ in call(flow, 3):
        pass
    assert (flow.sample(3000), flow.flow_ms) == (FlowState.FLOWING, 0)


def test_sound_alone_is_proven_by_the_rare_reports_of_browsers() -> None:
    flow = meter(needs=frozenset({Kind.AUDIO}))
    for now_ms in range(0, 30_001, 100):
        flow.media(Kind.AUDIO, now_ms)
        if now_ms % 7500 == 0:
            flow.receipt(now_ms)
        assert now_ms == 0 or flow.sample(now_ms) is FlowState.FLOWING
    assert flow.flow_ms == 30_000


def test_a_long_silence_of_sound_alone_is_not_counted() -> None:
    flow = meter(needs=frozenset({Kind.AUDIO}))
    for now_ms in [*range(0, 10_001, 100), *range(16_000, 20_001, 100)]:
        flow.media(Kind.AUDIO, now_ms)
        flow.receipt(now_ms)
    assert flow.flow_ms == 14_000
    assert AUDIO_REPORT_MS > 6000, "the silence must be shorter than what reports may take"


class TestProofGate:
    PATIENCE_MS = 4500

    def watch(self, gate: ProofGate, begin_ms: int, ms: int, report_ms: int | None) -> int:
        """Send while the gate is open; how many milliseconds of media went out."""
        sent = 0
        for now_ms in range(begin_ms, begin_ms + ms, 50):
            if gate.is_open(now_ms):
                gate.sent(now_ms)
                sent += 50
            if report_ms is not None and now_ms % report_ms == 0:
                gate.receipt()
        return sent

    def gate(self) -> ProofGate:
        return ProofGate(patience_ms=self.PATIENCE_MS)

    def test_stays_open_for_who_reports(self) -> None:
        assert self.watch(self.gate(), 0, 60_000, report_ms=1000) == 60_000

    def test_closes_on_who_never_reports(self) -> None:
        sent = self.watch(self.gate(), 0, 120_000, report_ms=None)
        assert sent <= self.PATIENCE_MS + 6 * (ProofGate.PROBE_MS + 100)

    def test_opens_at_once_for_a_report(self) -> None:
        gate = self.gate()
        self.watch(gate, 0, 6000, report_ms=None)
        assert not gate.is_open(6000)
        gate.receipt()
        assert gate.is_open(6000)

    def test_lets_a_probe_through_to_who_lost_the_network(self) -> None:
        gate = self.gate()
        self.watch(gate, 0, 20_000, report_ms=None)
        assert self.watch(gate, 20_000, 60_000, report_ms=500) > 40_000

    def test_is_not_closed_by_a_silent_source(self) -> None:
        gate = self.gate()
        for now_ms in (0, 20_000, 40_000):
            gate.sent(now_ms)
            assert gate.is_open(now_ms)

    def test_gives_who_joins_again_and_again_no_more_than_probes(self) -> None:
        gate, sent = self.gate(), 0
        for begin_ms in range(0, 60_000, 1000):
            gate.rejoined(begin_ms)
            sent += self.watch(gate, begin_ms, 1000, report_ms=None)
        assert sent < 60_000 / 2

    def test_leaves_no_free_ride_to_who_reports_just_too_late(self) -> None:
        """The gate and the meter together: what passes unproven is billed by the late report."""
        gate, flow, watched = self.gate(), meter(), 0
        for now_ms in range(0, 120_000, 50):
            if gate.is_open(now_ms):
                flow.media(Kind.AUDIO, now_ms)
                flow.media(Kind.VIDEO, now_ms)
                gate.sent(now_ms)
                watched += 50
            if now_ms % 5500 == 0:
                flow.receipt(now_ms)
                gate.receipt()
        assert flow.flow_ms >= watched * 0.8
