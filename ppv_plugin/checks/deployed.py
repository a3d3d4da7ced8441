"""What serves one developer and not a site with visitors: `check --deploy` only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register

from ppv_plugin.conf import conf

from .messages import TAG, warning


@register(TAG, deploy=True)
def production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Several processes, strict networks, changed keys."""
    return [*_sockets(), *_databases(), *_network(), *_keys()]


def _sockets() -> Iterator[CheckMessage]:
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("default", {}).get("BACKEND", "")
    if layer == "channels.layers.InMemoryChannelLayer":
        yield warning(
            "W001",
            "The in-memory channel layer serves one process: people on different ones do not see each other.",
            "Use channels_redis.pubsub.RedisPubSubChannelLayer, and set REDIS_URL in PPV_PLUGIN.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield warning("W002", 'ALLOWED_HOSTS contains "*".', "List the hosts of the site: sockets trust them.")


def _databases() -> Iterator[CheckMessage]:
    for alias, database in settings.DATABASES.items():
        if database["ENGINE"].endswith("sqlite3"):
            yield warning(
                "W005", f"The database {alias!r} is SQLite, which has one writer.", "Use PostgreSQL for billing."
            )
        if database.get("CONN_MAX_AGE", 0) != 0:
            yield warning(
                "W007",
                f"CONN_MAX_AGE of the database {alias!r} is not 0: under ASGI, connections pile up.",
                "Set CONN_MAX_AGE = 0, and let a pool keep connections open.",
            )


def _network() -> Iterator[CheckMessage]:
    if not conf.TURN_URLS:
        yield warning(
            "W008",
            "There is no TURN server: people behind strict networks will see no picture.",
            "Set TURN_URLS and TURN_SECRET in PPV_PLUGIN.",
        )


def _keys() -> Iterator[CheckMessage]:
    if not conf.RECEIPT_KEYS:
        yield warning(
            "W009",
            "Receipts are signed with a key derived from SECRET_KEY: when that changes, none verifies any more.",
            "Make a key with `manage.py ppv_receipt_key` and set RECEIPT_KEYS in PPV_PLUGIN.",
        )
