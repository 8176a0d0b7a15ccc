"""The SIP probe over every transport, and what kind of no an answer is."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from kgnet.measure import measure
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.probes.sip import CAUSES
from kgnet.wire import pki

HOME = "127.0.0.1"
Answer = Callable[[bytes], list[bytes]]  # request → what is sent, piece by piece


def told(**options: object) -> tuple[float, str, dict[str, float]]:
    """Return success, the cause that holds, and the rest by name."""
    found = measure(one(Probe, "sip"), HOME, {name: str(value) for name, value in options.items()})
    causes = {sample.labels["cause"]: sample.value for sample in found if sample.name == "sip_cause"}
    assert sorted(causes) == sorted(CAUSES) and sum(causes.values()) == 1
    rest = {sample.name: sample.value for sample in found if not sample.labels}
    return rest["probe_success"], next(cause for cause, holds in causes.items() if holds), rest


def reply(request: bytes, status: str, body: bytes = b"") -> bytes:
    copied = [
        line
        for line in request.decode().split("\r\n")
        if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
    ]
    head = "\r\n".join([f"SIP/2.0 {status}", *copied, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


@contextmanager
def stream(answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A SIP server over TCP, or over TLS with a *context*."""
    with socket.create_server((HOME, 0)) as server:

        def serve() -> None:
            try:
                peer, _ = server.accept()
                with context.wrap_socket(peer, server_side=True) if context else peer as opened:
                    for piece in answer(opened.recv(65535)):
                        opened.sendall(piece)
                        time.sleep(0.02)
                    opened.recv(1)  # until the client has gone
            except OSError:  # a client that does not trust us, or the end of the test
                return

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@contextmanager
def datagrams(status: str) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOME, 0))

        def serve() -> None:
            data, peer = server.recvfrom(65535)
            server.sendto(reply(data, status), peer)

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("200 OK", "accepts"),
        ("302 Moved Temporarily", "redirected"),
        ("407 Proxy Authentication Required", "unauthorised"),
        ("404 Not Found", "absent"),
        ("480 Temporarily Unavailable", "absent"),
        ("486 Busy Here", "busy"),
        ("405 Method Not Allowed", "refused"),
        ("503 Service Unavailable", "failing"),
        ("603 Decline", "refused"),
        ("604 Does Not Exist Anywhere", "absent"),
    ],
)
def test_every_answer_has_its_cause(status: str, cause: str) -> None:
    with datagrams(status) as port:
        success, found, rest = told(port=port)
    assert (success, found) == (float(cause == "accepts"), cause)
    assert rest["sip_status"] == int(status[:3])


def test_silence_and_a_closed_port_are_two_causes() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HOME, 0))
        assert told(port=silent.getsockname()[1], timeout_s=0.2)[:2] == (0, "silent")
    with socket.create_server((HOME, 0)) as gone:
        port = gone.getsockname()[1]
    assert told(port=port, transport="tcp")[:2] == (0, "unreachable")


def test_a_stream_is_cut_where_the_lengths_say() -> None:
    """Provisional and final answer may come in one piece, and one answer in many (RFC 3261 §18.3)."""

    def together(request: bytes) -> list[bytes]:
        return [reply(request, "100 Trying", b"x" * 30) + reply(request, "200 OK", b"v=0\r\n")]

    def torn(request: bytes) -> list[bytes]:
        whole = reply(request, "200 OK", b"v=0\r\n")
        return [whole[start : start + 40] for start in range(0, len(whole), 40)]

    for answer in (together, torn):
        with stream(answer) as port:
            success, cause, rest = told(port=port, transport="tcp")
        assert (success, cause, rest["sip_status"]) == (1, "accepts", 200)


def test_a_stream_that_ends_or_never_does_is_no_answer() -> None:
    with stream(lambda request: [reply(request, "200 OK")[:60]]) as port:
        assert told(port=port, transport="tcp", timeout_s=0.4)[1] == "silent"
    with stream(lambda request: [b"x" * 70000]) as port:
        assert told(port=port, transport="tcp", timeout_s=0.6)[1] == "unreachable"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.crt, and key and certificate of `sip.kg.example`."""
    folder = tmp_path_factory.mktemp("papers")
    ca_key, ca = pki.authority("test authority")
    key, certificate = pki.leaf("sip.kg.example", ca_key, ca)
    for name, text in (("ca.crt", ca), ("sip.key", key), ("sip.crt", certificate)):
        (folder / name).write_text(text)
    return folder


def test_over_tls_a_server_has_to_be_who_it_says(papers: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(papers / "sip.crt", papers / "sip.key")

    def ok(request: bytes) -> list[bytes]:
        assert b"Via: SIP/2.0/TLS " in request
        return [reply(request, "200 OK")]

    asked = {"transport": "tls", "ca_file": papers / "ca.crt"}
    with stream(ok, context) as port:
        assert told(port=port, name="sip.kg.example", **asked)[:2] == (1, "accepts")
    with stream(ok, context) as port:
        assert told(port=port, name="other.kg.example", **asked)[:2] == (0, "untrusted")
    with stream(ok, context) as port:
        assert told(port=port, name="sip.kg.example", transport="tls")[:2] == (0, "untrusted")
