"""Many scrapers, few scrapes: who asks while one is under way shares the next, which begins thereafter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import BoundedSemaphore, Lock
from time import monotonic, perf_counter

from kgnet.export import own
from kgnet.export.forms import Form
from kgnet.model.outcome import Sample

SCRAPES_AT_ONCE = 2  # a third scraper gets its turn with all others that wait or, too late, none

Collect = Callable[[float], Iterable[Sample]]  # seconds that it may take → samples


class Scrape:
    """What one scrape found, written once in each form that somebody asks for."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self.samples = tuple(samples)
        self.when = monotonic()
        self._written: dict[str, str] = {}
        self._lock = Lock()

    def text(self, form: Form) -> str:
        """Return the samples and what the exporter tells of itself."""
        with self._lock:
            if form.content_type not in self._written:
                self._written[form.content_type] = form.text(self.samples, form.own())
            return self._written[form.content_type]


class Scrapes:
    """Hands out scrapes; *last* is the one that ended last."""

    def __init__(self, collect: Collect) -> None:
        self._collect = collect
        self._turns = BoundedSemaphore(SCRAPES_AT_ONCE)
        self._lock = Lock()
        self._next: Future[Scrape | None] | None = None  # for which somebody waits for a turn
        self.last: Scrape | None = None

    @property
    def busy(self) -> bool:
        """Return whether a scrape would have to wait."""
        free = self._turns.acquire(blocking=False)
        if free:
            self._turns.release()
        return not free

    def get(self, timeout_s: float) -> Scrape | None:
        """Return a scrape that began after we were asked; None if there is no turn within *timeout_s*."""
        with self._lock:
            ours, first = self._next, self._next is None
            if ours is None:
                ours = self._next = Future()
        if first:
            self._run(ours, timeout_s)
        try:
            return ours.result(2 * timeout_s)  # its turn, and the scrape itself
        except TimeoutError:
            return None

    def _run(self, ours: Future[Scrape | None], timeout_s: float) -> None:
        """Wait for a turn and scrape, for all who share *ours*."""
        turn = self._turns.acquire(timeout=timeout_s)
        with self._lock:
            self._next = None  # who comes from now on is too late for this one
        if not turn:
            ours.set_result(None)
            return
        try:
            started = perf_counter()
            self.last = scrape = Scrape(self._collect(timeout_s))
            own.scraped(perf_counter() - started, scrape.samples)
            ours.set_result(scrape)
        finally:
            self._turns.release()
            if not ours.done():  # a bug, which shows its traceback here; the others are told to come again
                ours.set_result(None)
