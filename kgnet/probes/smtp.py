"""SMTP: does the server greet, offer STARTTLS (RFC 3207), and keep that promise."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._tls import looked_at
from kgnet.wire.deadline import Deadline


@probe
def smtp(
    host: str, *, port: int = 25, name: str = "", ca_file: str = "", timeout_s: float = 2.0
) -> Iterator[Sample]:
    """Say EHLO and STARTTLS; a server without STARTTLS fails the probe."""
    yield from looked_at(host, port, "smtp", name=name, ca_file=ca_file, deadline=Deadline(timeout_s))
