"""Accept → the form that metrics are written in: OpenMetrics for who asks for it, else Prometheus' text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import REGISTRY, generate_latest
from prometheus_client.openmetrics import exposition

from kgnet.export.text import CONTENT_TYPE, openmetrics, text
from kgnet.model.outcome import Sample

END = "# EOF\n"  # of OpenMetrics: what has none was cut short


@dataclass(frozen=True, slots=True)
class Form:
    """A format: its media type, what writes our samples, and what the exporter tells of itself."""

    content_type: str
    written: Callable[[Iterable[Sample]], str]
    own: Callable[[], str]
    end: str = ""

    def text(self, samples: Iterable[Sample], own: str = "") -> str:
        """Return the whole answer: *samples*, then the process's *own* metrics."""
        return self.written(samples) + own.removesuffix(self.end) + self.end


PLAIN = Form(CONTENT_TYPE, text, lambda: generate_latest(REGISTRY).decode())
OPENMETRICS = Form(
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    openmetrics,
    lambda: str(exposition.generate_latest(REGISTRY, version="1.0.0"), "utf-8"),  # type: ignore[no-untyped-call]
    END,
)


def wanted(accept: str) -> Form:
    """Return the form that an Accept header likes best (RFC 9110 §12.5.1), else the text."""
    weights = dict(_weights(accept))
    plain = max(weights.get(name, 0.0) for name in ("text/plain", "text/*", "*/*"))
    return OPENMETRICS if weights.get("application/openmetrics-text", 0.0) > plain else PLAIN


def takes_gzip(accept_encoding: str) -> bool:
    """Return whether an Accept-Encoding header has gzip; `gzip;q=0` has not (RFC 9110 §12.5.3)."""
    weights = dict(_weights(accept_encoding))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weights(header: str) -> Iterator[tuple[str, float]]:
    """Yield each alternative and its weight; of OpenMetrics only a version that we write."""
    for each in header.split(","):
        name, *rest = (part.strip().lower() for part in each.split(";"))
        said = dict(part.partition("=")[::2] for part in rest)
        if name and said.get("version", "1.0.0") in ("1.0.0", "0.0.4"):
            yield name, _number(said.get("q", "1"))


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return 0.0
