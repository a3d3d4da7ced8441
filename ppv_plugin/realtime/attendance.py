"""Proof that somebody is there for text: the server asks once a second on the socket that the lines go by.

What is proven is the moment of the question, and only the newest question can be answered: a browser that slept, or a
line that stood still, proves nothing of that time by answering all at once. No browser's timer is needed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ppv_plugin.errors import PPVError
from ppv_plugin.media.engine import Pulse

_log = logging.getLogger(__name__)

ASK_SECONDS = 1.0
GIVE_UP_AFTER = 30  # questions without an answer; whoever is back attends anew
GATHER_SECONDS = 0.2

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Proof:
    stage: str
    participant: str
    at: float
    fresh: bool


class Pulses:
    """What the sockets of this process proved, told to the engine in one call for many."""

    def __init__(self, tell: Callable[[Sequence[Pulse]], Awaitable[None]], *, clock: Clock = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._waiting: list[_Proof] = []
        self._telling: asyncio.Task[None] | None = None

    def take(self, proof: _Proof) -> None:
        self._waiting.append(proof)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell_soon())

    async def _tell_soon(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_SECONDS)
            proofs, self._waiting = self._waiting, []
            now = self._clock()
            try:
                await self._tell(
                    [Pulse(one.stage, one.participant, int((now - one.at) * 1000), one.fresh) for one in proofs]
                )
            except PPVError:
                _log.warning("the media engine does not answer; what was proven now is not charged")


class Attendance:
    """One socket's. `ask` sends a question with its number."""

    def __init__(self, pulses: Pulses, ask: Callable[[int], None], *, clock: Clock = time.monotonic) -> None:
        self._pulses = pulses
        self._ask = ask
        self._clock = clock
        self._place: tuple[str, str] | None = None
        self._fresh = True
        self._number = 0
        self._asked_at = 0.0
        self._answered = 0
        self._asking: asyncio.Task[None] | None = None

    def begin(self, *, stage: str, participant: str) -> None:
        """From now on this is who is there on this socket."""
        self._place, self._fresh, self._answered = (stage, participant), True, self._number
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._go_on())

    def end(self) -> None:
        self._place = None
        if self._asking is not None:
            self._asking.cancel()

    def answered(self, number: int) -> None:
        if self._place is None or number != self._number or number == self._answered:
            return
        self._answered = number
        self._pulses.take(_Proof(*self._place, self._asked_at, self._fresh))
        self._fresh = False

    async def _go_on(self) -> None:
        while self._number - self._answered < GIVE_UP_AFTER:
            self._number += 1
            self._asked_at = self._clock()
            self._ask(self._number)
            await asyncio.sleep(ASK_SECONDS)
        self._place = None
