"""What this site wants to be told: a line in the log when somebody goes live. A real site would tell the followers."""

from __future__ import annotations

import logging
from typing import Any

from django.dispatch import receiver

from ppv_plugin import signals

_log = logging.getLogger("demo_site")


@receiver(signals.show_started, dispatch_uid="demo_site.show_started")
def somebody_is_live(show_id: Any, room_id: int, **_facts: Any) -> None:
    _log.info("room %s is live (show %s)", room_id, show_id)
