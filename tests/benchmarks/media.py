"""`make bench ARGS=--media`: what a viewer costs the relay, beside a transcoder and beside Janus, on the same clip.

One run, on loopback only; the ways in turns, each in a process of its own. The table goes into
`docs/explanation/relay.md`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ppv_plugin.media.engine import Kind
from scripts.terminal import ROOT, heading, say

from . import machine, media_browser, report
from .figures import percentile
from .media_load import FPS, HEIGHT, WIDTH, Publisher, Viewer, clip
from .media_ways import WAYS

PAGE = ROOT / "docs/explanation/relay.md"
NAMES = {"ours": "**the relay**", "janus": "Janus VideoRoom", "transcoding": "aiortc, an encoder for each viewer"}
SIZES = {"ours": (0, 1, 20, 50), "janus": (0, 1, 20, 50), "transcoding": (1, 4)}
QUICK = {"ours": (0, 3), "janus": (0, 3), "transcoding": (1,)}
SETTLE_SECONDS, WATCH_SECONDS = 3.0, 10.0
WHOLE = 0.95  # of the frames must arrive, or the run says nothing of the cost
VISITS, IDLE_SECONDS = 20, 10.0
PROTOTYPE = {"transcoding": 24, "janus": 1.2}  # how the prototype stood to them; what the relay is held against
GOAL_P50_MS, GOAL_P95_MS = 500, 1500


@dataclass(frozen=True, slots=True)
class Row:
    """cores: of one core, 1 = all of it. fps: of the viewer that got least. first_ms: of each viewer, in turn."""

    way: str
    viewers: int
    cores: float
    fps: float
    first_ms: tuple[float, ...]


async def measured(way: str, *, viewers: int, seconds: float) -> Row:
    async with WAYS[way]() as server:
        publisher, people = Publisher(), []
        await server.publish(publisher)
        await asyncio.sleep(1)
        first = []
        for _number in range(viewers):
            viewer = Viewer()
            people.append(viewer)
            await server.watch(viewer)
            first.append(await viewer.first_frame_ms())
        await asyncio.sleep(SETTLE_SECONDS)
        counted = [viewer.received[Kind.VIDEO] for viewer in people]
        began, used = time.monotonic(), server.cpu()
        await asyncio.sleep(seconds)
        passed, used = time.monotonic() - began, server.cpu() - used
        fps = [(viewer.received[Kind.VIDEO] - had) / passed for viewer, had in zip(people, counted, strict=True)]
        await asyncio.gather(*(peer.close() for peer in (publisher, *people)), return_exceptions=True)
    return Row(way, viewers, used / passed, min(fps, default=FPS), tuple(first))


def run(*, quick: bool) -> None:
    heading("One performer, many viewers")
    load, rows = os.getloadavg()[0], []
    clip()  # encoded before anything is measured
    for way, viewers in _plan(QUICK if quick else SIZES):
        row = asyncio.run(measured(way, viewers=viewers, seconds=WATCH_SECONDS / (4 if quick else 1)))
        rows.append(row)
        say(f"   {NAMES[way].strip('*')}, {viewers} viewers: {row.cores:.1%} of a core, {row.fps:.1f} frames a second")
    seen = media_browser.measured(visits=3 if quick else VISITS, seconds=IDLE_SECONDS / (4 if quick else 1))
    text = markdown(rows, seen, {**machine.described(), "load": load, "load_after": os.getloadavg()[0]})
    if quick:
        say("\n" + text)
    else:
        report.write_into(PAGE, text)
        say(f"\nWritten: {PAGE.relative_to(ROOT)}.")


def _plan(sizes: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, int]]:
    for way, viewers in sizes.items():
        if way == "janus" and shutil.which("janus") is None:
            say("   Janus is not installed here: left out.")
            continue
        yield from ((way, number) for number in viewers)


def each(rows: Sequence[Row], way: str) -> float | None:
    """Of a core for one viewer more: from the smallest to the largest crowd that got its frames."""
    good = sorted((row for row in rows if row.way == way and row.fps >= WHOLE * FPS), key=lambda row: row.viewers)
    if not good or not good[-1].viewers:
        return None
    base, most = (good[0], good[-1]) if len(good) > 1 else (Row(way, 0, 0, FPS, ()), good[0])
    return (most.cores - base.cores) / (most.viewers - base.viewers)


def markdown(rows: Sequence[Row], seen: media_browser.Seen, about: dict[str, Any]) -> str:
    lines = [
        "| way | viewers | of a core | frames a second | first frame p50 / worst, ms |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        first = f"{percentile(row.first_ms, 50):.0f} / {max(row.first_ms):.0f}" if row.first_ms else ""
        fps = f"{row.fps:.1f}" if row.viewers else ""
        lines.append(f"| {NAMES[row.way]} | {row.viewers} | {row.cores:.1%} | {fps} | {first} |")
    shared = ": the machine was shared, so quote the ratios" if about["load"] > (os.cpu_count() or 1) / 2 else ""
    told = (
        f"Run of {about['date']} at {about['commit']}, all in one run. {about['machine']}; load average "
        f"{about['load']:.1f} before and {about['load_after']:.1f} after{shared}. Clip: VP8, {WIDTH}×{HEIGHT}, {FPS} "
        f"frames a second, {_rate():.0f} kbit/s, no sound. First frame: from making the connection to the first "
        f"whole frame, peers without a decoder."
    )
    return "\n\n".join([told, "\n".join(lines), "\n".join([*_verdicts(rows), *_in_browser(seen)])])


def _rate() -> float:
    return sum(map(len, clip())) * 8 / 1000 / (len(clip()) / FPS)


def _verdicts(rows: Sequence[Row]) -> Iterator[str]:
    own = each(rows, "ours")
    if own is None:
        yield "- The relay's viewers did not get their frames: nothing can be said."
        return
    yield f"- One viewer more costs the relay {own:.2%} of a core: {1 / own:.0f} viewers a core by arithmetic."
    for way, prototype in PROTOTYPE.items():
        theirs = each(rows, way)
        if theirs is None:
            yield f"- {NAMES[way]}: not measured in this run."
        elif way == "janus":
            told = f"the relay costs {own / theirs:.1f}× that (target ≤ {prototype}×)"
            yield f"- {NAMES[way]}: {theirs:.2%}; {told}: {'met' if own / theirs <= prototype else 'missed'}."
        else:
            told = f"{theirs / own:.0f}× as much as the relay (target ≥ {prototype}×)"
            yield f"- {NAMES[way]}: {theirs:.2%}, {told}: {'met' if theirs / own >= prototype else 'missed'}."
    idle = next((row.cores for row in rows if row.way == "ours" and row.viewers == 0), None)
    if idle is not None:
        yield f"- A publisher whom nobody watches costs the relay {idle:.1%} of a core."


def _in_browser(seen: media_browser.Seen) -> Iterator[str]:
    p50, p95 = (percentile(seen.waits, percent) for percent in (50, 95))
    met = "met" if p50 <= GOAL_P50_MS and p95 <= GOAL_P95_MS else "missed"
    yield (
        f"- A visitor in Chromium sees the first frame {p50:.0f} ms after joining (p50; p95 {p95:.0f} ms; "
        f"{len(seen.waits)} visits, encoder and decoder on this machine). Target {GOAL_P50_MS} / {GOAL_P95_MS} ms: "
        f"{met}."
    )
    yield (
        f"- From asking for the page it is {percentile(seen.loads, 50):.0f} ms (p95 {percentile(seen.loads, 95):.0f}): "
        f"a browser that has never been here first fetches some fifty files from the demo's own server."
    )
    yield (
        f"- The whole server, embedded relay and meter and all: {seen.empty:.1%} of a core with nobody live, "
        f"{seen.live:.1%} with one room live and nobody in it."
    )
