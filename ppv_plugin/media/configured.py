"""The relay's options from the settings."""

from __future__ import annotations

from ppv_plugin.conf import conf
from ppv_plugin.media.relay.options import HostAddress, RelayOptions


def relay_options() -> RelayOptions:
    return RelayOptions(
        host_addresses=tuple(HostAddress.parse(text) for text in conf.RELAY_HOST_ADDRESSES),
        port_range=conf.RELAY_PORT_RANGE,
        max_participants=conf.RELAY_MAX_PARTICIPANTS,
        stall_ms=int(conf.RELAY_STALL_SECONDS * 1000),
    )
