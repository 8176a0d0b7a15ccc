"""H.323 gatekeeper: is one there, and would it take us (H.225.0 RAS, GatekeeperRequest)?"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire import h323


@probe
def gatekeeper(
    host: str, *, port: int = 1719, must_accept: bool = False, timeout_s: float = 1.5
) -> Iterator[Sample]:
    """Ask the IPv4 address *host* as a terminal without a name; a refusal fails only if it *must_accept*."""
    try:
        told = h323.gatekeeper(host, port=port, timeout_s=timeout_s)
    except OSError as reason:
        raise ProbeError(f"{host}: {reason}") from reason
    yield Sample("gatekeeper_answer_seconds", told.seconds)
    yield Sample("gatekeeper_accepts", float(told.accepts))
    if must_accept and not told.accepts:
        raise ProbeError(f"{host}: the gatekeeper does not take us: {told.reason}")
