"""DNS: does a server answer for a name, with authority, and with what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.dns import Answer, ask


@probe
def dns(
    server: str,
    *,
    name: str = ".",
    kind: str = "SOA",
    want: str = "",
    port: int = 53,
    timeout_s: float = 1.5,
) -> Iterator[Sample]:
    """Ask *server* for *name*; *want* is one of the data expected, in presentation format."""
    try:
        answer = ask(server, name, kind, port=port, timeout_s=timeout_s)
    except OSError as reason:
        raise ProbeError(f"{server}: {name} {kind}: {reason}") from reason
    yield Sample("dns_answer_seconds", answer.seconds)
    if trouble := _trouble(answer, want):
        raise ProbeError(f"{server}: {name} {kind}: {trouble}")


def _trouble(answer: Answer, want: str) -> str:
    if answer.code != "NOERROR":
        return f"answered {answer.code}"
    if not answer.authoritative:
        return "answered without authority"
    if want and want not in answer.data:
        return f"{want} was meant, {' and '.join(answer.data) or 'nothing'} is published"
    return "" if answer.data else "answered with no data"
