"""SIP OPTIONS over UDP: is somebody there, and would it take a call (RFC 3261 §11)?"""

from __future__ import annotations

import re
import secrets
import socket
import time
from dataclasses import dataclass

T1_S = 0.5  # first interval of retransmission (RFC 3261 §17.1.2.1)
STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) ?(.*)")
COOKIE = "z9hG4bK"  # RFC 3261 §8.1.1.7


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer: 2xx it would take a call; 404, 410, 480 nobody is registered there (RFC 3261 §21)."""

    status: int
    reason: str
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def options(host: str, *, port: int = 5060, uri: str = "", timeout_s: float = 2.0) -> Answer:
    """Ask *host* for its options, or for those of *uri* (`sip:user@domain`) that it stands for.

    TimeoutError without a final answer within *timeout_s*; other OSErrors as the system tells them.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.connect((host, port))
        own_host, own_port = opened.getsockname()[:2]
        branch = COOKIE + secrets.token_hex(8)
        request = _request(uri or f"sip:{_bracketed(host)}:{port}", _bracketed(own_host), own_port, branch)
        started = time.perf_counter()
        status, reason = _asked(opened, request, branch, timeout_s)
        return Answer(status, reason, time.perf_counter() - started)


def _request(uri: str, own_host: str, own_port: int, branch: str) -> bytes:
    lines = (
        f"OPTIONS {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {own_host}:{own_port};branch={branch};rport",
        "Max-Forwards: 70",
        f"To: <{uri}>",
        f"From: <sip:monitor@{own_host}>;tag={secrets.token_hex(4)}",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:monitor@{own_host}:{own_port}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _asked(opened: socket.socket, request: bytes, branch: str, timeout_s: float) -> tuple[int, str]:
    """Send, and send again at doubling intervals, until a final answer is there."""
    end, wait = time.monotonic() + timeout_s, T1_S
    while (left := end - time.monotonic()) > 0:
        opened.send(request)
        found = _received(opened, branch, time.monotonic() + min(wait, left))
        if found:
            return found
        wait *= 2
    raise TimeoutError(f"no answer within {timeout_s:g} s")


def _received(opened: socket.socket, branch: str, until: float) -> tuple[int, str] | None:
    """Return the final answer to *branch* that comes before the instant *until*; None if none does."""
    while (left := until - time.monotonic()) > 0:
        opened.settimeout(left)
        try:
            text = opened.recv(65535).decode("utf-8", "replace")
        except TimeoutError:
            return None
        status = STATUS.match(text.partition("\r\n")[0])
        if status and branch in text and status[1][0] != "1":
            return int(status[1]), status[2]
    return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
