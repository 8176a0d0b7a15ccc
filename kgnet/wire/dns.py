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
    started = time.perf_counter()
    try:
        answer, _ = dns.query.udp_with_fallback(query, server, timeout=timeout_s, port=port)
    except dns.exception.Timeout:
        raise TimeoutError(f"no answer within {timeout_s:g} s") from None
    except dns.exception.DNSException as reason:
        raise ConnectionError(f"answered something that is not DNS: {reason}") from reason
    return _read(answer, kind, time.perf_counter() - started)


def _read(answer: dns.message.Message, kind: str, seconds: float) -> Answer:
    wanted = dns.rdatatype.from_text(kind)
    data = (record.to_text() for found in answer.answer if found.rdtype == wanted for record in found)
    authoritative = bool(answer.flags & dns.flags.AA)
    return Answer(dns.rcode.to_text(answer.rcode()), authoritative, tuple(sorted(data)), seconds)
