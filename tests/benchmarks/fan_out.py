"""`make bench ARGS=--chat`: what a chat line costs the server for each socket of a room, beside a raw broadcaster and
the stock way of Channels.

One run, on loopback only; for each size the three servers in turns, each in a process of its own. The table goes into
`docs/explanation/fan-out.md`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from scripts.terminal import ROOT, heading, say

from . import machine, report
from .figures import percentile

PAGE = ROOT / "docs/explanation/fan-out.md"
WAYS = {"raw": "a raw broadcaster", "ours": "**the hub**", "stock": "Channels, a group member per socket"}
LINES = {100: 40, 500: 20, 2000: 10}
STOCK_LINES_MAX = 2  # at two thousand sockets it takes seconds for each
RAW_TIMES, STOCK_TIMES = 2, 8
OPENED_AT_ONCE = 50
PATIENCE_SECONDS = 90.0
Row = dict[str, Any]


class Serving:
    """A server process, spoken to by lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = int(self._answer())

    def cpu(self) -> float:
        self._tell("cpu")
        return float(self._answer())

    def send_lines(self, number: int) -> None:
        self._tell(str(number))

    def _tell(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def _answer(self) -> str:
        assert self.process.stdout is not None
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError("a server of the benchmark has died")
        return answer


@contextmanager
def serving(way: str) -> Iterator[Serving]:
    command = [sys.executable, "-m", "tests.benchmarks.fan_servers", way]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Serving(process)
    finally:
        process.kill()
        process.wait()


class Listener:
    """A socket that counts frames by their first byte, with little work: it shares the machine with the server."""

    def __init__(self, crowd: Crowd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.crowd, self.reader, self.writer = crowd, reader, writer

    async def listen(self) -> None:
        while True:
            first, size = await self.reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2))
            body = await self.reader.readexactly(size)
            if first & 0x0F == 1 and b"chat.msg" in body:
                self.crowd.count()


class Crowd:
    """Everybody in the room."""

    def __init__(self, port: int, size: int) -> None:
        self.port, self.size = port, size
        self.got = 0
        self.wanted = 0
        self.done = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.gate = asyncio.Semaphore(OPENED_AT_ONCE)

    def count(self) -> None:
        self.got += 1
        if self.got >= self.wanted:
            self.done.set()

    async def comes_in(self, *, greets: bool) -> None:
        await asyncio.gather(*(self._one(greets) for _number in range(self.size)))
        await asyncio.sleep(1)

    async def _one(self, greets: bool) -> None:
        async with self.gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(
                b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            if b" 101 " not in await reader.readuntil(b"\r\n\r\n"):
                raise RuntimeError("a server of the benchmark lets nobody in")
            if greets:  # masked with zeros: a mask is asked for, not that it hides anything
                writer.write(b"\x81" + bytes([0x80 | 13]) + bytes(4) + b'{"t":"hello"}')
                _first, size = await reader.readexactly(2)
                await reader.readexactly(size)
        self.tasks.append(asyncio.create_task(_quietly(Listener(self, reader, writer).listen())))

    async def hears(self, server: Serving, lines: int) -> float:
        """Seconds until everybody has heard all of them."""
        self.got, self.wanted = 0, lines * self.size
        self.done.clear()
        began = time.monotonic()
        server.send_lines(lines)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.done.wait()
        return time.monotonic() - began

    async def leaves(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def _quietly(work: Any) -> None:
    try:
        await work
    except (asyncio.IncompleteReadError, ConnectionError):
        return


async def measured(way: str, *, size: int, lines: int, laps: int) -> Row:
    with serving(way) as server:
        crowd = Crowd(server.port, size)
        await crowd.comes_in(greets=way == "ours")
        await crowd.hears(server, 1)  # warm
        costs, seconds = [], 0.0
        for _lap in range(laps):
            before = server.cpu()
            seconds += await crowd.hears(server, lines)
            costs.append((server.cpu() - before) / (lines * size) * 1e6)
        await crowd.leaves()
    return {"way": way, "size": size, "micros": percentile(costs, 50), "lines_per_second": laps * lines / seconds}


def run(*, sizes: Sequence[int], laps: int, write: bool) -> None:
    heading("A line of chat to everybody in a room")
    load, rows = os.getloadavg()[0], []
    for size in sizes:
        for way in WAYS:
            lines = LINES.get(size, 20) if way != "stock" else min(LINES.get(size, 20), STOCK_LINES_MAX)
            row = asyncio.run(measured(way, size=size, lines=lines, laps=laps))
            rows.append(row)
            say(f"   {size:,} sockets, {WAYS[way].strip('*')}: {row['micros']:.1f} µs of CPU a delivery")
    text = markdown(rows, {**machine.described(), "load": load, "load_after": os.getloadavg()[0]})
    if write:
        report.write_into(PAGE, text)
        say(f"\nWritten: {PAGE.relative_to(ROOT)}.")
    else:
        say("\n" + text)


def markdown(rows: Sequence[Row], about: dict[str, Any]) -> str:
    lines = [
        "| sockets in the room | way | CPU a delivery, µs | × raw | stock costs × |",
        "| --- | --- | --- | --- | --- |",
    ]
    cost = {(row["size"], row["way"]): row["micros"] for row in rows}
    for (size, way), micros in cost.items():
        behind = f"{cost[size, 'stock'] / micros:.1f}×" if (size, "stock") in cost and way != "stock" else ""
        lines.append(f"| {size:,} | {WAYS[way]} | {micros:.1f} | {micros / cost[size, 'raw']:.1f}× | {behind} |")
    shared = ": the machine was shared, so quote the ratios" if about["load"] > (os.cpu_count() or 1) / 2 else ""
    told = (
        f"Run of {about['date']} at {about['commit']}, medians of the laps, all in one run. {about['machine']}; load "
        f"average {about['load']:.1f} before and {about['load_after']:.1f} after{shared}. Python {about['python']}."
    )
    return "\n\n".join([told, "\n".join(lines), *_verdicts(cost)])


def _verdicts(cost: dict[tuple[int, str], float]) -> list[str]:
    largest = max(size for size, _way in cost)
    found = []
    for size in sorted({size for size, _way in cost}):
        times = cost[size, "ours"] / cost[size, "raw"]
        met = "met" if times <= RAW_TIMES else "missed"
        found.append(f"- {size:,} sockets: {times:.1f}× the raw CPU a delivery (target ≤ {RAW_TIMES}×): {met}.")
    times = cost[largest, "stock"] / cost[largest, "ours"]
    met = "met" if times >= STOCK_TIMES else "missed"
    found.append(f"- {largest:,} sockets: {times:.1f}× better than stock (target ≥ {STOCK_TIMES}×): {met}.")
    return ["\n".join(found)]
