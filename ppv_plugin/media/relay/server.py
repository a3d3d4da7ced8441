"""The relay: stages, joins, evidence. It runs on one event loop and knows no framework."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Sequence

from ppv_plugin.media.engine import Direction, Evidence, JoinAnswer, Kind, Pulse, StagePlan
from ppv_plugin.media.relay import snapshots
from ppv_plugin.media.relay.clock import monotonic_ms
from ppv_plugin.media.relay.connections import CLOSE_SECONDS, Connection
from ppv_plugin.media.relay.errors import JoinRefused
from ppv_plugin.media.relay.offers import announce, read_offer
from ppv_plugin.media.relay.options import RelayOptions
from ppv_plugin.media.relay.recording import Recorder
from ppv_plugin.media.relay.rules import check_capacity, check_join, check_plan, check_width
from ppv_plugin.media.relay.selftest import check_library
from ppv_plugin.media.relay.stage import Participant, Stage

logger = logging.getLogger(__name__)

TICK_MS = 250
SHORTEST_TICK_MS = 20
FRESH_KEYFRAME_MS = 1000
KEYFRAME_WAIT_SECONDS = 1.5
OLD_KEYFRAME_MS = 3000


class Relay:
    """`boot_id` names the life of this object: counters are comparable only within it."""

    def __init__(self, options: RelayOptions | None = None) -> None:
        self.options = options or RelayOptions()
        self.boot_id = secrets.token_hex(8)
        self._stages: dict[str, Stage] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._recorder = Recorder(self.options.recordings, reserve_bytes=self.options.recordings_reserve_bytes)

    async def start(self) -> None:
        """Raises IncompatibleLibrary when aiortc is not as expected."""
        if self._ticker is None:
            await check_library()
            self._recorder.start()
            self._ticker = asyncio.create_task(self._tick())

    async def apply(self, plan: StagePlan) -> None:
        """Raises OfferRefused for a malformed plan, RelayFull beyond the capacity."""
        check_plan(plan)
        planned = {name: len(stage.participants) for name, stage in self._stages.items()}
        check_capacity(planned, plan, self.options.max_participants)
        stage = self._stages.get(plan.stage)
        if stage is None:
            stage = self._stages[plan.stage] = Stage(plan.stage, self.options, self._discard, self._recorder)
        stage.apply(plan)

    async def join(self, *, stage: str, participant: str, direction: Direction, offer_sdp: str) -> JoinAnswer:
        """Raises JoinRefused, OfferRefused, RelayFull. A refused join leaves the older connection alone."""
        person = self._find(stage, participant)
        check_join(person.plan if person else None, direction)
        assert person is not None
        offer, kinds = read_offer(offer_sdp, direction)
        async with person.lock:
            connection = person.open(direction, kinds)
            try:
                binds = [address.bind for address in self.options.host_addresses]
                answer = await connection.negotiate(offer, binds)
                # The plan may have changed while we talked.
                if self._find(stage, participant) is not person:
                    raise JoinRefused("the participant has left the plan")
                person.check(direction, kinds)
            except BaseException:
                self._discard(connection)
                raise
            person.install(connection)
        return JoinAnswer(transport="sdp", sdp=announce(answer, self.options.host_addresses))

    async def pulse(self, pulses: Sequence[Pulse]) -> None:
        now_ms = monotonic_ms()
        for pulse in pulses:
            person = self._find(pulse.stage, pulse.participant)
            if person is not None:
                person.pulse(now_ms - max(pulse.age_ms, 0), fresh=pulse.fresh)

    async def close_stage(self, stage: str) -> None:
        closed = self._stages.pop(stage, None)
        if closed is not None:
            closed.close()

    async def evidence(self) -> Evidence:
        now_ms = monotonic_ms()
        people = [p for stage in self._stages.values() for p in stage.participants.values()]
        found = tuple(p.evidence(now_ms) for p in people)
        return Evidence(self.boot_id, now_ms, found, self._recorder.unwritten())

    async def snapshot(self, *, stage: str, participant: str, width: int) -> bytes | None:
        """A JPEG of the newest keyframe, which is asked for if the last is older than a second."""
        check_width(width)
        person = self._find(stage, participant)
        now_ms = monotonic_ms()
        if person is None or person.publication is None or not self._shows_video(person, now_ms):
            return None
        publication = person.publication
        if publication.keyframe is None or now_ms - publication.keyframe_ms > FRESH_KEYFRAME_MS:
            publication.keyframe_arrived.clear()
            publication.request_keyframe(now_ms)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(KEYFRAME_WAIT_SECONDS):
                    await publication.keyframe_arrived.wait()
        if publication.keyframe is None or monotonic_ms() - publication.keyframe_ms > OLD_KEYFRAME_MS:
            return None  # better none than one from before
        return await asyncio.to_thread(snapshots.jpeg, publication.keyframe.data, width)

    async def close(self) -> None:
        """Disconnect everybody, within a bounded time."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.wait([self._ticker])
            self._ticker = None
        for stage in list(self._stages):
            await self.close_stage(stage)
        await asyncio.to_thread(self._recorder.close)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSE_SECONDS)

    def _find(self, stage: str, participant: str) -> Participant | None:
        found = self._stages.get(stage)
        return found.participants.get(participant) if found else None

    def _shows_video(self, person: Participant, now_ms: int) -> bool:
        age_ms = person.evidence(now_ms).published_age_ms.get(Kind.VIDEO)
        fresh = age_ms is not None and age_ms <= self.options.vanished_ms
        return fresh and Kind.VIDEO in person.plan.publishes

    def _discard(self, connection: Connection) -> None:
        if connection.closing:
            return
        connection.closing = True
        task = asyncio.ensure_future(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _tick(self) -> None:
        while True:
            pause = TICK_MS
            for stage in list(self._stages.values()):
                try:
                    left = stage.tick(monotonic_ms())
                except Exception:  # one broken stage must not stop the metering of the others
                    logger.exception("stage %s could not be looked at", stage.name)
                    continue
                if left is not None:
                    pause = min(pause, max(SHORTEST_TICK_MS, left))
            await asyncio.sleep(pause / 1000)
