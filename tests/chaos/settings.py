"""Settings of every process of a fault test: the demo site on PostgreSQL, Redis and a relay, with short leases.

The addresses come from the environment (`site.environment`). An hour of paid time passes in half a minute, so the lease
(`SUPERVISION_SECONDS`) is short too: it is counted on the processes' own monotonic clocks.
"""

from __future__ import annotations

from demo_site.settings import *  # noqa: F403
from demo_site.settings import PPV_PLUGIN, STATIC_ROOT

STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of every request without it
LEASE_SECONDS = 4

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PPV_PLUGIN = {
    **PPV_PLUGIN,
    "SUPERVISION_SECONDS": LEASE_SECONDS,
    "CONNECT_SECONDS": LEASE_SECONDS,
    "GRANT_SECONDS": 60,
    "SETTLE_SECONDS": 45,
    "METER_BATCH": 8,  # several batches in a round: a claim begins where another worker's ended
    "RELAY_MAX_PARTICIPANTS": 500,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
