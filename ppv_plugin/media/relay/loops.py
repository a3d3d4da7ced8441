"""The relay's event loop: the standard one, with UDP ports from a given range.

aioice has no option for ports, but asks the loop for "any port"; here "any" means "any of these".
"""

from __future__ import annotations

import asyncio
import errno
import random
from typing import Any


class RelayEventLoop(asyncio.SelectorEventLoop):
    """port_range is inclusive; None leaves the choice to the system."""

    def __init__(self, port_range: tuple[int, int] | None = None) -> None:
        super().__init__()
        self._port_range = port_range

    async def create_datagram_endpoint(  # type: ignore[override]
        self, protocol_factory: Any, local_addr: Any = None, **options: Any
    ) -> Any:
        open_endpoint = super().create_datagram_endpoint
        if self._port_range is None or local_addr is None or local_addr[1] != 0:
            return await open_endpoint(protocol_factory, local_addr=local_addr, **options)
        first, last = self._port_range
        # A random order keeps a port that was just released out of use for a while.
        for port in random.sample(range(first, last + 1), last - first + 1):
            try:
                address = (local_addr[0], port)
                return await open_endpoint(protocol_factory, local_addr=address, **options)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, f"no free UDP port in {first}-{last}")
