"""`make bench ARGS=--listing`: a page of the listing by every order and filter, beside the usual way and the bare SQL.

One run, one server, the three in turns; the table goes into `docs/explanation/listing.md`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from ppv_plugin.rooms import listed
from ppv_plugin.shows.queries import listing
from scripts.terminal import ROOT, heading, say

from . import machine, many_rooms, report, server
from .figures import percentile
from .plain import listing as plain
from .world import NOW

PAGE = ROOT / "docs/explanation/listing.md"
PER_PAGE = 24
Row = dict[str, Any]
# What is asked for: its words in the table, the page, our words for it, a plain view's
ASKED: tuple[tuple[str, int, dict[str, str], dict[str, str]], ...] = (
    *((f"sorted: {sort}", 1, {"sort": sort}, {}) for sort in listed.SORTS),
    ("page 100, sorted: live", 100, {}, {}),
    ("status: paid", 1, {"status": "paid"}, {"state": "paid"}),
    ("category", 1, {"category": "category-3"}, {"category__key": "category-3"}),
    ("language", 1, {"language": "de"}, {"languages__code": "de"}),
    ("tag", 1, {"tag": "tag-7"}, {"tags__slug": "tag-7"}),
    ("text", 1, {"text": "slow songs"}, {"title__icontains": "slow songs"}),
    ("category, language", 1, {"category": "category-3", "language": "de"},
     {"category__key": "category-3", "languages__code": "de"}),
)  # fmt: skip


def run(*, rooms: int, laps: int, write: bool) -> None:
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        heading("A durable PostgreSQL, and the rooms")
        running = stack.enter_context(server.started())
        server.make_template(running)
        database = stack.enter_context(server.world(running, "listing"))
        link = stack.enter_context(running.connect(database))
        world = many_rooms.load(link, rooms)
        heading("The listing")
        rows = [_told(_measured(world, *asked, laps=laps)) for asked in ASKED]
        offers = _choices(world, laps)
        about = {**machine.described(), "server": running.settings()["server_version"], "load": load}
    text = markdown(rows, offers, rooms=rooms, about={**about, "load_after": os.getloadavg()[0]})
    if write:
        report.write_into(PAGE, text)
        say(f"\nWritten: {PAGE.relative_to(ROOT)}.")
    else:
        say("\n" + text)


def _measured(
    world: many_rooms.Rooms, what: str, number: int, ours: dict[str, str], usual: dict[str, str], *, laps: int
) -> Row:
    number = min(number, max(world.number // PER_PAGE - 1, 1))
    first, sort = (number - 1) * PER_PAGE, ours.get("sort", "live")
    ways: dict[str, Callable[[], Any]] = {
        "ours": lambda: listing(site=world.site, now=NOW, offset=first, limit=PER_PAGE, **ours),  # type: ignore[arg-type]
        "plain": lambda: plain.page(site=world.site, number=number, per_page=PER_PAGE, sort=sort, **usual),
        "bare": _bare(world, first, ours),
    }
    shown = ways["ours"]().rooms
    if "text" not in ours and len(shown) != len(ways["plain"]()):  # of a text ours searches more fields
        raise RuntimeError(f"{what}: the two ways show different rooms")
    if not shown:
        raise RuntimeError(f"{what}: nothing is shown")
    return {"what": what, **_turns(ways, laps), **{f"{name}_queries": _queries(way) for name, way in ways.items()}}


def _bare(world: many_rooms.Rooms, first: int, ours: dict[str, str]) -> Callable[[], Any]:
    """The page's rows and their number in two statements, as the database is asked by ours; nothing is made of them."""
    rows = listed.listed(site=world.site, **ours)  # type: ignore[arg-type]
    page, params = rows[first : first + PER_PAGE].query.sql_with_params()
    whole, whole_params = rows.order_by().values("pk").query.sql_with_params()

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute(page, params)
            found = len(cursor.fetchall())
            cursor.execute(f"SELECT count(*) FROM ({whole}) AS whole", whole_params)
            cursor.fetchone()
        return found

    return ask


def _turns(ways: dict[str, Callable[[], Any]], laps: int) -> dict[str, float]:
    """Median milliseconds of each, one lap after the other, so that a busy moment of the machine hits them all."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(laps):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            took[name].append((time.perf_counter() - began) * 1000)
    return {name: percentile(values, 50) for name, values in took.items()}


def _queries(way: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        way()
    return len(queries)


def _choices(world: many_rooms.Rooms, laps: int) -> dict[str, float]:
    offers = (listed.categories_in_use, listed.languages_in_use, listed.tags_in_use)
    return _turns({offer.__name__: lambda offer=offer: offer(world.site) for offer in offers}, laps)  # type: ignore[misc]


def _told(row: Row) -> Row:
    say(f"   {row['what']}: ours {row['ours']:.1f} ms, plain {row['plain']:.1f} ms, bare SQL {row['bare']:.1f} ms")
    return row


def markdown(rows: Iterable[Row], offers: dict[str, float], *, rooms: int, about: dict[str, Any]) -> str:
    head = (
        f"Run of {about['date']} at {about['commit']}: {rooms:,} rooms, {PER_PAGE} on a page, medians. "
        f"{about['machine']}; load average {about['load']:.1f} before and {about['load_after']:.1f} after"
        f"{': the machine was shared, so quote the ratios' if _shared(about) else ''}. "
        f"PostgreSQL {about['server']}, Python {about['python']}, Django {about['django']}."
    )
    table = [
        "| a page | ours, ms | queries | usual way, ms | queries | bare SQL, ms | usual ÷ ours | ours ÷ bare |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_line, rows),
    ]
    spelled = ", ".join(f"{name.split('_')[0]} {took:.1f} ms" for name, took in offers.items())
    return "\n\n".join([head, "\n".join(table), f"What the filters offer, asked for once on every page: {spelled}."])


def _line(row: Row) -> str:
    cells = (
        row["what"],
        f"{row['ours']:.1f}",
        row["ours_queries"],
        f"{row['plain']:.1f}",
        row["plain_queries"],
        f"{row['bare']:.1f}",
        f"{row['plain'] / row['ours']:.1f}×",
        f"{row['ours'] / row['bare']:.1f}×",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _shared(about: dict[str, Any]) -> bool:
    return max(about["load"], about["load_after"] - 1) > (os.cpu_count() or 1) / 2
