"""What a relay is told once, at its start."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostAddress:
    """An address to bind, and the one to announce where a 1:1 NAT stands in front of it."""

    bind: str
    announce: str

    @classmethod
    def parse(cls, text: str) -> HostAddress:
        """`10.0.0.5` or, behind a 1:1 NAT, `10.0.0.5=203.0.113.5`."""
        bind, _, announce = text.partition("=")
        return cls(bind.strip(), announce.strip() or bind.strip())


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """host_addresses: empty means every address of the host but loopback. port_range: UDP, inclusive.

    stall_ms: a longer gap of media or proof is not billed at all. vanished_ms: a peer from which nothing was
    heard for so long counts as gone; aiortc itself notices only after half a minute. recordings: the folder in which
    they are kept; empty = nothing is recorded. recordings_reserve_bytes: disk space that they leave free.
    """

    host_addresses: tuple[HostAddress, ...] = ()
    port_range: tuple[int, int] | None = None
    max_participants: int = 80
    stall_ms: int = 5000
    vanished_ms: int = 5000
    keyframe_interval_ms: int = 300
    recordings: str = ""
    recordings_reserve_bytes: int = 1024**3
