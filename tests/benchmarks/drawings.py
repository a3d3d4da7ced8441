"""The two drawings of the page, from the figures of a run."""

from __future__ import annotations

from typing import Any

from .plot import Line, drawing
from .targets import Run


def of(run: Run) -> dict[str, str]:
    """File name -> SVG; only of what was measured."""
    found = {"bench-ticks.svg": _ticks(run)} if run.get("steady") else {}
    return found | ({"bench-growth.svg": _growth(run)} if run.get("growth") else {})


def _ticks(run: Run) -> str:
    rows = [row for row in run["steady"] if row["workers"] == 1]
    lines = [Line(name, [(row["sessions"], row[key]) for row in rows]) for name, key in _PERCENTILES]
    told = "; ".join(f"{row['sessions']:,} sessions: {row['p50_ms']:.1f} and {row['p99_ms']:.1f}" for row in rows)
    return drawing(
        title="Tick duration against live sessions",
        description=f"Median and 99th percentile in milliseconds, one worker. {told}.",
        across="live sessions, one tick a second",
        up="ms",
        lines=lines,
    )


_PERCENTILES = (("p50", "p50_ms"), ("p99", "p99_ms"))
_GROWING = (("tick p50", "p50_ms"), ("20 lines", "statement_ms"), ("balance", "balance_ms"))


def _growth(run: Run) -> str:
    rows: list[dict[str, Any]] = run["growth"]
    told = "; ".join(
        f"{row['entries']:,} entries: " + ", ".join(f"{name} {row[key]:.2f}" for name, key in _GROWING) for row in rows
    )
    return drawing(
        title="Tick and reads against the size of the ledger",
        description=f"Median milliseconds. {told}.",
        across="entries in the ledger",
        up="ms",
        lines=[Line(name, [(row["entries"], row[key]) for row in rows]) for name, key in _GROWING],
    )
