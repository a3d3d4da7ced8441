"""System checks: every wrong or missing prerequisite as one line with its mend. `docs/reference/checks.md` lists them.

None of them opens the database. Those that only matter in production run with `check --deploy`.
"""

from __future__ import annotations

from .deployed import production
from .hindrances import surroundings
from .hooked import registered_hooks
from .private_files import private_files
from .required import asgi_application, backends, prerequisites, receipt_keys, routes, site_settings

IDS = (
    *(f"E{number:03d}" for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)),
    *(f"W{number:03d}" for number in range(1, 15)),
)

__all__ = [
    "IDS",
    "asgi_application",
    "backends",
    "prerequisites",
    "private_files",
    "production",
    "receipt_keys",
    "registered_hooks",
    "routes",
    "site_settings",
    "surroundings",
]
