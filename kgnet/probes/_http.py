"""What the probes of web applications have in common: one visit, and what its page has to be."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.wire.web import Page, Visit

MOST_BYTES = 1 << 20  # of a page


def visited(visit: Visit, url: str, *, redirects: int, must: str, must_not: str) -> Iterator[Sample]:
    """Yield what a visit to *url* tells; ProbeError where the page is not what it has to be."""
    started = perf_counter()
    try:
        page = visit.get(url, redirects)
    except (OSError, ValueError) as reason:
        yield from _phases(visit)
        raise ProbeError(f"{visit.host}: {url}: {reason or type(reason).__name__}") from reason
    yield from _phases(visit)
    yield Sample("http_status", page.status)
    yield Sample("http_answer_seconds", perf_counter() - started)
    yield Sample("http_body_bytes", len(page.body))
    yield Sample("http_redirects", page.redirects)
    if trouble := _trouble(page, must, must_not):
        raise ProbeError(f"{url}: {trouble}")


def _phases(visit: Visit) -> Iterator[Sample]:
    return (
        Sample("http_phase_seconds", seconds, {"phase": phase}) for phase, seconds in visit.phases.items()
    )


def _trouble(page: Page, must: str, must_not: str) -> str:
    if page.status >= 400:
        return f"status {page.status}"
    if must and must.encode() not in page.body:
        return f"the page does not hold {must!r}"
    return f"the page holds {must_not!r}" if must_not and must_not.encode() in page.body else ""
