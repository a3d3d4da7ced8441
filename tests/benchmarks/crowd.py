"""Processes that stay, so that a measurement with two workers does not begin with starting two Djangos."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from . import server

WAIT_SECONDS = 900.0


class Gate:
    """Where the workers of one measurement meet; alone, nobody waits."""

    def __init__(self, barrier: Any) -> None:
        self._barrier = barrier

    def meet(self) -> float:
        """The moment in which all are there."""
        if self._barrier is not None:
            self._barrier.wait(WAIT_SECONDS)
        return time.perf_counter()


class Crowd:
    """Up to `size` processes, each with a Django and a connection of its own."""

    def __init__(self, size: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._barriers = {
            count: context.Barrier(count) for count in range(2, size + 1)
        }  # theirs only while we keep them
        self._links: list[Connection] = []
        self._members = []
        for _ in range(size):
            ours, theirs = context.Pipe()
            member = context.Process(target=_serve, args=(theirs, self._barriers), daemon=True)
            member.start()
            self._links.append(ours)
            self._members.append(member)

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _t: TracebackType | None) -> None:
        for link, member in zip(self._links, self._members, strict=True):
            if error is None:
                link.send(None)
                member.join(10)
            member.kill()

    def together(self, url: str, jobs: Sequence[tuple[Callable[..., Any], dict[str, Any]]]) -> list[Any]:
        """Run the jobs at the same time on this database, each `job(gate, **words)`; what they return, in order."""
        links = self._links[: len(jobs)]
        for link, (job, words) in zip(links, jobs, strict=True):
            link.send((url, len(jobs), job, words))
        answers = []
        for link in links:
            if not link.poll(WAIT_SECONDS):
                raise TimeoutError("a worker did not answer")
            answers.append(link.recv())
        for failed, answer in answers:
            if failed:
                raise RuntimeError(f"a worker failed:\n{answer}")
        return [answer for _failed, answer in answers]


def _serve(link: Connection, barriers: dict[int, Any]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
    import django
    from django.db import connection

    django.setup()
    gc.freeze()  # as `ppv_meter` does; the rivals have the same gain
    while (task := link.recv()) is not None:
        url, count, job, words = task
        server.point_django_at(url)
        try:
            answer = (False, job(Gate(barriers.get(count)), **words))
        except Exception:
            if barrier := barriers.get(count):
                barrier.abort()
            answer = (True, traceback.format_exc())
        connection.close()
        link.send(answer)
