"""What is in the wheel, and that a stock site with the documented lines serves the live listing and a room."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from .conftest import ROOT, StockSite

START_SECONDS = 60.0
OPEN_A_ROOM = """
from django.contrib.auth import get_user_model
from wagtail.models import Site
from ppv_plugin.pages.models import LiveListingPage
from ppv_plugin.people.models import Performer
from ppv_plugin.rooms.models import Room
user = get_user_model().objects.create_user("ana")
ana = Performer.objects.create(user=user, name="Ana")
Room.objects.create(site=Site.objects.get(), slug="ana", title="Ana's lamp-lit room", performer=ana)
print("listing:", LiveListingPage.objects.live().get().url)
"""


@pytest.fixture(scope="session")
def contents(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", ["templates", "static", "locale"])
def test_every_template_static_file_and_catalogue_is_in_the_wheel(folder: str, contents: set[str]) -> None:
    files = [path for path in (ROOT / "ppv_plugin" / folder).rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.relative_to(ROOT).as_posix() not in contents] == []


def test_the_wheel_holds_types_and_both_migration_histories(contents: set[str]) -> None:
    assert "ppv_plugin/py.typed" in contents
    assert "ppv_plugin/migrations/0001_initial.py" in contents
    assert "ppv_plugin/pages/migrations/0001_initial.py" in contents


def test_the_wheel_holds_nothing_but_the_package(contents: set[str]) -> None:
    tops = {name.split("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ppv_plugin"}


@pytest.fixture(scope="session")
def listing_path(site: StockSite) -> str:
    """After `migrate` and `ppv_setup` as documented, and with one room."""
    site.manage("migrate", "--no-input")
    site.manage("ppv_setup")
    site.manage("ppv_setup")  # documented: may be run again at any time
    found = re.search(r"listing: (\S+)", site.manage("shell", "-c", OPEN_A_ROOM))
    assert found
    return found.group(1)


@pytest.fixture(scope="session")
def address(site: StockSite, listing_path: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [site.python, "-m", "uvicorn", "mysite.asgi:application", "--port", str(port)]
    log = site.folder / "uvicorn.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=site.folder, env=site.env, stdout=out, stderr=out)
    try:
        wait_for(port, server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        assert "Traceback" not in log.read_text()


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The documented site does not start.\n{log.read_text()[-4000:]}")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:
        assert response.status == 200
        text: str = response.read().decode()
    return text


@pytest.mark.slow
def test_a_stock_site_passes_the_checks(site: StockSite) -> None:
    assert "no issues" in site.manage("check")
    site.manage("makemigrations", "--check", "--dry-run")


@pytest.mark.slow
def test_a_stock_site_collects_hashed_static_files(site: StockSite) -> None:
    site.manage("collectstatic", "--no-input")


@pytest.mark.slow
def test_a_stock_site_shows_the_listing_with_the_room(address: str, listing_path: str) -> None:
    assert "Ana&#x27;s lamp-lit room" in get(address + listing_path)


@pytest.mark.slow
def test_a_stock_site_shows_the_room_with_its_script_and_style(address: str, listing_path: str) -> None:
    page = get(f"{address}{listing_path}ana/")
    assert "Ana&#x27;s lamp-lit room" in page
    assets = set(re.findall(r'(?:src|href)="(/(?:static/ppv_plugin|ppv/modules)/[^"]+)"', page))
    assert any(path.endswith(".css") for path in assets)
    assert any(path.endswith(".js") for path in assets)
    for path in assets:
        get(address + path)


@pytest.mark.slow
def test_a_stock_site_keeps_its_admin(address: str) -> None:
    assert "Sign in" in get(f"{address}/admin/login/")
