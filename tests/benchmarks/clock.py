"""Time in a world: the media engine's clock moves, and the services are told as the meter tells them."""

from __future__ import annotations

from ppv_plugin.metering import services as metering
from ppv_plugin.metering.services import Heartbeat

from .world import BEGIN_MS, BOOT, HOLDER, NOW


def beat(passed_ms: int) -> None:
    """The engine says that so many milliseconds have passed, and that nothing has changed meanwhile."""
    metering.record_usage(reports=[], now=NOW, heartbeat=Heartbeat(BOOT, BEGIN_MS + passed_ms, HOLDER))
