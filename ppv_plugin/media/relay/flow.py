"""How long paid media was proven to flow. Pure: no clock, no network; times are integer milliseconds.

Proof has one side per needed kind (media handed to the receiver) and one side of the receiver (its RTCP
report that more arrived). Time is proven up to the oldest of them. The total depends on these events alone,
never on how often the meter is looked at.
"""

from __future__ import annotations

from ppv_plugin.media.engine import FlowState, Kind

# Browsers report on sound every 2.5 to 7.5 seconds only (on pictures several times a second), so where
# nothing but sound is paid for, its receiver gets that long to prove receipt.
AUDIO_REPORT_MS = 9000


class FlowMeter:
    """Counts one receiver's billable time.

    A step of proof of at most `tolerance_ms` is counted whole. A longer one is not counted at all, nor is a
    silence of needed media longer than `stall_ms`; counting begins anew at the moment that ended it: video lost
    from 100 s to 130 s of a 200 s call gives 170 s.
    """

    def __init__(
        self,
        *,
        stall_ms: int,
        needs: frozenset[Kind] = frozenset(),
        quota_ms: int | None = None,
    ) -> None:
        self.stall_ms = stall_ms
        self.flow_ms = 0
        self.cut = False
        self._needs = needs
        self._quota_ms = quota_ms
        self._media: dict[Kind, int] = {}
        self._receipt: int | None = None
        self._proven: int | None = None  # counting goes on from here; None: begin at the next proof
        self._last_proof: int | None = None

    @property
    def metered(self) -> bool:
        return bool(self._needs)

    @property
    def tolerance_ms(self) -> int:
        """The longest time between two proofs of receipt that is still taken for continuous receipt."""
        sound_only = self._needs == {Kind.AUDIO}
        return max(self.stall_ms, AUDIO_REPORT_MS) if sound_only else self.stall_ms

    def plan(self, *, needs: frozenset[Kind], quota_ms: int | None) -> None:
        """Take over a new plan; the counter stays. A quota above the counter ends a cut."""
        if needs != self._needs:
            self._needs = needs
            self.interrupt()
        self._quota_ms = quota_ms
        if self.cut and not self._used_up(0):
            self.cut = False
            self.interrupt()

    def attach(self) -> None:
        """Another source, or none: nothing of the old proof speaks for it."""
        self.interrupt()
        self._last_proof = None

    def interrupt(self) -> None:
        """The path was broken and is being rebuilt: the time since the last proof is not billed (B-2)."""
        self._media.clear()
        self._receipt = None
        self._proven = None

    def media(self, kind: Kind, at_ms: int) -> None:
        """Media of this kind was handed to the receiver's connection."""
        silence = at_ms - self._media.get(kind, at_ms)
        if silence > self.stall_ms and kind in self._needs and self._proven is not None:
            self._proven = at_ms  # counting begins anew here, but that it was sent proves nothing about the receiver
        self._media[kind] = max(at_ms, self._media.get(kind, at_ms))
        self._advance(at_ms)

    def receipt(self, at_ms: int) -> None:
        """The receiver reported that more media arrived."""
        self._receipt = at_ms if self._receipt is None else max(at_ms, self._receipt)
        self._advance(at_ms)

    def sample(self, now_ms: int) -> FlowState:
        """The state now; closes the gate (`cut`) when what was sent may have used up the quota."""
        if self.metered and self._used_up(self._exposure_ms()):
            self.cut = True
        if self.cut:
            return FlowState.CUT
        if self._last_proof is None:
            return FlowState.IDLE
        silent = any(now_ms - self._media.get(k, now_ms) > self.stall_ms for k in self._needs)
        late = now_ms - self._last_proof > self.tolerance_ms
        return FlowState.STALLED if silent or late else FlowState.FLOWING

    def remaining_ms(self) -> int | None:
        """Milliseconds of forwarding left before the quota may be used up; None without a quota."""
        if not self.metered or self._quota_ms is None:
            return None
        return max(0, self._quota_ms - self.flow_ms - self._exposure_ms())

    def _used_up(self, exposure_ms: int) -> bool:
        return self._quota_ms is not None and self.flow_ms + exposure_ms >= self._quota_ms

    def _exposure_ms(self) -> int:
        """What was sent since the last proof and may still be counted. While the source is silent this
        stands still, so a lost picture never uses up the receiver's money."""
        if self._proven is None or any(kind not in self._media for kind in self._needs):
            return 0
        sent = min((self._media[kind] for kind in self._needs), default=self._proven)
        exposure = max(0, sent - self._proven)
        return exposure if exposure <= self.tolerance_ms else 0

    def _advance(self, at_ms: int) -> None:
        if self._receipt is None or not self._media:
            return
        if any(kind not in self._media for kind in self._needs):
            return
        sent = (self._media[kind] for kind in self._needs or self._media)
        proven = min(self._receipt, *sent) if self._needs else min(self._receipt, max(sent))
        if self._proven is None:
            self._begin(at_ms)
            return
        step = proven - self._proven
        if step < 0:
            return
        if step > self.tolerance_ms:
            self._begin(at_ms)
            return
        self._proven = self._last_proof = proven
        if self.metered:
            self._count(step)

    def _begin(self, at_ms: int) -> None:
        self._proven = self._last_proof = at_ms

    def _count(self, step: int) -> None:
        counted = self.flow_ms + step
        if self._quota_ms is not None:
            # A quota lowered below the counter stops it; time that was proven before stays.
            counted = max(self.flow_ms, min(counted, self._quota_ms))
        self.flow_ms = counted


class SentTime:
    """How long something arrived from a publisher: gaps longer than `stall_ms` are not counted."""

    def __init__(self, *, stall_ms: int) -> None:
        self.stall_ms = stall_ms
        self.sent_ms = 0
        self._last: int | None = None

    def media(self, at_ms: int) -> None:
        if self._last is not None and 0 < at_ms - self._last <= self.stall_ms:
            self.sent_ms += at_ms - self._last
        self._last = at_ms if self._last is None else max(at_ms, self._last)


class ProofGate:
    """Holds back media from a metered receiver that takes it without ever reporting receipt.

    Without it a receiver that suppresses its reports would watch unbilled. What may be sent unproven is at most
    `patience_ms`; kept below the meter's tolerance, a late report still proves (and bills) all of it. A closed
    gate opens for short probes, ever more rarely, so that an honest receiver finds its way back.
    """

    PROBE_MS = 1500
    FIRST_RETRY_MS = 3000
    LAST_RETRY_MS = 30_000
    REJOIN_MS = 5000  # a new connection earns a probe at most so often
    SILENCE_MS = 1000  # a longer step between two packets is the source's silence, not sending

    def __init__(self, *, patience_ms: int) -> None:
        self.patience_ms = patience_ms
        self._allowance_ms = patience_ms
        self._retry_ms = self.FIRST_RETRY_MS
        self._last_sent: int | None = None
        self._reopen_at: int | None = None
        self._rejoined_at: int | None = None

    def sent(self, at_ms: int) -> None:
        if self._last_sent is not None:
            self._allowance_ms -= min(max(0, at_ms - self._last_sent), self.SILENCE_MS)
        self._last_sent = at_ms

    def receipt(self) -> None:
        self._allowance_ms = self.patience_ms
        self._retry_ms = self.FIRST_RETRY_MS
        self._reopen_at = None

    def rejoined(self, now_ms: int) -> None:
        """A new connection may prove itself at once; what was already taken unproven is not forgotten."""
        if self._rejoined_at is None or now_ms - self._rejoined_at >= self.REJOIN_MS:
            self._rejoined_at = now_ms
            self._allowance_ms = max(self._allowance_ms, self._probe_ms())
            self._reopen_at = None

    def is_open(self, now_ms: int) -> bool:
        if self._reopen_at is not None:
            if now_ms < self._reopen_at:
                return False
            self._reopen_at = None
            self._allowance_ms = self._probe_ms()
        if self._allowance_ms <= 0:
            self._reopen_at = now_ms + self._retry_ms
            self._retry_ms = min(self._retry_ms * 2, self.LAST_RETRY_MS)
            return False
        return True

    def _probe_ms(self) -> int:
        return min(self.PROBE_MS, self.patience_ms)
