"""A media engine as the meter sees it: counters on a clock of its own, lives that end, reports that go astray."""

from __future__ import annotations

from dataclasses import dataclass, field

from ppv_plugin.metering.services import UsageReport


@dataclass
class Engine:
    """`sent` keeps every report ever made, so that any of them may arrive late or again. `flowed`: what is true.
    `changed`: who stopped or began since somebody told the clock, and so has to be told with it."""

    life: int = 0
    mono_ms: int = 30_000
    counters: dict[str, int] = field(default_factory=dict)
    flow: dict[str, str] = field(default_factory=dict)
    sent: list[UsageReport] = field(default_factory=list)
    flowed: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    @property
    def boot(self) -> str:
        return f"boot-{self.life}"

    def join(self, participant: str) -> None:
        self.counters.setdefault(participant, 0)
        self.flow.setdefault(participant, "flowing")

    def leave(self, participant: str) -> None:
        self.counters.pop(participant, None)
        self.flow.pop(participant, None)

    def change(self, participant: str, flow: str) -> None:
        self.flow[participant] = flow
        self.changed.add(participant)

    def run(self, ms: int) -> None:
        self.mono_ms += ms
        for participant, flow in self.flow.items():
            if flow == "flowing":
                self.counters[participant] += ms
                self.flowed[participant] = self.flowed.get(participant, 0) + ms

    def reports(self, *, steady: bool = True) -> list[UsageReport]:
        """Of everybody, or of those with whom something has happened."""
        made = [UsageReport(who, self.boot, ms, self.flow[who]) for who, ms in sorted(self.counters.items())]
        self.sent += made
        return [report for report in made if steady or report.participant in self.changed]

    def reboot(self) -> None:
        """Killed and started again: its clock and counters begin anew, what it had not reported is gone."""
        self.life, self.mono_ms = self.life + 1, self.life * 1000
        self.counters = dict.fromkeys(self.counters, 0)
        self.flow = dict.fromkeys(self.flow, "idle")
        self.changed.clear()
