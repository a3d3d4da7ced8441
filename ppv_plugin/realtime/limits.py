"""How much one socket may ask for: a token bucket, and how much misbehaviour is borne. Pure: the clock is passed in."""

from __future__ import annotations

from dataclasses import dataclass, field

RATE_PER_SECOND = 5.0
BURST = 25.0
COSTS = {"chat.send": 3.0, "media.offer": 3.0, "hello": 3.0}
REFUSALS_MAX = 40  # commands over the rate, within one window, before the socket is closed
VIOLATIONS_MAX = 5  # frames that are no messages at all, within one window
WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class TokenBucket:
    rate: float = RATE_PER_SECOND
    burst: float = BURST
    tokens: float = BURST
    at: float = 0.0

    def take(self, cost: float, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate) if self.at else self.burst
        self.at = now
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True


@dataclass(slots=True)
class Strikes:
    """Counts within a window; `hit` says whether there were too many."""

    most: int
    seconds: float = WINDOW_SECONDS
    count: int = 0
    since: float = field(default=0.0)

    def hit(self, now: float) -> bool:
        if now - self.since > self.seconds:
            self.since, self.count = now, 0
        self.count += 1
        return self.count > self.most


def cost_of(message_type: str) -> float:
    return COSTS.get(message_type, 1.0)
