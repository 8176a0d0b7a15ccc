"""A clock that runs as fast as one likes, or only when it is stepped, and the timers that hang on it."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

START = 1_790_000_000.0  # Unix time of a clock that only steps: the same in every run


@dataclass(order=True, slots=True)
class Timer:
    """Something that happens at an instant, unless it is cancelled."""

    due: float
    number: int
    act: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Unix time in seconds; *speed* 0 stands still but for `step`, 60 makes a minute of a second."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._born = time.monotonic()
        self._base = time.time() if speed else START
        self._timers: list[Timer] = []
        self._numbers = itertools.count()
        self.changed: Callable[[], object] = lambda: None  # who waits for the next timer looks again

    def now(self) -> float:
        return self._base + (time.monotonic() - self._born) * self.speed

    def moment(self) -> datetime:
        """The time as an aware one, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Do *act* in so many seconds of this clock."""
        timer = Timer(self.now() + seconds, next(self._numbers), act)
        heapq.heappush(self._timers, timer)
        self.changed()
        return timer

    def fire(self) -> None:
        """Do all that is due."""
        while self._timers and self._timers[0].due <= self.now():
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.cancelled = True
                timer.act()

    def step(self, seconds: float) -> None:
        """Move on by so many seconds; what is due meanwhile happens at its own time, in order."""
        end = self.now() + seconds
        while self._timers and self._timers[0].due <= end:
            self._base += max(0.0, self._timers[0].due - self.now())
            self.fire()
        self._base += max(0.0, end - self.now())

    def wait_s(self) -> float | None:
        """How many real seconds until something is due; None if nothing will be by itself."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        if not self._timers or not self.speed:
            return None
        return max(0.0, (self._timers[0].due - self.now()) / self.speed)
