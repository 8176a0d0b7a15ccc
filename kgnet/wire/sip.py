"""SIP OPTIONS over UDP, TCP or TLS: is somebody there, and would it take a call (RFC 3261 §11)?"""

from __future__ import annotations

import re
import secrets
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from kgnet.wire.deadline import Deadline, Stream

T1_S = 0.5  # first interval of retransmission (RFC 3261 §17.1.2.1)
STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) ?(.*)")
LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,6})", re.IGNORECASE)  # RFC 3261 §20.14
COOKIE = "z9hG4bK"  # RFC 3261 §8.1.1.7
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}  # RFC 3261 §19.1.2
LARGEST_BYTES = 65535

Receive = Callable[[float], str]  # the instant until which to wait → one message, "" if none came


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer: 2xx it would take a call; 404, 410, 480 nobody is registered there (RFC 3261 §21)."""

    status: int
    reason: str
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def options(
    host: str,
    *,
    port: int = 0,
    uri: str = "",
    transport: str = "udp",
    name: str = "",
    ca_file: str = "",
    timeout_s: float = 2.0,
) -> Answer:
    """Ask *host* for its options, or for those of *uri* (`sip:user@domain`) that it stands for.

    *transport* is one of `PORTS`, which has the port of each (*port* 0).  For TLS *name* is what the
    certificate has to bear (default: *host*), *ca_file* holds the authorities (default: the system's).
    TimeoutError without a final answer within *timeout_s*; ssl.SSLError if the server is not to be
    trusted; other OSErrors as the system tells them.
    """
    port = port or PORTS[transport]
    deadline, started = Deadline(timeout_s), time.monotonic()
    branch = COOKIE + secrets.token_hex(8)

    def request(own: tuple[str, int]) -> bytes:
        to = uri or f"sip:{_bracketed(host)}:{port}"
        return _request(to, _bracketed(own[0]), own[1], branch, transport)

    if transport == "udp":
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as opened:
            opened.connect((host, port))
            asked = request(opened.getsockname()[:2])
            status, reason = _by_datagrams(opened, asked, branch, deadline)
    else:
        context = ssl.create_default_context(cafile=ca_file or None) if transport == "tls" else None
        with (
            deadline.connect(host, port) as plain,
            plain.secure(context, name or host) if context else plain as stream,
        ):
            status, reason = _by_stream(stream, request(stream.own), branch)
    return Answer(status, reason, time.monotonic() - started)


def _request(uri: str, own_host: str, own_port: int, branch: str, transport: str) -> bytes:
    lines = (
        f"OPTIONS {uri} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {own_host}:{own_port};branch={branch};rport",
        "Max-Forwards: 70",
        f"To: <{uri}>",
        f"From: <sip:monitor@{own_host}>;tag={secrets.token_hex(4)}",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:monitor@{own_host}:{own_port};transport={transport}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _by_datagrams(opened: socket.socket, request: bytes, branch: str, deadline: Deadline) -> tuple[int, str]:
    """Send, and send again at doubling intervals, until a final answer is there (RFC 3261 §17.1.2)."""

    def receive(until: float) -> str:
        opened.settimeout(max(until - time.monotonic(), 0.001))
        return opened.recv(LARGEST_BYTES).decode("utf-8", "replace")

    wait = T1_S
    while True:
        until = time.monotonic() + min(wait, deadline.left())
        opened.send(request)
        if found := _final(receive, branch, until):
            return found
        wait *= 2


def _by_stream(opened: Stream, request: bytes, branch: str) -> tuple[int, str]:
    """Send once: the transport carries it (RFC 3261 §17.1.2.2); messages end where their length says."""
    held = bytearray()

    def receive(_: float) -> str:
        while (message := _cut(held)) is None:
            more = opened.recv(LARGEST_BYTES)
            held.extend(more)
            if not more or len(held) > LARGEST_BYTES:
                raise ConnectionError("the connection ended, or the message did not")
        return message

    opened.sendall(request)
    if found := _final(receive, branch, time.monotonic() + opened.deadline.left()):
        return found
    raise TimeoutError(f"no answer within {opened.deadline.seconds:.3g} s")


def _cut(held: bytearray) -> str | None:
    """Take one whole message off the front of *held*; None if none is whole yet."""
    head = held.find(b"\r\n\r\n")
    if head < 0:
        return None
    length = LENGTH.search(held, 0, head)
    end = head + 4 + (int(length[1]) if length else 0)
    if len(held) < end:
        return None
    message = held[:end].decode("utf-8", "replace")
    del held[:end]
    return message


def _final(receive: Receive, branch: str, until: float) -> tuple[int, str] | None:
    """Return the final answer to *branch* that comes before the instant *until*; None if none does."""
    while time.monotonic() < until:
        try:
            text = receive(until)
        except TimeoutError:
            return None
        status = STATUS.match(text.partition("\r\n")[0])
        if status and branch in text and status[1][0] != "1":
            return int(status[1]), status[2]
    return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
