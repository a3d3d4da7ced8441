"""What holds for every test: its kind by its folder, services that must be there, a flush of the append-only tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

HERE = Path(__file__).parent
MARKED_FOLDERS = ("unit", "architecture", "contract", "packaging", "projects", "browser")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
OF_VERSION = "needs Wagtail"
SERVICES_REQUIRED = os.environ.get("PPV_REQUIRE_SERVICES") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(getattr(pytest.mark, folder))
        if folder == "unit" and wants_database(item):
            raise pytest.UsageError(f"{item.nodeid} uses the database: it belongs in tests/integration.")


def wants_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


def pytest_runtest_setup(item: pytest.Item) -> None:
    from django.conf import settings

    engine = settings.DATABASES["default"]["ENGINE"]
    if item.get_closest_marker("postgres") and not engine.endswith("postgresql"):
        pytest.skip("needs PostgreSQL: make test-postgres")
    if item.get_closest_marker("redis") and not os.environ.get("PPV_TEST_REDIS_URL"):
        pytest.skip("needs Redis: make test-postgres")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[Any]:
    return must_not_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[Any]:
    return must_not_skip((yield))


def must_not_skip(report: Any) -> Any:
    """Where every service was started, a skip would hide that one is missing. What an older Wagtail does not have is no
    service."""
    if (
        SERVICES_REQUIRED
        and report.skipped
        and not hasattr(report, "wasxfail")
        and OF_VERSION not in report.longrepr[2]
    ):
        report.outcome = "failed"
        report.longrepr = f"Skipped in a run in which nothing may be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def redis_url() -> str:
    """For tests marked `redis`."""
    return os.environ["PPV_TEST_REDIS_URL"]


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_append_only_tables() -> Iterator[None]:
    """Between transactional tests SQLite is emptied by DELETE, which the ledger's triggers refuse.

    PostgreSQL is emptied by TRUNCATE, which they let pass.
    """
    from ppv_plugin.ledger import append_only
    from ppv_plugin.metering.receipts.models import APPEND_ONLY_TABLES

    tables = (*append_only.TABLES, *append_only.KEPT_TABLES, *append_only.LIMIT_TABLES, *APPEND_ONLY_TABLES)

    original: Callable[..., None] = SQLite.ops_class.execute_sql_flush

    def flush(operations: Any, sql_list: list[str]) -> None:
        append_only.remove(operations.connection, tables)
        try:
            original(operations, sql_list)
        finally:
            append_only.install(operations.connection, tables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLite.ops_class, "execute_sql_flush", flush)
        yield


@pytest.fixture(autouse=True)
def language_of_the_settings() -> Iterator[None]:
    """The test client leaves the language of its last request behind, for whichever test comes next."""
    yield
    from django.utils import translation

    translation.deactivate()
