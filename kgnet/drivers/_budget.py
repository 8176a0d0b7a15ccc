"""How many logins may be under way at once: an AAA server that is asked too much locks everybody out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from kgnet.ports import Access


class Budget:
    """So many logins at the same time, and so many a second; 0 a second: no such limit."""

    def __init__(self, logins: int, logins_per_s: float) -> None:
        self._free = threading.BoundedSemaphore(logins)
        self._apart_s = 1 / logins_per_s if logins_per_s else 0.0
        self._lock = threading.Lock()
        self._next = 0.0  # on the monotonic clock: when the next login may begin

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn, and hold it while the login is under way."""
        with self._free:
            with self._lock:
                now = time.monotonic()
                begin = max(now, self._next)
                self._next = begin + self._apart_s
            time.sleep(begin - now)
            yield


def budget(access: Access) -> Budget:
    """Return the one budget that all threads with this *access* share."""
    return _budget(access.logins, access.logins_per_s)


@cache
def _budget(logins: int, logins_per_s: float) -> Budget:
    return Budget(logins, logins_per_s)
