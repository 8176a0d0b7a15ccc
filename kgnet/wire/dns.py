"""One DNS question to one server (RFC 1035), over UDP and, if the answer was cut off, over TCP."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from kgnet.wire.deadline import Deadline
from kgnet.wire.dnssec import Anchor, Fault, Walk

VALIDATED = ("NOERROR", "NXDOMAIN")  # what a zone can vouch for: what is there, and what is not


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: *code* NOERROR, NXDOMAIN …; *data* in presentation format, sorted."""

    code: str
    authoritative: bool
    data: tuple[str, ...]
    seconds: float
    authenticated: bool = False  # the AD bit: whoever was asked says that it validated (RFC 4035 §3.2.3)
    fault: Fault | None = None
    ends: float | None = None  # Unix time at which the first of the signatures ends


def ask(
    server: str,
    name: str,
    kind: str = "A",
    *,
    port: int = 53,
    recursive: bool = False,
    anchor: Anchor | None = None,
    timeout_s: float = 2.0,
) -> Answer:
    """Ask *server* for *name*; OSError if it does not answer, or not in DNS.

    With an *anchor* it is asked for signatures, too (DO, RFC 3225), and for the keys from there down: *fault*
    is what is wrong with them.
    """
    deadline, started = Deadline(timeout_s), time.perf_counter()

    def exchange(name: dns.name.Name | str, kind: str) -> dns.message.Message:
        query = dns.message.make_query(name, kind, want_dnssec=anchor is not None)
        if not recursive:
            query.flags &= ~dns.flags.RD
        return _exchanged(query, server, port, deadline)

    message = exchange(name, kind)
    answer = _read(message, kind, time.perf_counter() - started)
    if anchor is None or answer.code not in VALIDATED:
        return answer
    walk = Walk(anchor, exchange, time.time())
    fault = walk.judge(message)
    return replace(answer, fault=fault, ends=min(walk.ends, default=None))


def _exchanged(query: dns.message.Message, server: str, port: int, deadline: Deadline) -> dns.message.Message:
    """Ask by UDP and, if the answer was cut off, by TCP: both within what is left."""
    try:
        answer = dns.query.udp(query, server, timeout=deadline.left(), port=port)
        if not answer.flags & dns.flags.TC:
            return answer
        return dns.query.tcp(query, server, timeout=deadline.left(), port=port)
    except dns.exception.Timeout:
        raise TimeoutError(f"no answer within {deadline.seconds:.3g} s") from None
    except dns.exception.DNSException as reason:
        raise ConnectionError(f"answered something that is not DNS: {reason}") from reason


def _read(answer: dns.message.Message, kind: str, seconds: float) -> Answer:
    wanted = dns.rdatatype.from_text(kind)
    data = (record.to_text() for found in answer.answer if found.rdtype == wanted for record in found)
    authoritative = bool(answer.flags & dns.flags.AA)
    return Answer(
        dns.rcode.to_text(answer.rcode()),
        authoritative,
        tuple(sorted(data)),
        seconds,
        bool(answer.flags & dns.flags.AD),
    )
