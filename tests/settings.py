"""The demo site's settings, made fast and told which services to use.

`PPV_TEST_DATABASE_URL` and `PPV_TEST_REDIS_URL` come from `scripts/services.py`; without them SQLite and the in-process layer serve.
"""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("PPV_VAR", tempfile.mkdtemp(prefix="ppv-test-"))

from demo_site.settings import *  # noqa: F403
from demo_site.settings import DATABASES, PPV_PLUGIN, VAR_DIR

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
