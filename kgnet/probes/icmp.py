"""ICMP echo: loss, round trip and jitter of a short burst."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.icmp import burst

QUANTILES = (0.5, 0.9, 0.95, 1.0)


@probe
def icmp(
    host: str, *, count: int = 5, interval_s: float = 0.05, timeout_s: float = 1.0, dscp: int = 0
) -> Iterator[Sample]:
    """Send *count* echo requests to the address *host*, marked with *dscp* (RFC 2474)."""
    try:
        address = ip_address(host)
        found = burst((address,), count=count, interval_s=interval_s, timeout_s=timeout_s, dscp=dscp)
    except ValueError:
        raise ProbeError(f"{host}: not an IP address") from None
    except OSError as reason:
        raise ProbeError(f"{host}: {reason}") from reason
    echoes = found[address]
    yield Sample("icmp_loss_ratio", echoes.loss_ratio)
    if echoes.rtt_s is None:
        raise ProbeError(f"{host}: none of {count} echo requests was answered")
    yield Sample("icmp_rtt_seconds", echoes.rtt_s)
    for part in QUANTILES:
        if (trip := echoes.quantile_s(part)) is not None:
            yield Sample("icmp_rtt_quantile_seconds", trip, {"quantile": f"{part:g}"})
    if echoes.jitter_s is not None:
        yield Sample("icmp_jitter_seconds", echoes.jitter_s)
