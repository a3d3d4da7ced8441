"""The tests' settings with the rivals beside us: a plain plug-in's tables and, when it is installed, django-hordak.

All tables lie in one database, so that one run of migrations makes the template of every world.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

os.environ.setdefault("PPV_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")  # set before each connection

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, PPV_PLUGIN

HORDAK = find_spec("hordak") is not None
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "tests.benchmarks.plain",
    *(["mptt", "djmoney", "hordak"] if HORDAK else []),
]
MIGRATION_MODULES = {"plain": None}
CURRENCIES = ["EUR"]
DEFAULT_CURRENCY = "EUR"
PPV_PLUGIN = {**PPV_PLUGIN, "TEST_PAYMENTS": False}
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
