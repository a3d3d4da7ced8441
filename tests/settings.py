"""The demo site's settings, made fast and told which services to use.

`PPV_TEST_DATABASE_URL` and `PPV_TEST_REDIS_URL` come from `scripts/services.py`. With `PPV_TEST_DB=postgres` the
first one's database is used; otherwise SQLite, and the in-process channel layer.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "PPV_VAR" not in os.environ:  # a server that the tests start must find the same folder
    os.environ["PPV_VAR"] = tempfile.mkdtemp(prefix="ppv-test-")
    atexit.register(shutil.rmtree, os.environ["PPV_VAR"], ignore_errors=True)
if os.environ.get("PPV_TEST_DB") == "postgres":
    os.environ["PPV_DATABASE_URL"] = os.environ["PPV_TEST_DATABASE_URL"]

from demo_site.settings import *  # noqa: F403
from demo_site.settings import DATABASES, PPV_PLUGIN, STATIC_ROOT, VAR_DIR

STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of every request without it

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PPV_PLUGIN = {
    **PPV_PLUGIN,
    "MEDIA_ENGINE": "ppv_plugin.media.fake.FakeEngine",
    "METER_IN_PROCESS": False,
}
