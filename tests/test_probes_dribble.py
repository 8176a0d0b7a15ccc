"""Targets that send a byte at a time: the deadline is the whole target's, and what came before it counts."""

from __future__ import annotations

import itertools
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import dns.flags
import dns.message
import pytest

from kgnet.measure import measure
from kgnet.plugins import found, one
from kgnet.ports import Probe
from kgnet.wire import pki

HOME = "127.0.0.1"
DEADLINE_S = 0.4
LATE_S = DEADLINE_S + 0.5  # a thread has to be woken on a busy machine
PAUSE_S = 0.02  # between two bytes: each read alone is well within any limit
RECORD = b"\x16\x03\x03\x40\x00"  # of a handshake, 16384 octets long (RFC 8446 §5.1)
ENDLESS = {  # probe → how its protocol begins what never ends
    "h323": b"\x03\x00\xff\xff\x08",
    "http": b"HTTP/1.1 200 OK\r\nX: ",
    "https": RECORD,
    "imaps": RECORD,
    "relay": b"220-",
    "sip": b"SIP/2.0 100 Trying\r\n",
    "smtp": b"220-",
    "tls": RECORD,
    "dns": b"\xff\xff",
}
WITHOUT_A_STREAM = {"classes", "gatekeeper", "icmp", "ntp", "stamp", "tcp", "voice"}


@contextmanager
def dribbling(said: bytes, *, papers: Path | None = None) -> Iterator[int]:
    """A server that says *said* and then 'a' for ever, a byte at a time; after a handshake with *papers*."""
    over = Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if papers else None
    if context and papers:
        context.load_cert_chain(papers)

    def talk(peer: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(peer, server_side=True) if context else peer as opened:
            for byte in itertools.chain(said, itertools.repeat(ord("a"))):
                if over.wait(PAUSE_S):
                    return
                opened.sendall(bytes((byte,)))

    with socket.create_server((HOME, 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

        Thread(target=serve, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)


def told(probe: str, **options: object) -> tuple[dict[str, float], float]:
    """Return what *probe* tells by name, and how long it took, in seconds."""
    started = monotonic()
    written = {name: str(value) for name, value in {"timeout_s": DEADLINE_S, **options}.items()}
    samples = measure(one(Probe, probe), HOME, written)
    return {each.name: each.value for each in samples}, monotonic() - started


def test_every_probe_over_a_stream_is_tried_here() -> None:
    assert set(found(Probe)) == {*ENDLESS, *WITHOUT_A_STREAM}


@pytest.mark.parametrize(
    ("probe", "options"),
    [
        *((name, {}) for name in sorted(set(ENDLESS) - {"sip", "dns"})),
        ("sip", {"transport": "tcp"}),
        ("sip", {"transport": "tls"}),
    ],
    ids=lambda given: given if isinstance(given, str) else given.get("transport", ""),
)
def test_a_byte_at_a_time_costs_no_more_than_the_deadline(probe: str, options: dict[str, str]) -> None:
    """Sixteen thousand bytes at fifty a second would be five minutes, with a limit for each read."""
    said = RECORD if options.get("transport") == "tls" else ENDLESS[probe]
    with dribbling(said) as port:
        measured, took_s = told(probe, port=port, **options)
    assert measured["probe_success"] == 0
    assert DEADLINE_S * 0.9 < took_s < LATE_S, "it has to have been tried until then"
    if probe == "h323":
        assert measured["h323_connect_seconds"] < DEADLINE_S, "that came before"


def test_a_cut_off_answer_whose_rest_dribbles_is_held_to_the_same_deadline() -> None:
    """DNS begins anew over TCP, but not with a new deadline."""
    with dribbling(ENDLESS["dns"]) as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOME, port))

        def cut_off() -> None:
            data, peer = server.recvfrom(4096)
            reply = dns.message.make_response(dns.message.from_wire(data))
            reply.flags |= dns.flags.TC
            server.sendto(reply.to_wire(), peer)

        Thread(target=cut_off, daemon=True).start()
        measured, took_s = told("dns", port=port, name="kg.example.")
    assert measured["probe_success"] == 0
    assert DEADLINE_S * 0.9 < took_s < LATE_S


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    ca_key, ca = pki.authority("an authority")
    key, certificate = pki.leaf("www.kg.example", ca_key, ca)
    (tmp_path / "ca.crt").write_text(ca)
    (tmp_path / "server.pem").write_text(key + certificate)
    return tmp_path / "server.pem"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nX: "], ids=["status", "headers"])
def test_a_certificate_that_was_seen_stays_seen_when_the_page_does_not_come(
    said: bytes, papers: Path
) -> None:
    """Partial results are results: the certificate is good, the application behind it is not."""
    options = {"name": "www.kg.example", "ca_file": papers.with_name("ca.crt")}
    with dribbling(said, papers=papers) as port:
        measured, took_s = told("https", port=port, **options)
    assert took_s < LATE_S
    assert measured["certificate_verified"] == 1
    assert measured["certificate_expiry_timestamp_seconds"] > 0
    assert (measured["probe_success"], measured.get("http_answer_seconds")) == (0, None)


def test_an_ntp_answer_that_came_before_the_deadline_counts() -> None:
    """Three questions share one deadline; one answer is enough to tell the time by."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOME, 0))

        def once() -> None:
            data, peer = server.recvfrom(512)
            head = struct.pack("!BBbb", 4 << 3 | 4, 2, 0, -20) + bytes(8) + b"GPS\0" + b"\xea" * 8
            server.sendto(head + data[40:48] + b"\xea" * 16, peer)

        Thread(target=once, daemon=True).start()
        measured, took_s = told("ntp", port=server.getsockname()[1])
    assert DEADLINE_S * 0.9 < took_s < LATE_S
    assert (measured["probe_success"], measured["ntp_stratum"]) == (1, 2)
