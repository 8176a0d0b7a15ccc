"""The inventory's folder → what is served: read again when it changes or on demand; whole or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Self

from kgnet.errors import KgnetError
from kgnet.model.outcome import Sample

LOG = logging.getLogger(__name__)

EVERY_S = 2.0
Stamp = frozenset[tuple[str, int, int]]  # file, when it was written, how long it is


class Follower:
    """Watches within `with`; *adopt* reads and takes over; if it fails, what was before holds."""

    def __init__(self, folder: Path, adopt: Callable[[], None], *, every_s: float = EVERY_S) -> None:
        """To be made before the inventory is read first, so that no change is missed."""
        self._folder, self._adopt, self._every_s = folder, adopt, every_s
        self._seen = _stamp(folder)
        self._asked, self._over = Event(), False
        self._thread = Thread(target=self._watch, name="inventory", daemon=True)
        self._good, self._when = True, time.time()

    def ask(self) -> None:
        """Have it read again, though no file looks changed."""
        self._asked.set()

    def samples(self) -> Iterator[Sample]:
        yield Sample("inventory_read_success", float(self._good))
        yield Sample("inventory_read_timestamp_seconds", self._when)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._asked.set()
        self._thread.join()

    def _watch(self) -> None:
        before = self._seen
        while True:
            asked = self._asked.wait(self._every_s)
            self._asked.clear()
            if self._over:
                return
            now = _stamp(self._folder)
            settled, before = now == before, now
            if asked or (settled and now != self._seen):  # files are brought one after the other
                self._seen = now
                self._read()

    def _read(self) -> None:
        """Read it; a bug shows its traceback, and the next change is read all the same."""
        with ThreadPoolExecutor(1, thread_name_prefix="inventory") as reader:
            failure = reader.submit(self._adopt).exception()
        self._good = failure is None
        if failure is None:
            self._when = time.time()
        elif isinstance(failure, KgnetError):
            LOG.warning("the inventory of before holds: %s", failure)
        else:
            LOG.error("a bug: the inventory of before holds", exc_info=failure)


def _stamp(folder: Path) -> Stamp:
    """Return what tells whether a file changed; one that goes while we look is not there."""
    found = set()
    for path in (*folder.glob("*.yml"), *folder.glob("*.csv"), *folder.glob("*.json")):
        try:
            told = path.stat()
        except OSError:
            continue
        found.add((path.name, told.st_mtime_ns, told.st_size))
    return frozenset(found)
