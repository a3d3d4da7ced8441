"""What every media engine must do where only sound, or only text, is paid for. Subclass `MediaKindsContract` beside
`MediaEngineContract`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ppv_plugin.errors import BadInput, NotAllowed
from ppv_plugin.media.engine import Direction, FlowState, Kind, MediaEngine, ParticipantPlan, Pulse
from ppv_plugin.testing.media_contract import STALL_MS, Stage
from ppv_plugin.testing.media_peers import Peers

SOUND, TEXT = frozenset({Kind.AUDIO}), frozenset({Kind.TEXT})
ANA_SPEAKS = ParticipantPlan("ana", publishes=SOUND, source="cy")
CY_LISTENS = ParticipantPlan("cy", publishes=SOUND, source="ana", needs=SOUND)
ANA_WRITES = ParticipantPlan("ana", publishes=TEXT, source="cy")
CY_READS = ParticipantPlan("cy", publishes=TEXT, source="ana", needs=TEXT)


class MediaKindsContract:
    """Test names complete the sentence "a media engine ..."."""

    @pytest.fixture
    def stage(self, engine: MediaEngine, peers: Peers) -> Stage:
        return Stage(engine, peers)

    # sound

    async def test_counts_sound_where_sound_is_paid_for(self, stage: Stage) -> None:
        await stage.plan(ANA_SPEAKS, CY_LISTENS)
        await stage.peers.publish(stage.name, "ana", [Kind.AUDIO])
        await stage.peers.watch(stage.name, "cy", [Kind.AUDIO])
        await stage.until("cy", lambda cy: cy.flow_ms > 0)
        assert set((await stage.see("ana")).published_age_ms) == SOUND

    @pytest.mark.parametrize("participant", ["ana", "cy"])
    async def test_takes_no_picture_where_only_sound_is_allowed(self, stage: Stage, participant: str) -> None:
        await stage.plan(ANA_SPEAKS, CY_LISTENS)
        offer = await stage.peers.offer(Direction.PUBLISH)
        with pytest.raises(NotAllowed):
            await stage.engine.join(
                stage=stage.name, participant=participant, direction=Direction.PUBLISH, offer_sdp=offer
            )

    # text

    async def text_flows(self, stage: Stage, *, quota_ms: int | None = None) -> None:
        await stage.plan(ANA_WRITES, replace(CY_READS, quota_ms=quota_ms))
        await stage.peers.attend(stage.name, "ana")
        await stage.peers.attend(stage.name, "cy")
        await stage.until("cy", lambda cy: cy.flow_ms > 0)

    @pytest.mark.parametrize("direction", Direction)
    async def test_takes_no_media_where_only_text_is_allowed(self, stage: Stage, direction: Direction) -> None:
        await stage.plan(ANA_WRITES, CY_READS)
        offer = await stage.peers.offer(direction)
        with pytest.raises((NotAllowed, BadInput)):
            await stage.engine.join(stage=stage.name, participant="cy", direction=direction, offer_sdp=offer)

    async def test_counts_text_no_longer_than_both_were_there(self, stage: Stage) -> None:
        begun = (await stage.engine.evidence()).mono_ms
        await self.text_flows(stage)
        await stage.peers.pass_time(300)
        seen = await stage.until("cy", lambda cy: cy.flow_ms >= 300)
        assert seen.flow_ms <= (await stage.engine.evidence()).mono_ms - begun
        assert (seen.connected, seen.state) == (True, FlowState.FLOWING)

    @pytest.mark.parametrize("gone", ["ana", "cy"])
    async def test_counts_no_text_after_the_last_pulse_of_either(self, stage: Stage, gone: str) -> None:
        await self.text_flows(stage)
        await stage.peers.vanish(gone)
        last = await stage.flow_ms()
        await stage.until("cy", lambda cy: cy.state is FlowState.STALLED)
        await stage.until(gone, lambda one: not one.connected)
        assert await stage.flow_ms() <= last + 150  # a pulse that was on its way

    async def test_counts_nothing_of_a_silence_that_was_too_long(self, stage: Stage) -> None:
        await self.text_flows(stage)
        await stage.peers.vanish("cy")
        await stage.until("cy", lambda cy: cy.state is FlowState.STALLED)
        before = await stage.flow_ms()
        await stage.peers.pass_time(STALL_MS // 2)
        await stage.peers.attend(stage.name, "cy")
        assert await stage.flow_ms() == before
        await stage.until("cy", lambda cy: cy.flow_ms > before)

    async def test_counts_no_text_while_only_one_is_there(self, stage: Stage) -> None:
        await stage.plan(ANA_WRITES, CY_READS)
        await stage.peers.attend(stage.name, "cy")
        await stage.peers.pass_time(400)
        assert ((await stage.see("cy")).state, await stage.flow_ms()) == (FlowState.IDLE, 0)

    async def test_cuts_text_at_the_quota(self, stage: Stage) -> None:
        await self.text_flows(stage, quota_ms=400)
        await stage.until("cy", lambda cy: cy.state is FlowState.CUT)
        await stage.peers.pass_time(250)
        assert await stage.flow_ms() <= 400

    async def test_takes_no_pulse_of_who_pays_for_a_picture(self, stage: Stage) -> None:
        await stage.plan(ANA_SPEAKS, CY_LISTENS)
        await stage.engine.pulse([Pulse(stage.name, "ana"), Pulse(stage.name, "cy"), Pulse("nowhere", "nobody")])
        await stage.peers.pass_time(200)
        cy = await stage.see("cy")
        assert (cy.connected, cy.flow_ms, cy.published_age_ms) == (False, 0, {})
