"""The table in the docs: from the figures of a run to Markdown between two markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .targets import Run, best_plain, pick, verdicts

BEGIN, END = "<!-- bench: written by `make bench` -->", "<!-- bench: end -->"
OURS = (
    ("product", "**the meter: a minute secured, posted every five**"),
    ("each_minute", "the meter, a posting every minute"),
    ("grants", "grants alone (a minute secured)"),
    ("settlements", "settlements alone (a posting with its split)"),
)
RIVALS = (
    ("plain", "(a) plain Django: `atomic()` + `select_for_update()` a session"),
    ("hordak", "(b) django-hordak, `transfer_to` for each share"),
    ("hordak_legs", "(b) django-hordak, one transaction with its legs"),
)


def markdown(run: Run) -> str:
    parts = [_about(run), _targets(run), _rates(run), _limits(run), _footprint(run)]
    parts += [_ticks(run), _growth(run), _tips(run)]
    return "\n\n".join(part for part in parts if part)


def write_into(path: Path, text: str) -> None:
    """Replace what stands between the markers."""
    before, _begin, rest = path.read_text().partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{path} has no {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _about(run: Run) -> str:
    about = run["about"]
    settings = ", ".join(f"{name} {value}" for name, value in about["server"].items() if name != "server_version")
    return (
        f"Run of {about['date']} at {about['commit']}, {about['seconds']:.0f} s in all, everything one after the other "
        f"on one server. {about['machine']}; load average {about['load'][0]:.1f} before and {about['load'][1]:.1f} "
        f"after. PostgreSQL {about['server']['server_version']} ({settings}), Python {about['python']}, "
        f"Django {about['django']}, psycopg {about['psycopg']}."
    )


def _targets(run: Run) -> str:
    rows = [(v.what, v.wanted, v.measured, v.words) for v in verdicts(run)]
    return "### Targets\n\n" + _table(("what", "target", "measured", ""), rows) if rows else ""


def _rates(run: Run) -> str:
    if not run.get("herd"):
        return ""
    sizes = sorted({row["sessions"] for row in run["herd"]})
    head = ("charged minutes a second (× plain)", "workers", *(f"{size:,} sessions" for size in sizes))
    rows = [
        (name, str(workers), *(_rate(run, pick(run["herd"], sessions=n, workers=workers, mode=mode)) for n in sizes))
        for mode, name in OURS
        for workers in (1, 2)
    ]
    rows += [
        (name, str(workers), *(_rate(run, pick(run["rivals"], sessions=n, workers=workers, how=how)) for n in sizes))
        for how, name in RIVALS
        for workers in (1, 2)
        if any(row["how"] == how for row in run["rivals"])
    ]
    missing = f"\n\ndjango-hordak was not measured: {run['hordak_missing']}." if run.get("hordak_missing") else ""
    return (
        "### Side by side\n\nEverybody is due at once. In brackets: times the better of the plain way's one and two "
        f"workers with as many sessions.\n\n{_table(head, rows)}{missing}"
    )


def _rate(run: Run, row: Run | None) -> str:
    if row is None:
        return "–"
    plain = best_plain(run, row["sessions"])
    times = row["per_second"] / plain if plain else 0
    return f"{_thousands(row['per_second'])} ({times:.1f}×)" if times < 10 else (
        f"{_thousands(row['per_second'])} ({times:.0f}×)"
    )  # fmt: skip


def _limits(run: Run) -> str:
    limits = run.get("limits")
    if not limits:
        return ""
    rows = [
        ("the rows of a posting by `COPY`", _thousands(limits["posting_copy"])),
        ("the same by `INSERT .. SELECT`", _thousands(limits["posting_insert"])),
        ("wallet, hold and session changed by one `UPDATE` each", _thousands(limits["update"])),
        *(
            (f"together, as {name.replace('**', '')} needs them", _thousands(limits["per_second"][mode]))
            for mode, name in OURS
            if mode in limits["per_second"]
        ),
        *((f"pgbench TPC-B, prepared, scale {scale}", _thousands(tps)) for scale, tps in run["pgbench"].items()),
    ]
    missing = "" if run["pgbench"] else "\n\npgbench does not come with this PostgreSQL."
    return (
        f"### (c) What the server can do\n\nThe product's own tables with their keys and indexes, "
        f"{limits['sessions']:,} sessions.\n\n{_table(('limit', 'a second'), rows)}{missing}"
    )


def _footprint(run: Run) -> str:
    if not run.get("herd"):
        return ""
    size = run["reference_sessions"]
    found = [(name, pick(run["herd"], sessions=size, workers=1, mode=mode)) for mode, name in OURS]
    found += [(name, pick(run["rivals"], sessions=size, workers=1, how=how)) for how, name in RIVALS]
    rows = [(name, f"{row['ledger_bytes']:.0f}", f"{row['log_bytes']:.0f}") for name, row in found if row]
    head = (f"bytes a charged minute, {size:,} sessions", "ledger with its indexes", "write-ahead log")
    return f"### Disk\n\n{_table(head, rows)}"


def _ticks(run: Run) -> str:
    rows = [
        (
            f"{row['sessions']:,}", str(row["workers"]), "real" if row.get("real_time") else "simulated",
            f"{row['granted']:.0f} + {row['settled']:.0f}", f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}",
            f"{row['max_ms']:.1f}", f"{row['duty']:.1%}",
        )
        for row in _all_ticks(run)
    ]  # fmt: skip
    if not rows:
        return ""
    head = ("sessions", "workers", "time", "grants + settlements a tick", "p50 ms", "p99 ms", "max ms", "duty")
    return (
        "### One tick a second\n\nSessions are spread over the minute as they are on a site; the worker's share of "
        f"each second is its duty.\n\n{_table(head, rows)}\n\n![Tick durations](../images/bench-ticks.svg)"
    )


def _all_ticks(run: Run) -> Iterator[dict[str, Any]]:
    yield from run.get("steady") or []
    if tips := run.get("tips"):
        yield {"sessions": tips["sessions"], "workers": 1, "real_time": True, **tips["ticks"]}
    if million := run.get("million"):
        yield million


def _growth(run: Run) -> str:
    rows = [
        (
            f"{row['entries']:,}", f"{row['p50_ms']:.1f} / {row['p99_ms']:.1f}", f"{row['balance_ms']:.2f}",
            f"{row['house_ms']:.2f}", f"{row['statement_ms']:.2f}", f"{row['house_statement_ms']:.2f}",
            f"{row['reconcile_s']:.1f} s", f"{row['bytes'] / 2**20:,.0f} MB",
        )
        for row in run.get("growth") or []
    ]  # fmt: skip
    if not rows:
        return ""
    head = (
        "entries", "tick p50 / p99 ms", "balance ms", "of the house", "20 lines ms", "of the house",
        "`ppv_reconcile`", "ledger",
    )  # fmt: skip
    return (
        f"### As the ledger grows\n\n{run['growth'][0]['sessions']:,} live sessions; the rest are closed ones of the "
        f"same people. Reads are medians.\n\n{_table(head, rows)}\n\n![Growth](../images/bench-growth.svg)"
    )


def _tips(run: Run) -> str:
    tips = run.get("tips")
    if not tips:
        return ""
    rows = [
        (
            name, _thousands(row["per_second"]), f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}",
            f"{row['max_ms']:.1f}",
        )
        for name, row in (("idle", tips["idle"]), (f"metering {tips['sessions']:,} sessions", tips["busy"]))
    ]  # fmt: skip
    head = ("the server is", "tips a second, one client", "p50 ms", "p99 ms", "max ms")
    return f"### Tips meanwhile\n\n{_table(head, rows)}"


def _thousands(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")
