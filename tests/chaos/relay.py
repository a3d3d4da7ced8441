"""A media relay whose people follow a script: they connect late or never, stall, vanish; its own HTTP face is the real
one. What it says comes late, twice, in another order or not at all; its counters never lie.

Time runs `SPEED` times as fast as in the world. Whatever it says it writes down first (`Truth`): no session may be
charged for more.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from ppv_plugin.media.engine import (
    Direction,
    Evidence,
    FlowState,
    JoinAnswer,
    ParticipantEvidence,
    ParticipantPlan,
    StagePlan,
)
from ppv_plugin.media.relay.options import RelayOptions
from ppv_plugin.media.relay.rules import check_plan

SPEED = 120
STALL_SHOWS_MS = 5_000  # as the real relay: a silence is left out from its beginning, and called a stall after this
OLD_SAMPLES = 60
CALM = "calm"  # a file of this name in the folder: everybody is gone, samples are true and new


@dataclass(frozen=True, slots=True)
class Script:
    """What one participant does: decided by its id, so the same in every boot. All in the relay's milliseconds."""

    connects_after: int
    vanishes_at: int  # of its counter in one boot
    stalls_every: int
    stalls_for: int

    @classmethod
    def of(cls, participant: str, seed: int) -> Script:
        chance = random.Random(f"{seed} {participant}")
        never = chance.random() < 0.06
        every = chance.randint(40_000, 400_000)
        return cls(
            connects_after=10**9 if never else chance.randint(0, 20_000),
            vanishes_at=chance.randint(5_000, 200_000) if chance.random() < 0.3 else 10**9,
            stalls_every=every,
            stalls_for=chance.choice([0, 0, 3_000, 8_000, every // 4]),
        )

    def flowed_by(self, ms: int) -> int:
        """Milliseconds without stalls in the first `ms` after it connected."""
        whole, rest = divmod(max(ms, 0), self.stalls_every)
        flows = self.stalls_every - self.stalls_for
        return whole * flows + min(rest, flows)

    def silent_for(self, ms: int) -> int:
        return max(ms % self.stalls_every - (self.stalls_every - self.stalls_for), 0) if ms > 0 else 0


@dataclass(slots=True)
class Person:
    plan: ParticipantPlan
    script: Script
    planned_at: int
    counter: int = 0
    seen_at: int = 0

    def advance(self, now: int) -> None:
        """Count what flowed since the last look, up to the quota and to where it vanishes."""
        if self.metered:
            begin = self.planned_at + self.script.connects_after
            flowed = self.script.flowed_by(now - begin) - self.script.flowed_by(self.seen_at - begin)
            limit = self.script.vanishes_at if self.plan.quota_ms is None else self.plan.quota_ms
            self.counter = max(self.counter, min(self.counter + flowed, limit, self.script.vanishes_at))
        self.seen_at = now

    @property
    def metered(self) -> bool:
        return bool(self.plan.needs) and self.plan.source is not None

    @property
    def vanished(self) -> bool:
        return self.counter >= self.script.vanishes_at

    def state(self, now: int) -> FlowState:
        since = now - self.planned_at - self.script.connects_after
        if not self.metered or since < 0:
            return FlowState.IDLE
        if self.plan.quota_ms is not None and self.counter >= self.plan.quota_ms:
            return FlowState.CUT
        if self.vanished or self.script.silent_for(since) > STALL_SHOWS_MS:
            return FlowState.STALLED
        return FlowState.FLOWING if self.counter else FlowState.IDLE

    def connected(self, now: int) -> bool:
        return now >= self.planned_at + self.script.connects_after and not self.vanished


class Truth:
    """The counters as they were when they were last told, per boot; appended before they are told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._told: dict[str, int] = {}

    def write(self, boot_id: str, counters: dict[str, int]) -> None:
        news = {who: ms for who, ms in counters.items() if self._told.get(who, -1) != ms}
        if news:
            self._told |= news
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(handle, (json.dumps([boot_id, news]) + "\n").encode())
            finally:
                os.close(handle)

    def forget(self) -> None:
        self._told.clear()

    @staticmethod
    def read(path: Path) -> dict[str, dict[str, int]]:
        """participant -> boot -> the highest counter that was told."""
        found: dict[str, dict[str, int]] = {}
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                boot_id, counters = json.loads(line)
            except ValueError:  # cut off by a kill, so it was not told
                continue
            for who, ms in counters.items():
                boots = found.setdefault(who, {})
                boots[boot_id] = max(ms, boots.get(boot_id, 0))
        return found


@dataclass
class ScriptedRelay:
    """In the place of `media.relay.server.Relay`, behind the same `RelayApp`."""

    folder: Path
    seed: int
    options: RelayOptions = field(default_factory=lambda: RelayOptions(max_participants=500))

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed} {os.getpid()}")
        self._began = time.monotonic()
        self._stages: dict[str, dict[str, Person]] = {}
        self._old: deque[Evidence] = deque(maxlen=OLD_SAMPLES)
        self._truth = Truth(self.folder / "truth")
        self._boot()

    def _boot(self) -> None:
        self.boot_id = secrets.token_hex(8)
        self._stages.clear()
        self._truth.forget()

    @property
    def _now(self) -> int:
        return round((time.monotonic() - self._began) * 1000 * SPEED)

    @property
    def _calm(self) -> str:
        """Whom the calm has taken: "" nobody, "viewers", or "all" with the performers."""
        path = self.folder / CALM
        return path.read_text() if path.exists() else ""

    def _advance(self) -> int:
        """In the calm the clock goes on, and nobody's counter moves any more."""
        now, calm = self._now, self._calm
        for people in self._stages.values():
            for person in people.values():
                if calm:
                    person.seen_at = now
                else:
                    person.advance(now)
        return now

    # --- what RelayApp calls
    async def start(self) -> None:
        """Nothing waits to be started."""

    async def close(self) -> None:
        self._stages.clear()

    async def apply(self, plan: StagePlan) -> None:
        check_plan(plan)
        now, old = self._advance(), self._stages.get(plan.stage, {})
        people: dict[str, Person] = {}
        for wanted in plan.participants:
            person = old.get(wanted.id) or Person(wanted, Script.of(wanted.id, self.seed), now, seen_at=now)
            person.plan = wanted
            people[wanted.id] = person
        self._stages[plan.stage] = people

    async def join(self, *, stage: str, participant: str, direction: Direction, offer_sdp: str) -> JoinAnswer:
        return JoinAnswer(transport="sdp", sdp=f"v=0\r\ns={participant}\r\n")

    async def close_stage(self, stage: str) -> None:
        self._stages.pop(stage, None)

    async def snapshot(self, *, stage: str, participant: str, width: int) -> bytes | None:
        return None

    async def evidence(self) -> Evidence:
        sample = self._sample()
        if self._calm:
            return sample
        self._old.append(sample)
        luck = self._chance.random()
        if luck < 0.004:
            self._boot()
        elif luck < 0.02:
            raise ConnectionError("this answer is lost")
        elif luck < 0.06:
            await asyncio.sleep(self._chance.uniform(0.05, 0.5))  # others are answered meanwhile
        elif luck < 0.2:
            return self._chance.choice(self._old)
        return sample

    def _sample(self) -> Evidence:
        now, calm = self._advance(), self._calm
        everybody = [(stage, person) for stage, people in self._stages.items() for person in people.values()]
        self._truth.write(self.boot_id, {p.plan.id: p.counter for _stage, p in everybody if p.metered})
        gone = {"": (), "viewers": ("v-", "x-"), "all": ("v-", "x-", "p-")}[calm]
        found = []
        for stage, person in everybody:
            away = person.plan.id.startswith(gone) if gone else False
            found.append(
                ParticipantEvidence(
                    stage=stage,
                    id=person.plan.id,
                    state=FlowState.STALLED if away and person.counter else person.state(now),
                    flow_ms=person.counter,
                    connected=not away and person.connected(now),
                )
            )
        return Evidence(self.boot_id, now, tuple(found))
