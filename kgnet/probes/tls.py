"""TLS at once: does the handshake succeed, is the certificate good, until when."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._tls import looked_at
from kgnet.wire.deadline import Deadline


@probe
def tls(
    host: str, *, port: int = 443, name: str = "", ca_file: str = "", timeout_s: float = 2.0
) -> Iterator[Sample]:
    """Shake hands as for *name*; *ca_file* holds the authorities to trust (default: the system's)."""
    yield from looked_at(host, port, "", name=name, ca_file=ca_file, deadline=Deadline(timeout_s))
