"""One filled template per run, one server and one set of browsers per test, and what went wrong in any page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from . import books
from .lantern import Database, Databases, Server
from .people import Client, Performer
from .stage import ARGUMENTS, Stage
from .witness import Witness


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, worker_id: str, testrun_uid: str) -> Iterator[Databases]:
    """Workers that run side by side share one template: filling it takes longer than many a journey."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "lantern"
    postgres_url = os.environ["PPV_TEST_DATABASE_URL"] if os.environ.get("PPV_TEST_DB") == "postgres" else ""
    made = Databases(folder, f"ppv_template_{testrun_uid[:8]}", postgres_url)
    with made.filled():
        yield made


@pytest.fixture
def database(databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """A fresh site; the test reads and prepares it with the product's own queries and services."""
    with databases.copy() as copy, django_db_blocker.unblock(), books.reading_from(copy):
        yield copy


@pytest.fixture
def server(databases: Databases, database: Database) -> Iterator[Server]:
    made = Server(databases.folder, database)
    made.start()
    yield made
    print(made.log)  # shown when the test fails
    if made.running:
        made.stop()
    assert made.ended_by_test, f"The server ended by itself with {made.process and made.process.returncode}."


@pytest.fixture(scope="module")
def playwright_sync() -> Iterator[Playwright]:
    """Its loop runs in this thread meanwhile, so it ends with the module, and Django has to be told that we wait."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield running


@pytest.fixture(scope="module")
def chromium(playwright_sync: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium: make test-browser")
    browser = playwright_sync.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def witness() -> Iterator[Witness]:
    made = Witness()
    yield made
    assert made.seen == []


@pytest.fixture
def stage(chromium: Browser, server: Server, witness: Witness) -> Iterator[Stage]:
    made = Stage(chromium, server, witness)
    yield made
    made.empties()


@pytest.fixture
def ana(stage: Stage) -> Performer:
    return stage.performer("ana")


@pytest.fixture
def bo(stage: Stage) -> Performer:
    return stage.performer("bo")


@pytest.fixture
def cy(stage: Stage) -> Client:
    return stage.client("cy")


@pytest.fixture
def di(stage: Stage) -> Client:
    return stage.client("di")


@pytest.fixture
def visitor(stage: Stage) -> Client:
    return stage.visitor()
