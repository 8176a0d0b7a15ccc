"""Targets that are asked rarely: in between their last answer stands, with the time when it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from time import monotonic, time

from kgnet.model.fleet import Target
from kgnet.model.outcome import Sample

AGAIN_S = 60.0  # what failed is asked again sooner, so that its repair shows

Measure = Callable[[Target], Iterable[Sample]]


class Seldom:
    """Measures a target, or gives what it said within its `every_s`; those of 0 are asked each time."""

    def __init__(self, measure: Measure, *, clock: Callable[[], float] = monotonic) -> None:
        self._measure, self._clock = measure, clock
        self._kept: dict[Target, tuple[float, tuple[Sample, ...]]] = {}  # until when, and what
        self._asking: set[Target] = set()
        self._lock = Lock()

    def measure(self, target: Target) -> tuple[Sample, ...]:
        """Return samples of *target*; empty if another scrape is just asking it for the first time."""
        if not target.every_s:
            return tuple(self._measure(target))
        with self._lock:
            until, kept = self._kept.get(target, (float("-inf"), ()))
            if self._clock() < until or target in self._asking:
                return kept
            self._asking.add(target)
        try:
            told = (*self._measure(target), Sample("target_measured_timestamp_seconds", time()))
            with self._lock:
                self._kept[target] = (self._clock() + _pause_s(target, told), told)
            return told
        finally:
            with self._lock:
                self._asking.discard(target)

    def last(self, target: Target) -> tuple[Sample, ...]:
        """Return what *target* last said; empty if it is asked each time, or was never asked."""
        return self._kept.get(target, (0.0, ()))[1]


def _pause_s(target: Target, told: Iterable[Sample]) -> float:
    good = any(sample.name == "probe_success" and sample.value for sample in told)
    return target.every_s if good else min(AGAIN_S, target.every_s)
