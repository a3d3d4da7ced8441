"""The wheel, put beside the libraries that the tests have: what the sites run on is what pip would give them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.wheel import PIP, build, run

# the suite runs inside the sites, and they are no tests
collect_ignore = [path.name for path in Path(__file__).parent.iterdir() if path.is_dir()]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH with nothing but the package in it."""
    wheel = build(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel"))
    folder = tmp_path_factory.mktemp("package")
    run(sys.executable, *PIP, "install", "--no-deps", "--target", folder, wheel, cwd=folder)
    return folder
