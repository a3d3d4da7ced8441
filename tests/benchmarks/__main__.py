"""`make bench`: measure, prove the books after each part, write the table and the drawings of the docs.

`--quick` measures small worlds in about a minute and writes nothing; `--only growth tips` measures those parts and
writes nothing either; `--million` measures the long run alone and adds it to the table; `--write` writes the table
again from the figures that are kept; `--listing` measures the listing of rooms, `--chat` a
line of chat to everybody and `--media` the relay, each for a page of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from scripts import services
from scripts.terminal import ROOT, heading, say

FIGURES = ROOT / "docs/explanation/scale.json"
PAGE = ROOT / "docs/explanation/scale.md"
IMAGES = ROOT / "docs/images"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    sizes: tuple[int, ...] = (100, 1_000, 10_000, 100_000)
    reference: int = 10_000  # where the disk, the limits and the ratios are taken
    loop_seconds: float = 3
    laps: dict[int, int] = field(default_factory=lambda: {100: 20, 1_000: 10})  # a multiple of five; others: 5
    postings_up_to: int = 10_000  # beyond, settlements are measured as the product makes them, every five minutes
    rounds: int = 60
    entries: tuple[int, ...] = (10**5, 10**6, 10**7)
    growth_sessions: int = 10_000
    tip_sessions: int = 100_000
    tip_seconds: int = 30
    pgbench_seconds: int = 4


FULL = Plan()
QUICK = Plan(
    sizes=(100, 500), reference=500, loop_seconds=0.5, laps={100: 5}, rounds=10, entries=(10_000, 30_000),
    growth_sessions=500, tip_sessions=500, tip_seconds=2, pgbench_seconds=1,
)  # fmt: skip


class Bench:
    """One run: its server, its workers, and what was found so far."""

    def __init__(self, plan: Plan, stack: ExitStack) -> None:
        from . import crowd, server

        self.plan = plan
        self.server = stack.enter_context(server.started())
        self.crowd = stack.enter_context(crowd.Crowd(2))
        self.began = time.monotonic()
        self.load = os.getloadavg()[0]
        server.make_template(self.server)

    def tell(self, words: str) -> None:
        say(f"   {time.monotonic() - self.began:4.0f} s  {words}")

    def side_by_side(self) -> dict[str, Any]:
        """For each size the rivals, then the meter: a ratio is taken within one minute or two."""
        from . import ours, rivals

        found: dict[str, Any] = {"rivals": [], "herd": [], "hordak_missing": rivals.hordak_missing()}
        for size in self.plan.sizes:
            words: dict[str, Any] = {"sessions": size, "workers": (1, 2), "seconds": self.plan.loop_seconds}
            for row in rivals.looped(self.server, self.crowd, **words):
                found["rivals"].append(row)
                self.tell(f"{size:,} sessions, {row['workers']} workers, {row['how']}: {row['per_second']:,.0f}/s")
            with ours.herd(self.server, self.crowd, size) as herd:
                for mode in ours.MODES:
                    if size > self.plan.postings_up_to and mode.settlements == 1:
                        continue
                    for workers in (1, 2):
                        row = herd.measure(mode=mode, workers=workers, laps=self._laps(size, mode))
                        found["herd"].append(row)
                        self.tell(f"{size:,} sessions, {workers} workers, {mode.name}: {row['per_second']:,.0f}/s")
        return found

    def _laps(self, size: int, mode: Any) -> int:
        whole = self.plan.laps.get(size, 5)
        return whole if mode.settlements < 1 else max(whole // 2, 2)

    def limits(self) -> dict[str, Any]:
        from . import limits, ours

        rows = limits.same_rows(self.server, sessions=self.plan.reference)
        rows["per_second"] = {mode.name: limits.limit_of(rows, mode.settlements) for mode in ours.MODES}
        tpcb = limits.pgbench(self.server, seconds=self.plan.pgbench_seconds)
        self.tell(f"raw limit of the product's rows: {rows['per_second']['product']:,.0f}/s")
        return {"limits": rows, "pgbench": {str(scale): tps for scale, tps in tpcb.items()}}

    def steady(self) -> dict[str, Any]:
        from . import ours

        found = []
        for size in self.plan.sizes:
            words: dict[str, Any] = {"sessions": size, "workers": (1, 2), "rounds": self.plan.rounds}
            for row in ours.steady(self.server, self.crowd, **words):
                found.append(row)
                told = f"{size:,} sessions, {row['workers']} workers, one tick a second: p50 {row['p50_ms']:.1f} ms"
                self.tell(f"{told}, p99 {row['p99_ms']:.1f} ms")
        return {"steady": found}

    def growth(self) -> dict[str, Any]:
        from . import growth

        plan = self.plan
        words: dict[str, Any] = {"sessions": plan.growth_sessions, "sizes": plan.entries, "rounds": plan.rounds}
        return {"growth": growth.grown(self.server, self.crowd, tell=self.tell, **words)}

    def tips(self) -> dict[str, Any]:
        from . import tips

        words: dict[str, Any] = {"sessions": self.plan.tip_sessions, "seconds": self.plan.tip_seconds}
        row = tips.measured(self.server, self.crowd, **words)
        self.tell(f"tips: p99 {row['idle']['p99_ms']:.2f} ms idle, {row['busy']['p99_ms']:.2f} ms while metering")
        return {"tips": row}

    def million(self) -> dict[str, Any]:
        from . import ours

        words: dict[str, Any] = {"sessions": MILLION, "workers": (2,), "rounds": 120, "real_time": True}
        (row,) = ours.steady(self.server, self.crowd, **words)
        self.tell(f"{MILLION:,} sessions, 2 workers: p50 {row['p50_ms']:.0f} ms, max {row['max_ms']:.0f} ms")
        return {"million": {**row, "about": self.about()}}

    def about(self) -> dict[str, Any]:
        from . import machine

        return {
            **machine.described(),
            "server": self.server.settings(),
            "load": [self.load, os.getloadavg()[0]],
            "seconds": time.monotonic() - self.began,
        }


PARTS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "side-by-side": Bench.side_by_side,
    "limits": Bench.limits,
    "ticks": Bench.steady,
    "growth": Bench.growth,
    "tips": Bench.tips,
}


def measure(plan: Plan, parts: dict[str, Callable[[Bench], dict[str, Any]]]) -> dict[str, Any]:
    with ExitStack() as stack:
        heading("A durable PostgreSQL, and the tables")
        bench = Bench(plan, stack)
        if plan is not QUICK and not bench.server.is_durable():
            sys.exit("This server does not write through to the disk (fsync, synchronous_commit, full_page_writes).")
        run: dict[str, Any] = {"reference_sessions": plan.reference}
        if bench.load > (os.cpu_count() or 1) / 2:
            say(f"   Others work on this machine (load average {bench.load:.1f}): even ratios will be off.")
        for title, part in parts.items():
            heading(title.replace("-", " ").capitalize())
            run |= part(bench)
        return {"about": bench.about(), **run}


def write(run: dict[str, Any]) -> None:
    from . import drawings, report

    FIGURES.write_text(json.dumps(_rounded(run), indent=1, sort_keys=True) + "\n")
    report.write_into(PAGE, report.markdown(run))
    for name, text in drawings.of(run).items():
        (IMAGES / name).write_text(text)
    say(f"\nWritten: {PAGE.relative_to(ROOT)}, {FIGURES.relative_to(ROOT)} and the drawings.")


def _rounded(value: Any) -> Any:
    """Four digits are more than a measurement has."""
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small worlds, about a minute; writes nothing")
    parser.add_argument("--million", action="store_true", help="only the long run with a million sessions")
    parser.add_argument("--write", action="store_true", help="only write the table again from the kept figures")
    parser.add_argument("--listing", action="store_true", help="only the listing of rooms; writes its own page")
    parser.add_argument("--chat", action="store_true", help="only a chat line to everybody; writes its own page")
    parser.add_argument("--media", action="store_true", help="only the media relay; writes its own page")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
    from . import fan_out, listing, media, report

    services.end_politely()
    if options.chat:
        small = options.quick
        fan_out.run(sizes=(20, 50) if small else tuple(fan_out.LINES), laps=1 if small else 2, write=not small)
        return
    if options.media:
        media.run(quick=options.quick)
        return
    if options.listing:
        small = options.quick
        listing.run(rooms=300 if small else 10_000, laps=3 if small else 25, write=not small)
        return
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if options.write:
        write(kept)
    elif options.million:
        run = measure(FULL, {"a-million-sessions": Bench.million})
        write({**kept, "million": run["million"]})
    elif options.quick or options.only:
        parts = {name: PARTS[name] for name in options.only or PARTS}
        say("\n" + report.markdown(measure(QUICK if options.quick else FULL, parts)))
    else:
        run = measure(FULL, PARTS)
        write({**run, **({"million": kept["million"]} if "million" in kept else {})})


if __name__ == "__main__":
    main()
