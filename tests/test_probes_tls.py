"""What the TLS probe tells of real servers: `openssl s_server` in states of neglect, and an old one."""

from __future__ import annotations

import socket
import socketserver
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from tlslite.api import X509, HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
from tlslite.errors import TLSError

from kgnet.measure import measure
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.probes._tls import LONGEST_CHAIN
from kgnet.wire import tls_hello, tls_offers
from kgnet.wire.deadline import Deadline
from kgnet.wire.tls import CAUSES
from kgnet.wire.tls_suites import WEAK

HOME, NAME = "127.0.0.1", "www.kg.example"
DAY_S = 86400
ANY = ("-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
EXTENSIONS = """[ca]
basicConstraints=critical,CA:TRUE
[leaf]
subjectAltName=DNS:www.kg.example
"""


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


def certified(folder: Path, name: str, days: int, by: str = "", *, common_name: str = "") -> None:
    """Make key and certificate *name* for *days*, signed by the authority *by*, or by itself."""
    key, asked, done = (folder / f"{name}.{suffix}" for suffix in ("key", "csr", "crt"))
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", asked, "-subj",
            f"/CN={common_name or name}")  # fmt: skip
    (folder / "extensions").write_text(EXTENSIONS)
    signer = ("-CA", folder / f"{by}.crt", "-CAkey", folder / f"{by}.key") if by else ("-signkey", key)
    part = "leaf" if name.startswith("leaf") else "ca"
    openssl("x509", "-req", "-in", asked, "-out", done, "-days", str(days), *signer, "-set_serial",
            str(time.time_ns()), "-extfile", folder / "extensions", "-extensions", part)  # fmt: skip


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, an office below it that ends soon, a server below that; an expired server and a stray one."""
    folder = tmp_path_factory.mktemp("chain")
    certified(folder, "root", 3650)
    certified(folder, "office", 10, by="root")
    certified(folder, "leaf", 90, by="office", common_name=NAME)
    certified(folder, "leaf-stray", 90, common_name=NAME)
    certified(folder, "leaf-late", -1, by="root", common_name=NAME)
    return folder


@contextmanager
def serving(papers: Path, *options: str, leaf: str = "leaf", chain: str = "office") -> Iterator[int]:
    """Run a server with *options* and the certificate *leaf*; yields its port once it listens."""
    with socket.create_server((HOME, 0)) as listening:
        port = listening.getsockname()[1]
    paper = ["-cert", f"{papers / leaf}.crt", "-key", f"{papers / leaf}.key"]
    paper += ["-cert_chain", f"{papers / chain}.crt"] if chain else []
    command = ["openssl", "s_server", "-accept", f"{HOME}:{port}", *paper, "-quiet", "-no_dhe", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 10
            while not listens(port):
                assert server.poll() is None and time.monotonic() < until, "the server did not come up"
                time.sleep(0.05)
            yield port
        finally:
            server.kill()


def listens(port: int) -> bool:
    hexadecimal = f":{port:04X} 00000000:0000 0A"  # a socket in LISTEN: to connect would take its turn
    return hexadecimal in Path("/proc/net/tcp").read_text()


def told(port: int, papers: Path, **options: object) -> tuple[Sample, ...]:
    given = {"name": NAME, "ca_file": papers / "root.crt", "timeout_s": 10, **options}
    return measure(one(Probe, "tls"), HOME, {"port": str(port), **{k: str(v) for k, v in given.items()}})


def values(samples: tuple[Sample, ...], name: str, label: str) -> Mapping[str, float]:
    return {each.labels[label]: each.value for each in samples if each.name == name}


def value(samples: tuple[Sample, ...], name: str) -> float | None:
    return next((each.value for each in samples if each.name == name and not each.labels), None)


def test_each_certificate_of_the_chain_is_told_with_its_end(papers: Path) -> None:
    """The server's own is good for three months; what vouches for it is not."""
    with serving(papers) as port:
        found = told(port, papers)
    ends = values(found, "certificate_chain_expiry_timestamp_seconds", "subject")
    days = {subject: round((end - time.time()) / DAY_S) for subject, end in ends.items()}
    assert days == {NAME: 90, "office": 10}
    assert list(values(found, "certificate_chain_expiry_timestamp_seconds", "depth")) == ["0", "1"]
    assert value(found, "certificate_earliest_expiry_timestamp_seconds") == ends["office"]
    assert value(found, "certificate_expiry_timestamp_seconds") == ends[NAME]
    assert (value(found, "certificate_verified"), value(found, "probe_success")) == (1, 1)
    assert len(ends) < LONGEST_CHAIN


@pytest.mark.parametrize(
    ("leaf", "chain", "asked", "cause"),
    [
        ("leaf", "office", {}, ""),
        ("leaf", "", {}, "unknown_issuer"),
        ("leaf", "office", {"name": "mail.kg.example"}, "wrong_name"),
        ("leaf-stray", "", {}, "self_signed"),
        ("leaf-late", "", {}, "expired"),
    ],
)
def test_why_a_certificate_does_not_verify(
    leaf: str, chain: str, asked: dict[str, str], cause: str, papers: Path
) -> None:
    """Each has its own remedy: renew, name, or hand the intermediate along."""
    with serving(papers, leaf=leaf, chain=chain) as port:
        found = told(port, papers, offers="no", **asked)
    causes = values(found, "certificate_cause", "cause")
    assert sorted(causes) == sorted(CAUSES)
    assert [name for name, holds in causes.items() if holds] == ([cause] if cause else [])
    assert value(found, "certificate_verified") == float(not cause)
    assert value(found, "certificate_expiry_timestamp_seconds")


@pytest.mark.parametrize(
    ("options", "taken", "weak"),
    [
        ((), {"1.2", "1.3"}, ""),
        (("-tls1_3",), {"1.3"}, ""),
        (("-tls1_1", *ANY), {"1.1"}, "NULL"),
        (ANY, {"1.0", "1.1", "1.2", "1.3"}, "NULL"),
        (
            ("-tls1_2", "-cipher", "ECDHE-RSA-NULL-SHA:@SECLEVEL=0"),
            {"1.2"},
            "TLS_ECDHE_RSA_WITH_NULL_SHA",
        ),
        (("-tls1_2", "-cipher", "AECDH-AES256-SHA:@SECLEVEL=0"), {"1.2"}, "TLS_ECDH_anon_WITH_AES"),
    ],
    ids=["as it should be", "1.3 only", "1.1 only", "everything", "no encryption", "nobody in particular"],
)
def test_which_versions_and_weak_ciphers_a_server_takes(
    options: tuple[str, ...], taken: set[str], weak: str, papers: Path
) -> None:
    """Tried one by one: what a good client negotiates says nothing of what a bad one could."""
    with serving(papers, *options) as port:
        found = told(port, papers)
    versions = values(found, "tls_version_accepted", "version")
    assert set(versions) == {"ssl3", "1.0", "1.1", "1.2", "1.3"}
    assert {version for version, accepted in versions.items() if accepted} == taken
    ((cipher, accepted),) = values(found, "tls_weak_cipher_accepted", "cipher").items()
    assert (weak in cipher, bool(cipher), accepted) == (True, bool(weak), float(bool(weak)))
    agreed = values(found, "tls_version_info", "version")
    assert list(agreed) == ["TLSv" + max(taken)]


@contextmanager
def old_server(
    papers: Path, ciphers: list[str], least: tuple[int, int], most: tuple[int, int]
) -> Iterator[int]:
    """Run a server of another library, which still speaks what OpenSSL has forgotten; yields its port."""
    chain = X509CertChain([X509().parse((papers / "leaf.crt").read_text())])
    key = parsePEMKey((papers / "leaf.key").read_text(), private=True)
    settings = HandshakeSettings()
    settings.cipherNames, settings.minVersion, settings.maxVersion = ciphers, least, most
    settings.macNames = ["sha", "md5", "sha256", "aead"]

    class Shaking(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError, TLSError):
                connection = TLSConnection(self.request)
                connection.handshakeServer(certChain=chain, privateKey=key, settings=settings)

    with socketserver.ThreadingTCPServer((HOME, 0), Shaking) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("ciphers", "least", "most", "taken", "weak"),
    [
        (["3des"], (3, 0), (3, 0), {"ssl3"}, "3DES"),
        (["rc4"], (3, 0), (3, 1), {"ssl3", "1.0"}, "RC4"),
        (["aes128", "3des"], (3, 2), (3, 3), {"1.1", "1.2"}, "3DES"),
        (["aes128gcm", "aes256gcm"], (3, 3), (3, 4), {"1.2", "1.3"}, ""),
    ],
)
def test_what_openssl_has_forgotten_is_still_found(
    ciphers: list[str],
    least: tuple[int, int],
    most: tuple[int, int],
    taken: set[str],
    weak: str,
    papers: Path,
) -> None:
    """A client that does not know RC4 hears that a server refuses it, whatever that takes from others."""
    with old_server(papers, ciphers, least, most) as port:
        offers = tls_offers.taken(HOME, port, Deadline(10), protocol="", name=NAME)
    assert offers.unknown == ""
    assert {version for version, accepted in offers.versions.items() if accepted} == taken
    assert (weak in str(offers.weak), bool(offers.weak)) == (True, bool(weak))


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b"", True),
        (b"\x15\x03\x03\x00\x02\x02\x28", True),  # a fatal alert
        (b"\x15\x03\x03\x00\x02\x01\x70\x15\x03\x03\x00\x02\x02\x28", True),  # after a warning
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", False),
        (b"\x16\x03\x03\x00\x04\x02\x00\x00\x00", False),  # a ServerHello without a word in it
        (b"\x16\x03\x03\x00\x05\x02\x00\x00", False),  # cut off
        (b"\x16\x03\x03\x00\x04\x0b\x00\x00\x00", False),  # a certificate before any greeting
    ],
)
def test_what_is_no_answer_is_neither_taken_nor_refused(answer: bytes, refused: bool) -> None:
    def speak(listening: socket.socket) -> None:
        with listening.accept()[0] as peer:
            peer.recv(4096)
            peer.sendall(answer)

    with socket.create_server((HOME, 0)) as listening:
        thread = Thread(target=speak, args=(listening,))
        thread.start()
        try:
            with Deadline(5).connect(HOME, listening.getsockname()[1]) as stream:
                if refused:
                    assert tls_hello.ask(stream, tls_hello.TLS_1_2, tuple(WEAK), NAME) is None
                else:
                    with pytest.raises(ConnectionError):
                        tls_hello.ask(stream, tls_hello.TLS_1_2, tuple(WEAK), NAME)
        finally:
            thread.join()


def test_what_is_not_known_is_not_told_as_refused(papers: Path) -> None:
    """A server that answers once leaves the other questions open, and the probe says so."""
    with serving(papers, "-naccept", "1") as port:
        found = told(port, papers, timeout_s=1)
    assert value(found, "certificate_verified") == 1
    assert not values(found, "tls_version_accepted", "version")
    assert value(found, "probe_success") == 0


def test_a_protocol_without_starttls_is_refused_before_anything_is_asked(papers: Path) -> None:
    assert [each.name for each in told(1, papers, starttls="ftp")] == [
        "probe_success",
        "probe_duration_seconds",
    ]


def test_a_server_that_goes_away_has_refused_nothing() -> None:
    """It closes one connection without a word and takes no other."""

    def leave(listening: socket.socket) -> None:
        listening.accept()[0].close()
        listening.close()

    with socket.create_server((HOME, 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        thread = Thread(target=leave, args=(listening,))
        thread.start()
        found = tls_offers.taken(HOME, port, Deadline(2), protocol="", name=NAME)
        thread.join()
    assert (found.versions, found.weak) == ({}, None)
    assert found.unknown
