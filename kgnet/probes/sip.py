"""SIP: would this user agent or registrar take a call (OPTIONS, RFC 3261 §11)?  If not, which no is it?"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.sip import PORTS, Answer, options

CAUSES = (  # each its own remedy: call the office, renew a certificate, look at the server …
    *("accepts", "redirected", "unauthorised", "absent", "busy", "refused", "failing"),
    *("silent", "unreachable", "untrusted"),
)
BY_STATUS = {
    **dict.fromkeys((401, 403, 407), "unauthorised"),
    **dict.fromkeys((404, 410, 480, 604), "absent"),
    **dict.fromkeys((486, 600), "busy"),
}
BY_CLASS = {2: "accepts", 3: "redirected", 4: "refused", 5: "failing", 6: "refused"}  # RFC 3261 §21


@probe
def sip(
    host: str,
    *,
    port: int = 0,
    uri: str = "",
    transport: str = "udp",
    name: str = "",
    ca_file: str = "",
    timeout_s: float = 1.5,
) -> Iterator[Sample]:
    """Ask *host* for its options, or for those of *uri* (`sip:room@domain`) if it is the registrar of it.

    *transport* is udp, tcp or tls.  A registrar that knows nobody by that name at the moment answers 404, 410
    or 480 (RFC 3261 §21.4).
    """
    if transport not in PORTS:
        raise ProbeError(f"{host}: {transport!r} is no transport — known: {', '.join(PORTS)}")
    try:
        answer = options(
            host, port=port, uri=uri, transport=transport, name=name, ca_file=ca_file, timeout_s=timeout_s
        )
    except OSError as reason:
        yield from _causes(_trouble(reason))
        raise ProbeError(f"{uri or host}: {reason}") from reason
    yield Sample("sip_answer_seconds", answer.seconds)
    yield Sample("sip_status", answer.status)
    yield from _causes(_cause(answer))
    if not answer.ok:
        raise ProbeError(f"{uri or host}: {answer.status} {answer.reason}")


def _cause(answer: Answer) -> str:
    return BY_STATUS.get(answer.status) or BY_CLASS[answer.status // 100]


def _trouble(reason: OSError) -> str:
    if isinstance(reason, ssl.SSLError):
        return "untrusted"
    return "silent" if isinstance(reason, TimeoutError) else "unreachable"


def _causes(cause: str) -> Iterator[Sample]:
    """Yield 1 for *cause* and 0 for every other, so that none is left over from another scrape."""
    return (Sample("sip_cause", float(each == cause), {"cause": each}) for each in CAUSES)
