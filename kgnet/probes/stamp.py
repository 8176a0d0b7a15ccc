"""STAMP: loss there and back, round trip, and the jitter of each way, against a reflector (RFC 8762)."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._stream import sent, ways
from kgnet.wire.stamp import jitter_s


@probe
def stamp(
    host: str,
    *,
    port: int = 862,
    count: int = 20,
    interval_s: float = 0.02,
    size: int = 172,
    dscp: int = 0,
    stateful: bool = False,
    timeout_s: float = 1.0,
) -> Iterator[Sample]:
    """Send *count* packets of *size* octets, marked with *dscp*, to the reflector of RFC 8762 at *host*.

    *stateful*: it counts by itself (as `kgnet reflect` does), so that loss can be told for each way.
    """
    stream = sent(host, port, count=count, interval_s=interval_s, size=size, dscp=dscp, timeout_s=timeout_s)
    yield Sample("stamp_loss_ratio", stream.loss_ratio)
    if not stream.trips:
        raise ProbeError(f"{host}: none of {count} packets came back from port {port}")
    if stateful:
        there = stream.lost_there_ratio
        yield Sample("stamp_one_way_loss_ratio", there, {"direction": "there"})
        yield Sample("stamp_one_way_loss_ratio", max(stream.loss_ratio - there, 0.0), {"direction": "back"})
    yield Sample("stamp_rtt_seconds", median(trip.round_trip_s for trip in stream.trips))
    for direction, delays in ways(stream).items():
        yield Sample("stamp_jitter_seconds", jitter_s(delays), {"direction": direction})
