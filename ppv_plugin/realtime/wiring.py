"""Which bus this process uses: in-process with Channels' in-memory layer or none, through the layer with any other."""

from __future__ import annotations

import logging
import threading

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.core.signals import setting_changed

from ppv_plugin.conf import conf

from .bus import Bus, LocalBus
from .bus_layer import LayerBus
from .log import MemoryLog
from .log_redis import RedisLog

_log = logging.getLogger(__name__)
_making = threading.Lock()
_current: Bus | None = None


def process_bus() -> Bus:
    global _current
    with _making:
        if _current is None:
            _current = _make()
        return _current


def forget_bus(timeout: float = 1.0) -> None:
    """Send what waits and let go; the next use makes a bus from the settings then in force."""
    global _current
    with _making:
        old, _current = _current, None
    if old is not None:
        old.close(timeout)


def _make() -> Bus:
    layer = get_channel_layer()
    if layer is None or isinstance(layer, InMemoryChannelLayer):
        return LocalBus()
    if not conf.REDIS_URL:
        _log.warning("PPV_PLUGIN['REDIS_URL'] is empty: sockets of different processes cannot resume from one log")
        return LayerBus(layer, MemoryLog())
    return LayerBus(layer, RedisLog(conf.REDIS_URL))


def _on_change(*, setting: str, **_: object) -> None:
    if setting in {"CHANNEL_LAYERS", "PPV_PLUGIN"}:
        forget_bus()


setting_changed.connect(_on_change, dispatch_uid="ppv_plugin.realtime.wiring")
