"""The relay's options from the settings."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from ppv_plugin.conf import conf
from ppv_plugin.media.relay.options import HostAddress, RelayOptions


def recordings_root() -> Path:
    """The folder the relay writes to."""
    chosen = conf.RECORDINGS_ROOT
    return Path(chosen) if chosen else Path(getattr(settings, "BASE_DIR", None) or Path.cwd()) / "ppv_recordings"


def relay_options() -> RelayOptions:
    return RelayOptions(
        host_addresses=tuple(HostAddress.parse(text) for text in conf.RELAY_HOST_ADDRESSES),
        port_range=conf.RELAY_PORT_RANGE,
        max_participants=conf.RELAY_MAX_PARTICIPANTS,
        stall_ms=int(conf.RELAY_STALL_SECONDS * 1000),
        recordings=str(recordings_root()),
        recordings_reserve_bytes=conf.RECORDINGS_RESERVE_MB * 1024**2,
    )
