"""Counts what devices told, by device and kind, and nothing of what stood in it; kept over a restart."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from threading import Lock

from kgnet.export.events.links import Links
from kgnet.files import write
from kgnet.model.events import Event, EventKind
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

LOG = logging.getLogger(__name__)

ALWAYS = (EventKind.AUTHENTICATION_FAILURE, EventKind.CONFIGURATION_CHANGE)  # from 0 on: a first one is seen
KEPT_EVERY_S = 5.0

Key = tuple[str, str, str]  # device, kind, told by


@dataclass(slots=True)
class _Kept:
    """What survives: how often and when last; how often this engine started (RFC 3414 §2.2.2)."""

    counts: Counter[Key] = field(default_factory=Counter)
    last: dict[Key, float] = field(default_factory=dict)
    boots: int = 0


class Tally:
    """Counts for all receivers at once; any thread may tell or ask."""

    def __init__(
        self,
        fleet: Fleet,
        links: Links,
        *,
        ways: tuple[str, ...] = ("syslog", "trap"),
        kept: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """*ways*: what is listened for; *kept*: the file for it, None: a restart begins at 0."""
        self._links, self._ways, self._path, self._clock = links, ways, kept, clock
        self._lock = Lock()
        self._kept = _read(kept) if kept else _Kept()
        self._kept.boots += 1
        self._other: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self._written = 0.0
        self.adopt(fleet)

    def adopt(self, fleet: Fleet) -> None:
        """Tell of *fleet* from now on; what was counted stays."""
        with self._lock:
            self._fleet = fleet
            self._links.adopt(fleet)
            for name, kind, way in product(fleet.devices, ALWAYS, self._ways):
                self._kept.counts.setdefault((name, kind.value, way), 0)

    @property
    def boots(self) -> int:
        """Return how often this receiver has started, this time included."""
        return self._kept.boots

    def event(self, device: str, event: Event, via: str) -> None:
        """Count one event that *device* told *via* syslog or trap."""
        now, key = self._clock(), (device, event.kind.value, via)
        with self._lock:
            self._kept.counts[key] += 1
            self._kept.last[key] = now
            self._links.told(device, event, now)
        if now - self._written > KEPT_EVERY_S:
            self.keep()

    def count(self, name: str, **labels: str) -> None:
        """Count what befell a message: the metric *name* of the catalogue."""
        with self._lock:
            self._other[name, tuple(labels.items())] += 1

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            counts, last, other = dict(self._kept.counts), dict(self._kept.last), dict(self._other)
            links = list(self._links.samples())
        for (device, kind, via), number in counts.items():
            if device in self._fleet.devices:
                yield Sample("device_events_total", number, {"device": device, "kind": kind, "via": via})
        for (device, kind, via), when in last.items():
            if device in self._fleet.devices:
                labels = {"device": device, "kind": kind, "via": via}
                yield Sample("device_event_timestamp_seconds", when, labels)
        for (name, pairs), number in other.items():
            yield Sample(name, number, dict(pairs))
        yield from links

    def keep(self) -> None:
        """Write the file; a disk that does not take it is told in the log, and counting goes on."""
        if self._path is None:
            return
        with self._lock:
            self._written = self._clock()
            rows = [
                [*key, number, self._kept.last.get(key)]
                for key, number in self._kept.counts.items()
                if number
            ]
            text = json.dumps({"boots": self._kept.boots, "events": rows})
        try:
            write(self._path, text + "\n")
        except OSError as reason:
            LOG.warning("events are not kept: %s", reason)


def _read(path: Path) -> _Kept:
    """Return what an earlier run kept; what does not read begins anew, and the log says so."""
    found = _Kept()
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        found.boots = int(written["boots"])
        for device, kind, via, number, last in written["events"]:
            key = (str(device), EventKind(kind).value, str(via))
            found.counts[key] = int(number)
            if last is not None:
                found.last[key] = float(last)
    except FileNotFoundError:
        return found
    except (OSError, ValueError, KeyError, TypeError) as reason:
        LOG.warning("%s: not what was kept of events, counting begins anew: %s", path, reason)
        return _Kept()
    return found
