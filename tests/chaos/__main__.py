"""`make chaos`: the product's own processes on a PostgreSQL and a Redis, and everything that can go wrong.

Exits with 1 when a law was broken, or when too little happened to mean anything; the seed repeats it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.services import Unavailable, end_politely
from scripts.terminal import CACHE, heading, say

from . import site

if TYPE_CHECKING:
    from .rounds import Summary

SECONDS = 180.0
MENTIONED_MAX = 25


def report(summary: Summary, too_little: list[str]) -> None:
    say(f"\n{summary.line()}")
    for text in summary.left_out:
        say(f"Left out: {text}.")
    for text in too_little:
        say(f"Too little happened: {text}.")
    for text in summary.violations[:MENTIONED_MAX]:
        say(f"BROKEN: {text}")
    if len(summary.violations) > MENTIONED_MAX:
        say(f"... and {len(summary.violations) - MENTIONED_MAX} more")


def perform(options: argparse.Namespace) -> bool:
    heading(f"Fault test: {options.seconds:.0f} s, seed {options.seed}")
    lines = []
    with site.opened(own=options.own, folder=options.folder) as opened:
        from . import plain, rounds  # they need Django

        summary = rounds.run(opened, seconds=options.seconds, seed=options.seed, say=say)
        too_little = rounds.too_little(summary)
        report(summary, too_little)
        lines.append({**summary.__dict__, "too_little": too_little})
        for kind in options.plain:
            found = plain.examine(opened, kind)
            say(f"   a meter that is {kind}: {len(found.broken)} violations noticed")
            lines.append({"plain": kind, "violations": found.broken, "lost": found.lost, "doubled": found.doubled})
    if options.json:
        options.json.write_text("\n".join(map(json.dumps, lines)))
    return not (summary.violations or too_little)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("CHAOS_SECONDS") or SECONDS))
    parser.add_argument(
        "--seed", type=int, default=int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    )
    parser.add_argument("--own", action="store_true", help="start own servers, whatever the environment names")
    parser.add_argument("--plain", nargs="*", default=[], help="afterwards, try meters that are known to lose")
    parser.add_argument("--folder", type=Path, default=CACHE / "chaos", help="for journals and logs; emptied first")
    parser.add_argument("--json", type=Path, help="write a line of JSON for each part to this file")
    options = parser.parse_args()
    end_politely()
    try:
        kept = perform(options)
    except Unavailable as missing:
        sys.exit(str(missing))
    except KeyboardInterrupt:
        sys.exit(130)
    if not kept:
        say(f"\nFAILED. Again: make chaos CHAOS_SEED={options.seed} CHAOS_SECONDS={options.seconds:.0f}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
