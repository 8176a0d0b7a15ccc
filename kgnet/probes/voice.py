"""Voice: would a call over this path be good?  An RTP-like stream, its loss, jitter and E-model score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import mean

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._stream import sent, ways
from kgnet.wire.emodel import G711, opinion, rating
from kgnet.wire.stamp import Stream, jitter_s

FRAME_S = 0.02  # what one packet of G.711 holds (RFC 3551 §4.2)
OCTETS = 172  # such a packet: 12 of RTP's header (RFC 3550 §5.1), 160 samples


@probe
def voice(
    host: str,
    *,
    port: int = 862,
    seconds: float = 1.0,
    dscp: int = 46,
    buffer_ms: float = 40.0,
    least_mos: float = 0.0,
    timeout_s: float = 1.0,
) -> Iterator[Sample]:
    """Send *seconds* of G.711-like packets to the reflector at *host* and judge them as a phone hears them.

    A packet that is later than the phone's jitter buffer of *buffer_ms* is lost to it.  A score below
    *least_mos* (1 to 4.5) fails; 0: any is taken.
    """
    count = round(seconds / FRAME_S)
    stream = sent(host, port, count=count, interval_s=FRAME_S, size=OCTETS, dscp=dscp, timeout_s=timeout_s)
    yield Sample("voice_loss_ratio", stream.loss_ratio)
    if not stream.trips:
        raise ProbeError(f"{host}: none of {count} packets came back from port {port}")
    heard = _heard(stream, buffer_ms / 1000)
    lost = 1 - sum(heard) / count
    delay_ms = mean(trip.round_trip_s for trip in stream.trips) * 500 + buffer_ms + FRAME_S * 1000
    r = rating(delay_ms=delay_ms, loss_ratio=lost, burst_ratio=_burst_ratio(heard), codec=G711)
    yield Sample("voice_discard_ratio", lost - stream.loss_ratio)
    for direction, delays in ways(stream).items():
        yield Sample("voice_jitter_seconds", jitter_s(delays), {"direction": direction})
    yield Sample("voice_delay_seconds", delay_ms / 1000)
    yield Sample("voice_r_factor", max(r, 0.0))
    yield Sample("voice_mos", opinion(r))
    if opinion(r) < least_mos:
        raise ProbeError(f"{host}: a call would score {opinion(r):.2f}, {least_mos:g} at least wanted")


def _heard(stream: Stream, buffer_s: float) -> list[bool]:
    """Return for each packet sent whether it came within the buffer after the quickest one, both ways."""
    late = {way: min(delays) + buffer_s for way, delays in ways(stream).items()}
    there, back = late["there"], late["back"]
    good = {trip.sequence for trip in stream.trips if trip.there_s <= there and trip.back_s <= back}
    return [sequence in good for sequence in range(stream.sent)]


def _burst_ratio(heard: Sequence[bool]) -> float:
    """Return how much longer runs of lost packets are than if each were lost by chance (G.107 §7.5)."""
    runs = [len(list(run)) for came, run in groupby(heard) if not came]
    received = sum(heard) / len(heard)
    return max(mean(runs) * received, 1.0) if runs and received else 1.0
