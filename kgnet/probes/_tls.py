"""What the probes of encrypted services have in common: one look at the handshake."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.wire.deadline import Deadline
from kgnet.wire.tls import ask


def looked_at(
    host: str, port: int, protocol: str, *, name: str, ca_file: str, deadline: Deadline
) -> Iterator[Sample]:
    """Yield what a handshake tells; ProbeError if there is none, or nobody answers."""
    trust = ca_file or None
    try:
        offer = ask(host, port, deadline, protocol=protocol, name=name or None, ca_file=trust)
    except OSError as reason:
        raise ProbeError(f"{host}:{port}: {reason}") from reason
    if offer.version is None:
        raise ProbeError(f"{host}:{port}: {offer.reason}")
    yield Sample("certificate_verified", float(offer.verified))
    if offer.not_after:
        yield Sample("certificate_expiry_timestamp_seconds", offer.not_after.timestamp())
