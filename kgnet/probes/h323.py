"""H.323 endpoint: does its call signalling answer (H.225.0 and Q.931)?  Nobody's room rings."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.h323 import signalling


@probe
def h323(host: str, *, port: int = 1720, timeout_s: float = 2.0) -> Iterator[Sample]:
    """Ask *host* for the state of a call that is none; an open port without Q.931 behind it fails."""
    try:
        connect_s, speaks = signalling(host, port=port, timeout_s=timeout_s)
    except OSError as reason:
        raise ProbeError(f"{host}:{port}: {reason}") from reason
    yield Sample("h323_connect_seconds", connect_s)
    if not speaks:
        raise ProbeError(f"{host}:{port}: is open, but nothing there speaks Q.931")
