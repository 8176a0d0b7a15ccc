"""TCP: does a port answer, and how soon."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.deadline import Deadline


@probe
def tcp(host: str, *, port: int = 443, timeout_s: float = 2.0) -> Iterator[Sample]:
    """Open a connection and close it."""
    started = perf_counter()
    try:
        Deadline(timeout_s).connect(host, port).close()
    except OSError as reason:
        raise ProbeError(f"{host}:{port}: {reason}") from reason
    yield Sample("tcp_connect_seconds", perf_counter() - started)
