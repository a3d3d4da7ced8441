"""The cast, with a fake engine of their own, and the proof after each test that the ledger agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.media import services as media
from ppv_plugin.testing.cast import Cast


@pytest.fixture(autouse=True)
def no_memory() -> Iterator[None]:
    """What one test left in the cache (site roots, words) is not true in the next one's database."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def commits(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test runs inside one transaction; treat the end of each transaction of the product as its commit."""
    base = len(connection.savepoint_ids)
    leave, register = transaction.Atomic.__exit__, BaseDatabaseWrapper.on_commit

    def run_due() -> None:
        while len(connection.savepoint_ids) <= base and connection.run_on_commit:
            _savepoints, func, _robust = connection.run_on_commit.pop(0)
            func()

    def exit_and_run(self: Any, *error: Any) -> None:
        leave(self, *error)
        run_due()

    def register_and_run(self: BaseDatabaseWrapper, func: Any, robust: bool = False) -> None:
        register(self, func, robust)
        run_due()

    monkeypatch.setattr(transaction.Atomic, "__exit__", exit_and_run)
    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", register_and_run)


@pytest.fixture
def cast(commits: None) -> Iterator[Cast]:
    media.reset_engine()
    made = Cast.made()
    yield made
    media.reset_engine()
    assert ledger_queries.violations() == []
