"""What devices told of circuits' interfaces since we listen: known at once, before anybody is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kgnet.export.asked import Job
from kgnet.export.devices import jobs
from kgnet.model.events import Event, EventKind
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

Indexes = Callable[[str], Mapping[str, int]]  # device → interface, as it names it → ifIndex
LINKS = {EventKind.LINK_DOWN: False, EventKind.LINK_UP: True}
MOST_OF_A_DEVICE = 512  # interfaces; a device that makes names up does not fill our memory


@dataclass(frozen=True, slots=True)
class _Told:
    up: bool
    when: float


class Links:
    """Remembers the last word on each interface; a restart of the device takes its words back."""

    def __init__(self, fleet: Fleet, indexes: Indexes) -> None:
        """*indexes*: what the poller knows, for notifications that say no name (RFC 2863 linkDown)."""
        self._indexes = indexes
        self._told: dict[str, dict[str | int, _Told]] = {}
        self.adopt(fleet)

    def adopt(self, fleet: Fleet) -> None:
        """Tell of *fleet* from now on; the words of its devices stay."""
        self._jobs: Mapping[str, Job] = {job.device: job for job in jobs(fleet)}

    def told(self, device: str, event: Event, when: float) -> None:
        if event.kind is EventKind.RESTART:
            self._told.pop(device, None)
        words = self._told.setdefault(device, {})
        key = event.interface or event.index
        if event.kind in LINKS and key is not None and (key in words or len(words) < MOST_OF_A_DEVICE):
            words[key] = _Told(LINKS[event.kind], when)

    def samples(self) -> Iterator[Sample]:
        for device, words in self._told.items():
            indexes = self._indexes(device)
            for port in self._jobs[device].ports if device in self._jobs else ():
                named = {port.interface, port.name, indexes.get(port.name)}
                found = [word for key, word in words.items() if key in named]
                if found:
                    last = max(found, key=lambda word: word.when)
                    labels = {"circuit": port.circuit, "end": "inner" if port.inner else "outer"}
                    yield Sample("circuit_told_up", float(last.up), labels)
                    yield Sample("circuit_told_timestamp_seconds", last.when, labels)
