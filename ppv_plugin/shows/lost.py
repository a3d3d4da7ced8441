"""Noticing that somebody is gone, on a monotonic clock."""

from __future__ import annotations

from collections.abc import Hashable


class Watch:
    """Remembers when each thing was last heard of. `mono` is seconds of one process's monotonic clock."""

    def __init__(self) -> None:
        self._heard: dict[Hashable, tuple[object, float]] = {}
        self._alive: set[Hashable] = set()  # what really gave a sign; the rest is only known of

    def is_lost(self, key: Hashable, *, mark: object, alive: bool, mono: float, limit_seconds: float) -> bool:
        """Whether nothing was heard for `limit_seconds`. Heard: `alive`, or a `mark` other than last time, or new."""
        known = self._heard.get(key)
        if alive:
            self._alive.add(key)
        if alive or known is None or known[0] != mark:
            self._heard[key] = (mark, mono)
            return False
        return mono - known[1] >= limit_seconds

    def silent_seconds(self, key: Hashable, *, mono: float) -> float | None:
        """For how long nothing was heard of it; None when it was never heard of here."""
        known = self._heard.get(key)
        return mono - known[1] if known is not None and key in self._alive else None

    def forget_all_but(self, keys: set[Hashable]) -> None:
        for key in set(self._heard) - keys:
            del self._heard[key]
        self._alive &= keys
