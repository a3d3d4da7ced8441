"""Noticing that somebody is gone, on a monotonic clock."""

from __future__ import annotations

from collections.abc import Hashable


class Watch:
    """Remembers when each thing was last heard of. `mono` is seconds of one process's monotonic clock."""

    def __init__(self) -> None:
        self._heard: dict[Hashable, tuple[object, float]] = {}

    def is_lost(self, key: Hashable, *, mark: object, alive: bool, mono: float, limit_seconds: float) -> bool:
        """Whether nothing was heard for `limit_seconds`. Heard: `alive`, or a `mark` other than last time, or new."""
        known = self._heard.get(key)
        if alive or known is None or known[0] != mark:
            self._heard[key] = (mark, mono)
            return False
        return mono - known[1] >= limit_seconds

    def forget_all_but(self, keys: set[Hashable]) -> None:
        for key in set(self._heard) - keys:
            del self._heard[key]
