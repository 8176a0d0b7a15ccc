"""IMAP over TLS (RFC 8314): is the mailbox server there, does it greet, is its certificate good."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._tls import looked_at
from kgnet.wire.deadline import Deadline


@probe
def imaps(
    host: str, *, port: int = 993, name: str = "", ca_file: str = "", timeout_s: float = 2.0
) -> Iterator[Sample]:
    """Shake hands on the port for implicit TLS."""
    yield from looked_at(host, port, "", name=name, ca_file=ca_file, deadline=Deadline(timeout_s))
