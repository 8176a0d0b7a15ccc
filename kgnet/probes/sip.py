"""SIP: would this user agent or registrar take a call (OPTIONS, RFC 3261 §11)?"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.sip import options


@probe
def sip(host: str, *, port: int = 5060, uri: str = "", timeout_s: float = 1.5) -> Iterator[Sample]:
    """Ask *host* for its options, or for those of *uri* (`sip:room@domain`) if it is the registrar of it.

    A registrar that knows nobody by that name at the moment answers 404, 410 or 480 (RFC 3261 §21.4).
    """
    try:
        answer = options(host, port=port, uri=uri, timeout_s=timeout_s)
    except OSError as reason:
        raise ProbeError(f"{uri or host}: {reason}") from reason
    yield Sample("sip_answer_seconds", answer.seconds)
    if not answer.ok:
        raise ProbeError(f"{uri or host}: {answer.status} {answer.reason}")
