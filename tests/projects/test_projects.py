"""The whole life of the package on each kind of site: it comes in, it works, it goes, and the site is what it was."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import wagtail
from psycopg import sql

from .sites import PROJECTS, Project, ThirdPartySite, documented

DATABASE, REDIS = "PPV_TEST_DATABASE_URL", "PPV_TEST_REDIS_URL"


@pytest.fixture(params=PROJECTS, ids=lambda project: project.name)
def site(request: pytest.FixtureRequest, package: Path, tmp_path: Path) -> Iterator[ThirdPartySite]:
    project: Project = request.param
    if wagtail.VERSION[:2] < project.oldest_wagtail:
        pytest.skip(f"needs Wagtail {project.oldest_wagtail}")
    if not project.services:
        yield ThirdPartySite(project, tmp_path / "site", package)
        return
    if DATABASE not in os.environ or REDIS not in os.environ:
        pytest.skip("needs PostgreSQL and Redis: make test-projects")
    name = f"site_{secrets.token_hex(4)}"
    with psycopg.connect(os.environ[DATABASE], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield ThirdPartySite(project, tmp_path / "site", package, more=production_environment(name))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def production_environment(database: str) -> dict[str, str]:
    parts = urlsplit(os.environ[DATABASE])
    relay = free_port()
    return {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{database}")),
        "REDIS_URL": os.environ[REDIS],
        "SECRET_KEY": secrets.token_hex(32),
        "PORT": str(free_port()),
        "RELAY_PORT": str(relay),
        "RELAY_URL": f"http://127.0.0.1:{relay}",
        "RELAY_TOKEN": secrets.token_hex(32),
        "TURN_SECRET": secrets.token_hex(32),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.slow
def test_the_package_comes_works_and_goes(site: ThirdPartySite) -> None:
    site.folder.mkdir()
    site.start()
    site.install()
    site.plug()
    passed = re.search(r"(\d+) passed", site.pytest())
    assert passed
    assert int(passed.group(1)) > 20
    site.unplug()
    site.remove()


def test_every_block_of_the_how_tos_is_used_by_a_site() -> None:
    sites = {project.name for project in PROJECTS}
    assert {title.split("/")[0] for title in documented() if "/" in title} <= sites
