"""TLS as a client finds it: asked from here, and asked on the server itself."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from kgnet import audit as verb
from kgnet import plugins
from kgnet.audit import pack as packs
from kgnet.audit.observe import observe
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.offers import TlsOffers
from kgnet.model.outcome import Status
from kgnet.model.province import Role
from kgnet.ports import Output, Rule
from kgnet.wire import openssl, pki, tls
from kgnet.wire.deadline import Deadline

NAME = "mail1.kg.example"
MAIL = Device("mail1", "DC", Role.MAIL, "linux", 13, IPv4Address("127.0.0.1"), domain="kg.example")
NOTHING = Snapshot("mail1", Config("mail1", {}))


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority (ca.crt) and a server's key and certificate (server.pem)."""
    folder = tmp_path_factory.mktemp("tls")
    ca_key, ca = pki.authority("an authority")
    key, certificate = pki.leaf(NAME, ca_key, ca)
    (folder / "ca.crt").write_text(ca)
    (folder / "server.pem").write_text(key + certificate)
    return folder


@contextmanager
def serving(certified: Path, said: Sequence[tuple[str, str]], *, wraps: bool = True) -> Iterator[int]:
    """Serve on the loopback: what is *said* in clear (expected command, answer), then TLS; yield the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    _talk(connection, said, context if wraps else None)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _talk(connection: socket.socket, said: Sequence[tuple[str, str]], context: ssl.SSLContext | None) -> None:
    try:
        for expected, answer in said:
            heard = connection.recv(1000).decode() if expected else ""
            assert heard.upper().startswith(expected), heard
            connection.sendall(answer.encode())
        if context:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)
    except (OSError, AssertionError):
        return  # the client tells what it made of it


SMTP = [
    ("", "220-mail1 is\r\n220 here\r\n"),
    ("EHLO", "250-mail1\r\n250-STARTTLS\r\n250 8BITMIME\r\n"),
    ("STARTTLS", "220 go ahead\r\n"),
]
IMAP = [
    ("", "* OK here\r\n"),
    ("K1 CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nk1 OK done\r\n"),
    ("K2 STARTTLS", "k2 OK go\r\n"),
]


@pytest.mark.parametrize(("protocol", "said"), [("", []), ("smtp", SMTP), ("imap", IMAP)])
def test_a_good_offer(protocol: str, said: list[tuple[str, str]], certified: Path) -> None:
    """At once, or after STARTTLS: version, verdict, end."""
    with serving(certified, said) as port:
        offer = tls.ask(
            "127.0.0.1", port, Deadline(5), protocol=protocol, name=NAME, ca_file=str(certified / "ca.crt")
        )
    assert (offer.version, offer.verified, offer.plain_login) == ("TLSv1.3", True, False)
    assert offer.not_after
    assert 300 < (offer.not_after - datetime.now(UTC)).days <= pki.LEAF_DAYS


def test_a_certificate_that_does_not_verify_is_looked_at(certified: Path) -> None:
    """The reason and the dates are told, not just a refusal."""
    with serving(certified, []) as port:
        offer = tls.ask(
            "127.0.0.1", port, Deadline(5), name="other.kg.example", ca_file=str(certified / "ca.crt")
        )
    assert (offer.version, offer.verified) == ("TLSv1.3", False)
    assert "other.kg.example" in offer.reason
    assert offer.not_after


def test_a_login_in_clear_is_seen(certified: Path) -> None:
    """AUTH before STARTTLS, and no STARTTLS at all."""
    said = [SMTP[0], ("EHLO", "250-mail1\r\n250 AUTH PLAIN LOGIN\r\n")]
    with serving(certified, said, wraps=False) as port:
        offer = tls.ask("127.0.0.1", port, Deadline(5), protocol="smtp", name=NAME)
    assert (offer.version, offer.plain_login, offer.reason) == (None, True, "no TLS on offer")


@pytest.mark.parametrize(
    ("protocol", "greeting"), [("smtp", "554 go away\r\n"), ("imap", "* BYE\r\n"), ("smtp", "")]
)
def test_who_does_not_speak_the_protocol(protocol: str, greeting: str, certified: Path) -> None:
    """It is an error of the connection, within the time given."""
    with serving(certified, [("", greeting)], wraps=False) as port, pytest.raises(OSError):
        tls.ask("127.0.0.1", port, Deadline(5), protocol=protocol)


class Here:
    """A session with this very machine, whose server listens on a port of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        moved = [f"127.0.0.1:{self.port}" if word.endswith(":993") else word for word in argv]
        done = subprocess.run(
            moved, input=stdin, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        return Output(done.returncode, done.stdout, done.stderr)


def test_openssl_tells_the_same(certified: Path) -> None:
    """Asked on the server itself, with the authority handed in; a shut port is not among the offers."""
    now = datetime.now(UTC)
    with serving(certified, []) as port:
        have = observe(
            MAIL,
            NOTHING,
            Here(port),
            now=lambda: now,
            authorities=(certified / "ca.crt").read_text(),
        )
        expected = tls.ask("127.0.0.1", port, Deadline(5), name=NAME, ca_file=str(certified / "ca.crt"))
    (offer,) = have.get(TlsOffers).offers
    assert (offer.port, offer.protocol, offer.name) == (993, "imaps", NAME)
    assert (offer.version, offer.verified, offer.not_after) == (expected.version, True, expected.not_after)
    assert have.get(TlsOffers).asked == now


@pytest.mark.parametrize(("ciphers", "agreed"), [("ALL:@SECLEVEL=0", True), ("DEFAULT", False)])
def test_what_is_retired_is_asked_for(certified: Path, ciphers: str, agreed: bool) -> None:
    """By real handshakes, with a server that knows the old, and with one that refuses it."""
    pem = str(certified / "server.pem")
    port = free_port()
    serve = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", pem, "-key", pem, "-quiet"]
    with subprocess.Popen([*serve, "-cipher", ciphers], stderr=subprocess.DEVNULL) as server:
        try:
            until = datetime.now(UTC) + timedelta(seconds=10)
            have = observe(MAIL, NOTHING, Here(port), now=lambda: datetime.now(UTC))
            while not have.get(TlsOffers).offers and datetime.now(UTC) < until:
                have = observe(MAIL, NOTHING, Here(port), now=lambda: datetime.now(UTC))
        finally:
            server.kill()
    (offer,) = have.get(TlsOffers).offers
    told = dict(offer.retired)
    assert set(told) == {"TLS 1.0", "TLS 1.1", "weak ciphers"}
    assert None not in told.values()
    assert bool(told["TLS 1.1"]) is agreed
    assert offer.key.startswith(("EC ", "RSA "))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_openssl_says_why_it_does_not_verify(certified: Path) -> None:
    """Without our authority nobody vouches for it."""
    with serving(certified, []) as port:
        argv = openssl.argv("127.0.0.1", port, name=NAME, authorities=False)
        offer = openssl.read(Here(port).run(argv).out)
    assert offer
    assert (offer.version, offer.verified) == ("TLSv1.3", False)
    assert "certificate" in offer.reason


def test_a_server_without_openssl_cannot_be_judged() -> None:
    """The fact is missing with its reason, so that the rule ends in an error."""

    class Bare:
        def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
            return Output(127, "", "openssl: not found")

    have = observe(MAIL, NOTHING, Bare(), now=lambda: datetime.now(UTC))
    (found,) = verb.audit(MAIL, have, plugins.found(Rule), packs.asking("KG-LIV-06"))
    assert found.status is Status.ERROR
    assert "`openssl` is not installed there" in str(found.evidence[0])


def test_a_device_without_doors_is_left_as_it_is() -> None:
    """A router offers no TLS, and is not asked."""
    router = replace(MAIL, role=Role.BRANCH)
    assert observe(router, NOTHING, Here(0), now=lambda: datetime.now(UTC)) is NOTHING
