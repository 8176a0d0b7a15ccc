"""What the exporter tells of itself, beside what prometheus_client tells of every process."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Histogram, disable_created_metrics

from kgnet.export.catalogue import PREFIX
from kgnet.model.outcome import Sample

disable_created_metrics()  # type: ignore[no-untyped-call]  # one series more for each, of no use to Prometheus

SCRAPE_SECONDS = Histogram(
    f"{PREFIX}scrape_duration_seconds",
    "How long the scrapes of the fleet took, by the exporter's own clock; exemplars name the slowest device.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 16),
)


def scraped(seconds: float, samples: Iterable[Sample]) -> None:
    """Count a scrape; who asks why it took so long finds the slowest device beside it (OpenMetrics)."""
    took = (each for each in samples if each.name == "device_scrape_duration_seconds")
    slowest = max(took, key=lambda each: each.value, default=None)
    SCRAPE_SECONDS.observe(seconds, {"device": slowest.labels["device"]} if slowest else None)
