"""How much one source may tell: what is beyond is shed, so that one that raves does not drown the others."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

PER_SECOND = 100.0
AT_ONCE = 1000.0  # a device that starts tells a lot within a moment


class Limits:
    """A bucket for each device, and one for all strangers: as many buckets as devices, however many send."""

    def __init__(
        self, *, per_s: float = PER_SECOND, at_once: float = AT_ONCE, clock: Callable[[], float] = monotonic
    ) -> None:
        self._per_s, self._at_once, self._clock = per_s, at_once, clock
        self._buckets: dict[str, tuple[float, float]] = {}  # source → what is left, and when that was

    def admits(self, source: str) -> bool:
        """Return whether *source* may tell one thing more."""
        now = self._clock()
        left, then = self._buckets.get(source, (self._at_once, now))
        left = min(self._at_once, left + (now - then) * self._per_s)
        self._buckets[source] = (max(left - 1, 0) if left >= 1 else left, now)
        return left >= 1
