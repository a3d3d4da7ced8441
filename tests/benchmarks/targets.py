"""What issue "Money that cannot be lost" asks for, next to what a run measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`ratio`: how many times better than the target; below 1 it is missed."""

    what: str
    wanted: str
    measured: str
    ratio: float

    @property
    def words(self) -> str:
        met, times = self.ratio >= 1, max(self.ratio, 1 / self.ratio)
        return f"{'met' if met else 'missed'} by {times:.{1 if times >= 1.1 else 2}f}×"


def pick(rows: list[Run], **wanted: Any) -> Run | None:
    """The row with these values."""
    return next((row for row in rows if all(row.get(name) == value for name, value in wanted.items())), None)


def verdicts(run: Run) -> list[Verdict]:
    """Only of what the run has measured."""
    return [*_against_plain(run), *_share_of_limit(run), *_in_real_time(run), *_flat(run), *_tips(run)]


def best_plain(run: Run, sessions: int) -> float | None:
    """The better of the plain way's one and two workers."""
    rates = [
        row["per_second"] for row in run.get("rivals", []) if row["how"] == "plain" and row["sessions"] == sessions
    ]
    return max(rates, default=None)


def _against_plain(run: Run) -> Iterator[Verdict]:
    size = run["reference_sessions"]
    plain = best_plain(run, size)
    for workers, times in ((1, 150), (2, 300)):
        row = pick(run.get("herd", []), sessions=size, workers=workers, mode="product")
        if row and plain:
            ratio = row["per_second"] / plain
            what = (
                f"charged minutes a second at {size:,} sessions, {workers} worker{'s'[: workers - 1]}, × the plain way"
            )
            yield Verdict(what, f"≥ {times}×", f"{ratio:.0f}×", ratio / times)


def _share_of_limit(run: Run) -> Iterator[Verdict]:
    size = run["reference_sessions"]
    for workers in (1, 2):
        row = pick(run.get("herd", []), sessions=size, workers=workers, mode="product")
        if row and run.get("limits"):
            share = row["per_second"] / run["limits"]["per_second"]["product"]
            what = f"share of the raw limit of the same rows, {workers} worker{'s'[: workers - 1]}"
            yield Verdict(what, "≥ 33 %", f"{share:.0%}", share * 3)


def _in_real_time(run: Run) -> Iterator[Verdict]:
    if run.get("tips"):
        ticks, sessions = run["tips"]["ticks"], run["tips"]["sessions"]
        what = f"tick p99, {sessions:,} sessions in real time, one worker"
        yield Verdict(what, "< 200 ms", f"{ticks['p99_ms']:.0f} ms", 200 / ticks["p99_ms"])
    if million := run.get("million"):
        slowest = million["max_ms"]
        what = f"slowest tick, {million['sessions']:,} sessions in real time, two workers"
        yield Verdict(what, "< 1 000 ms", f"{slowest:.0f} ms", 1000 / slowest)


def _flat(run: Run) -> Iterator[Verdict]:
    if len(rows := run.get("growth") or []) < 2:
        return
    for name, what in (("p50_ms", "tick p50"), ("balance_ms", "balance read")):
        grown = rows[-1][name] / rows[0][name]
        span = f"{rows[0]['entries']:.1g} to {rows[-1]['entries']:.1g} entries"
        yield Verdict(f"{what}, from {span}", "≤ 1.3×", f"{grown:.2f}×", 1.3 / grown)


def _tips(run: Run) -> Iterator[Verdict]:
    if tips := run.get("tips"):
        ratio = tips["busy"]["p99_ms"] / tips["idle"]["p99_ms"]
        what = f"tip p99 while {tips['sessions']:,} sessions are metered, × an idle server"
        yield Verdict(what, "≤ 5×", f"{ratio:.1f}×", 5 / ratio)
