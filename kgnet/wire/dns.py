"""One DNS question to one server (RFC 1035), over UDP and, if the answer was cut off, over TCP."""

from __future__ import annotations

import time
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from kgnet.wire.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: *code* NOERROR, NXDOMAIN …; *data* in presentation format, sorted."""

    code: str
    authoritative: bool
    data: tuple[str, ...]
    seconds: float


def ask(server: str, name: str, kind: str = "A", *, port: int = 53, timeout_s: float = 2.0) -> Answer:
    """Ask *server* for *name*, without recursion; OSError if it does not answer, or not in DNS."""
    query = dns.message.make_query(name, kind)
    query.flags &= ~dns.flags.RD
    deadline, started = Deadline(timeout_s), time.perf_counter()
    try:
        answer = exchanged(query, server, port, deadline)
    except dns.exception.Timeout:
        raise TimeoutError(f"no answer within {timeout_s:g} s") from None
    except dns.exception.DNSException as reason:
        raise ConnectionError(f"answered something that is not DNS: {reason}") from reason
    return _read(answer, kind, time.perf_counter() - started)


def exchanged(query: dns.message.Message, server: str, port: int, deadline: Deadline) -> dns.message.Message:
    """Ask by UDP and, if the answer was cut off, by TCP: both within what is left."""
    answer = dns.query.udp(query, server, timeout=deadline.left(), port=port)
    if not answer.flags & dns.flags.TC:
        return answer
    return dns.query.tcp(query, server, timeout=deadline.left(), port=port)


def _read(answer: dns.message.Message, kind: str, seconds: float) -> Answer:
    wanted = dns.rdatatype.from_text(kind)
    data = (record.to_text() for found in answer.answer if found.rdtype == wanted for record in found)
    authoritative = bool(answer.flags & dns.flags.AA)
    return Answer(dns.rcode.to_text(answer.rcode()), authoritative, tuple(sorted(data)), seconds)
