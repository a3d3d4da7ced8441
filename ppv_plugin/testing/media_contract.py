"""What every media engine must do. Subclass `MediaEngineContract` and give it the fixtures `engine` and `peers`.

The engine under test has room for at most `CAPACITY` participants and stalls after `STALL_MS`; a peer counts as gone
`VANISHED_MS` after its last sign. The tests are coroutines: run them with pytest-asyncio in `auto` mode.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from ppv_plugin.errors import BadInput, MediaFull, NotAllowed
from ppv_plugin.media.engine import (
    AV,
    Direction,
    FlowState,
    Kind,
    MediaEngine,
    ParticipantEvidence,
    ParticipantPlan,
    StagePlan,
)
from ppv_plugin.testing.media_peers import Peers

CAPACITY = 8
STALL_MS = 1000
VANISHED_MS = 1000
STEP_MS = 25
PATIENCE_MS = 8000

ANA = ParticipantPlan("ana", publishes=AV)
CY = ParticipantPlan("cy", source="ana", needs=AV)
BO = ParticipantPlan("bo", publishes=AV)
MALFORMED = ["", "hello", "v=1\r\n" + "a=x\r\n" * 20_000]


class Stage:
    """One stage under test, with the words the tests are written in."""

    def __init__(self, engine: MediaEngine, peers: Peers) -> None:
        self.name = f"stage-{uuid.uuid4().hex[:12]}"
        self.engine = engine
        self.peers = peers

    async def plan(self, *participants: ParticipantPlan) -> None:
        await self.engine.apply(StagePlan(self.name, participants))

    async def publish(self, participant: str) -> None:
        await self.peers.publish(self.name, participant)

    async def watch(self, participant: str) -> None:
        await self.peers.watch(self.name, participant)

    async def flowing(self, *participants: ParticipantPlan) -> None:
        """Ana publishes, Cy watches, and time is being counted."""
        await self.plan(*(participants or (ANA, CY)))
        await self.publish("ana")
        await self.watch("cy")
        await self.until("cy", lambda cy: cy.state is FlowState.FLOWING)

    async def see(self, participant: str) -> ParticipantEvidence:
        everybody = (await self.engine.evidence()).participants
        return next(p for p in everybody if (p.stage, p.id) == (self.name, participant))

    async def names(self) -> set[str]:
        return {p.id for p in (await self.engine.evidence()).participants if p.stage == self.name}

    async def until(self, participant: str, true: Callable[[ParticipantEvidence], bool]) -> ParticipantEvidence:
        for _ in range(PATIENCE_MS // STEP_MS):
            seen = await self.see(participant)
            if true(seen):
                return seen
            await self.peers.pass_time(STEP_MS)
        raise AssertionError(f"did not come true within {PATIENCE_MS} ms: {seen}")

    async def flow_ms(self, participant: str = "cy") -> int:
        return (await self.see(participant)).flow_ms


class MediaEngineContract:
    """Test names complete the sentence "a media engine ..."."""

    @pytest.fixture
    def stage(self, engine: MediaEngine, peers: Peers) -> Stage:
        return Stage(engine, peers)

    # plans

    async def test_refuses_a_join_that_no_plan_names(self, stage: Stage) -> None:
        with pytest.raises(NotAllowed):
            await stage.watch("cy")
        await stage.plan(ANA)
        with pytest.raises(NotAllowed):
            await stage.watch("cy")

    async def test_lets_nobody_publish_who_may_not(self, stage: Stage) -> None:
        await stage.plan(ANA, CY)
        with pytest.raises(NotAllowed):
            await stage.publish("cy")

    @pytest.mark.parametrize("sdp", MALFORMED, ids=["empty", "nonsense", "oversize"])
    async def test_refuses_a_malformed_offer(self, stage: Stage, sdp: str) -> None:
        await stage.plan(ANA, CY)
        for participant, direction in (("ana", Direction.PUBLISH), ("cy", Direction.SUBSCRIBE)):
            with pytest.raises(BadInput):
                await stage.engine.join(stage=stage.name, participant=participant, direction=direction, offer_sdp=sdp)
        assert not (await stage.see("ana")).connected

    @pytest.mark.parametrize(
        "participants",
        [(ANA, ANA), (replace(ANA, id=""),), (replace(ANA, id="a b"),), (replace(CY, quota_ms=-1),)],
        ids=["twice", "nameless", "ill-named", "negative quota"],
    )
    async def test_refuses_a_malformed_plan(self, stage: Stage, participants: tuple[ParticipantPlan, ...]) -> None:
        with pytest.raises(BadInput):
            await stage.plan(*participants)
        assert await stage.names() == set()

    async def test_refuses_more_participants_than_it_can_serve(self, stage: Stage) -> None:
        await stage.plan(ANA)
        crowd = [ParticipantPlan(f"v{i}", source="ana") for i in range(CAPACITY)]
        with pytest.raises(MediaFull):
            await stage.plan(ANA, *crowd)
        assert await stage.names() == {"ana"}
        await stage.plan(ANA, *crowd[:-1])
        assert len(await stage.names()) == CAPACITY

    async def test_forgets_who_leaves_the_plan_and_disconnects_them(self, stage: Stage) -> None:
        await stage.flowing()
        await stage.plan(ANA)
        assert await stage.names() == {"ana"}
        await stage.plan(ANA, CY)
        assert await stage.flow_ms() == 0
        assert not (await stage.see("cy")).connected

    async def test_forgets_a_closed_stage_however_often_it_is_closed(self, stage: Stage) -> None:
        await stage.plan(ANA, CY)
        await stage.engine.close_stage(stage.name)
        await stage.engine.close_stage(stage.name)
        assert await stage.names() == set()
        with pytest.raises(NotAllowed):
            await stage.watch("cy")

    # flow

    async def test_counts_no_more_than_the_time_that_passed(self, stage: Stage) -> None:
        begun = (await stage.engine.evidence()).mono_ms
        await stage.flowing()
        first = await stage.flow_ms()
        await stage.peers.pass_time(300)
        last = await stage.until("cy", lambda cy: cy.flow_ms > first)
        assert first < last.flow_ms <= (await stage.engine.evidence()).mono_ms - begun
        assert last.connected
        assert last.received_age_ms is not None

    async def test_tells_what_a_publisher_sends(self, stage: Stage) -> None:
        await stage.flowing()
        ana = await stage.until("ana", lambda p: p.published_kbps > 0)
        assert set(ana.published_age_ms) == AV
        assert max(ana.published_age_ms.values()) < STALL_MS
        assert ana.received_age_ms is None
        assert ana.flow_ms == 0

    async def test_lets_a_viewer_wait_for_its_source(self, stage: Stage) -> None:
        await stage.plan(ANA, CY)
        await stage.watch("cy")
        await stage.peers.pass_time(200)
        assert (await stage.see("cy")).state is FlowState.IDLE
        await stage.publish("ana")
        await stage.until("cy", lambda cy: cy.flow_ms > 0)

    async def test_counts_nothing_for_who_needs_nothing(self, stage: Stage) -> None:
        await stage.flowing(ANA, replace(CY, needs=frozenset()))
        await stage.peers.pass_time(250)
        assert await stage.flow_ms() == 0

    async def test_keeps_the_counter_when_a_plan_is_applied_again(self, stage: Stage) -> None:
        await stage.flowing()
        before = (await stage.until("cy", lambda cy: cy.flow_ms > 100)).flow_ms
        await stage.plan(ANA, CY)
        assert await stage.flow_ms() >= before
        await stage.until("cy", lambda cy: cy.flow_ms > before + 100)

    async def test_keeps_the_counter_when_a_viewer_joins_anew(self, stage: Stage) -> None:
        await stage.flowing()
        before = (await stage.until("cy", lambda cy: cy.flow_ms > 100)).flow_ms
        await stage.watch("cy")
        assert await stage.flow_ms() >= before
        await stage.until("cy", lambda cy: cy.flow_ms > before + 100)

    async def test_carries_on_when_the_publisher_joins_anew(self, stage: Stage) -> None:
        await stage.flowing()
        before = (await stage.until("cy", lambda cy: cy.flow_ms > 100)).flow_ms
        await stage.publish("ana")
        await stage.until("cy", lambda cy: cy.flow_ms > before + 100)

    async def test_counts_nothing_during_a_black_out(self, stage: Stage) -> None:
        await stage.flowing()
        await stage.plan(ANA, replace(CY, source=None))
        dark = await stage.flow_ms()
        await stage.peers.pass_time(250)
        cy = await stage.see("cy")
        assert (cy.flow_ms, cy.state, cy.connected) == (dark, FlowState.IDLE, True)
        await stage.plan(ANA, CY)
        await stage.until("cy", lambda cy: cy.flow_ms > dark)

    async def test_counts_nothing_of_a_long_loss_of_picture(self, stage: Stage) -> None:
        await stage.flowing()
        await stage.peers.stop_video("ana")
        cy = await stage.until("cy", lambda cy: cy.state is FlowState.STALLED)
        await stage.peers.pass_time(300)
        assert await stage.flow_ms() == cy.flow_ms
        assert (await stage.see("ana")).published_age_ms[Kind.VIDEO] > STALL_MS

    async def test_notices_a_viewer_that_vanished(self, stage: Stage) -> None:
        await stage.flowing()
        await stage.peers.vanish("cy")
        cy = await stage.until("cy", lambda cy: not cy.connected)
        cy = await stage.until("cy", lambda cy: cy.state is FlowState.STALLED)
        assert cy.received_age_ms is not None
        assert cy.received_age_ms > STALL_MS / 2

    # several publishers

    async def test_forwards_several_publishers_each_to_whom_the_plan_says(self, stage: Stage) -> None:
        beside = ParticipantPlan("cy-bo", source="bo")
        await stage.flowing(ANA, CY, BO, beside)
        await stage.publish("bo")
        await stage.watch("cy-bo")
        await stage.until("cy-bo", lambda tile: tile.state is FlowState.FLOWING)
        cy = await stage.see("cy")
        await stage.until("cy", lambda later: later.flow_ms > cy.flow_ms)

    async def test_takes_nothing_more_of_who_may_not_publish_any_more(self, stage: Stage) -> None:
        await stage.flowing(ANA, CY, BO, ParticipantPlan("cy-bo", source="bo"))
        await stage.publish("bo")
        await stage.until("bo", lambda bo: bo.sent_ms > 0)
        await stage.plan(ANA, CY)
        with pytest.raises(NotAllowed):
            await stage.publish("bo")
        assert "bo" not in await stage.names()
        ana = await stage.see("ana")
        await stage.until("ana", lambda later: later.sent_ms > ana.sent_ms)

    async def test_shows_nothing_beside_paid_media_that_do_not_flow(self, stage: Stage) -> None:
        await stage.plan(ANA, CY, BO, ParticipantPlan("cy-bo", source="bo", follows="cy"))
        for publisher in ("ana", "bo"):
            await stage.publish(publisher)
        await stage.watch("cy-bo")
        await stage.peers.pass_time(500)
        assert (await stage.see("cy-bo")).state is FlowState.IDLE
        await stage.watch("cy")
        await stage.until("cy-bo", lambda tile: tile.state is FlowState.FLOWING)

    async def test_counts_the_time_in_which_a_publisher_sent(self, stage: Stage) -> None:
        begun = (await stage.engine.evidence()).mono_ms
        await stage.plan(ANA, BO)
        await stage.publish("ana")
        ana = await stage.until("ana", lambda ana: ana.sent_ms > 200)
        assert ana.sent_ms <= (await stage.engine.evidence()).mono_ms - begun
        assert (await stage.see("bo")).sent_ms == 0

    # quotas

    async def test_cuts_at_the_quota_and_not_one_millisecond_later(self, stage: Stage) -> None:
        await stage.flowing(ANA, replace(CY, quota_ms=400))
        cut = await stage.until("cy", lambda cy: cy.state is FlowState.CUT)
        await stage.peers.pass_time(250)
        cy = await stage.see("cy")
        assert (cy.state, cut.flow_ms <= cy.flow_ms <= 400) == (FlowState.CUT, True)

    async def test_resumes_when_the_quota_is_raised(self, stage: Stage) -> None:
        await stage.flowing(ANA, replace(CY, quota_ms=200))
        await stage.until("cy", lambda cy: cy.state is FlowState.CUT)
        await stage.plan(ANA, replace(CY, quota_ms=500))
        await stage.until("cy", lambda cy: cy.flow_ms > 200)

    async def test_forwards_nothing_on_a_quota_of_zero(self, stage: Stage) -> None:
        await stage.plan(ANA, replace(CY, quota_ms=0))
        await stage.publish("ana")
        await stage.watch("cy")
        await stage.peers.pass_time(250)
        cy = await stage.see("cy")
        assert (cy.state, cy.flow_ms) == (FlowState.CUT, 0)

    # the rest

    async def test_takes_a_snapshot_of_what_is_published_now(self, stage: Stage) -> None:
        async def snapshot(participant: str = "ana", width: int = 160) -> bytes | None:
            return await stage.engine.snapshot(stage=stage.name, participant=participant, width=width)

        if not stage.engine.capabilities.snapshots:
            assert await snapshot() is None
            return
        await stage.plan(ANA, CY)
        assert await snapshot() is None
        assert await snapshot("nobody") is None
        await stage.publish("ana")
        await stage.until("ana", lambda ana: Kind.VIDEO in ana.published_age_ms)
        picture = await snapshot()
        assert picture is not None
        assert picture.startswith(b"\xff\xd8")
        with pytest.raises(BadInput):
            await snapshot(width=0)

    async def test_names_its_life_and_its_clock(self, stage: Stage) -> None:
        first = await stage.engine.evidence()
        await stage.peers.pass_time(50)
        second = await stage.engine.evidence()
        assert first.boot_id == second.boot_id != ""
        assert second.mono_ms > first.mono_ms

    async def test_may_be_started_again_and_used_from_another_loop(self, stage: Stage) -> None:
        await stage.engine.start()
        await stage.engine.start()
        await stage.plan(ANA)
        elsewhere = await asyncio.to_thread(lambda: asyncio.run(stage.names()))
        assert elsewhere == {"ana"}
