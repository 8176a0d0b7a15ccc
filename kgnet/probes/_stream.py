"""Streams of test packets for the probes that measure by them."""

from __future__ import annotations

from kgnet.errors import ProbeError
from kgnet.wire.stamp import Stream, send


def ways(stream: Stream) -> dict[str, list[float]]:
    """Return the delays of each way in seconds, by clocks that need not agree."""
    return {
        "there": [trip.there_s for trip in stream.trips],
        "back": [trip.back_s for trip in stream.trips],
    }


def sent(
    host: str, port: int, *, count: int, interval_s: float, size: int, dscp: int, timeout_s: float
) -> Stream:
    """Send a stream; ProbeError if its options make none, or nothing can be sent there."""
    if count < 2 or interval_s <= 0 or not 44 <= size <= 1472 or not 0 <= dscp < 64:
        raise ProbeError(f"{host}: a stream has 2 packets or more, of 44 to 1472 octets, marked 0 to 63")
    try:
        return send(
            host, port=port, count=count, interval_s=interval_s, size=size, dscp=dscp, timeout_s=timeout_s
        )
    except OSError as reason:
        raise ProbeError(f"{host}:{port}: {reason}") from reason
