"""Probes, and the clients of protocols below them, against servers on loopback, net-snmp among them."""

from __future__ import annotations

import asyncio
import http.server
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from snmp_agents import until

from kgnet.errors import UsageError
from kgnet.measure import measure
from kgnet.plugins import found, one
from kgnet.ports import Probe
from kgnet.wire import pki
from kgnet.wire.icmp import Echoes, burst, checksum
from kgnet.wire.snmp import Agents, Credentials

HOME = "127.0.0.1"
Told = dict[str, float]


def told(module: str, target: str = HOME, **options: object) -> Told:
    """Return what a probe measures, by name."""
    written = {name: str(value) for name, value in options.items()}
    return {sample.name: sample.value for sample in measure(one(Probe, module), target, written)}


@contextmanager
def answering(answer: Callable[[bytes, int], bytes | None]) -> Iterator[int]:
    """A UDP server: *answer* gets each datagram and its number; None: silence.  Yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOME, 0))

        def serve() -> None:
            number = 0
            with suppress(OSError):  # closed at the end
                while True:
                    data, peer = server.recvfrom(65535)
                    if (reply := answer(data, number)) is not None:
                        server.sendto(reply, peer)
                    number += 1

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


# ── the engine ──────────────────────────────────────────────────────────────


def test_every_probe_has_a_time_limit() -> None:
    """One that waits for ever would hold a scrape up for ever."""
    for name, each in found(Probe).items():
        assert each.options.get("timeout_s", 0) > 0, name


def test_success_and_duration_are_the_engines_to_say() -> None:
    with socket.create_server((HOME, 0)) as server:
        port = server.getsockname()[1]
        there = told("tcp", port=port)
    gone = told("tcp", port=port)
    assert there["probe_success"] == 1
    assert 0 < there["tcp_connect_seconds"] <= there["probe_duration_seconds"] < 2
    assert gone["probe_success"] == 0
    assert "tcp_connect_seconds" not in gone


def test_an_unknown_option_and_one_of_the_wrong_kind_are_told() -> None:
    with pytest.raises(UsageError, match="no option 'prot' — known: port, timeout_s"):
        measure(one(Probe, "tcp"), HOME, {"prot": "1"})
    with pytest.raises(UsageError, match="option port: 'x' is no int"):
        measure(one(Probe, "tcp"), HOME, {"port": "x"})


# ── ICMP ────────────────────────────────────────────────────────────────────


def test_an_echo_comes_back() -> None:
    measured = told("icmp", count=4, interval_s=0.01)
    assert measured["probe_success"] == 1
    assert measured["icmp_loss_ratio"] == 0
    assert 0 <= measured["icmp_rtt_seconds"] < 0.5


def test_many_addresses_share_one_burst() -> None:
    """The whole point: a burst at a hundred addresses takes no longer than one at one."""
    addresses = [ip_address(f"127.0.1.{number}") for number in range(1, 101)]
    started = time.monotonic()
    echoes = burst([*addresses, ip_address("::1")], count=3, interval_s=0.05)
    assert time.monotonic() - started < 5, "one after the other, they take ten"
    assert all(len(found.answered_s) == 3 for found in echoes.values())
    assert len(echoes) == 101


def test_what_finds_no_route_is_lost_and_delays_nobody() -> None:
    """In a namespace with nothing but loopback, an address elsewhere has no route."""
    script = (
        "from ipaddress import ip_address as a; from kgnet.wire.icmp import burst\n"
        "found = burst([a('127.0.0.1'), a('192.0.2.77')], count=2, interval_s=0.01)\n"
        "print([echoes.loss_ratio for echoes in found.values()])"
    )
    shell = 'ip link set lo up && exec "$@"'
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-c", shell, "sh", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stdout == "[0.0, 1.0]\n", done.stderr


def test_no_address_no_socket() -> None:
    assert burst([]) == {}


def test_loss_median_and_jitter_of_a_burst() -> None:
    """Jitter compares successive answers (RFC 5481 §4.1); one late packet does not move the median."""
    echoes = Echoes((0.010, None, 0.012, 0.500, 0.011))
    assert echoes.loss_ratio == pytest.approx(0.2)
    assert echoes.rtt_s == pytest.approx(0.0115)
    assert echoes.jitter_s == pytest.approx(0.488)
    silent = Echoes((None, None))
    assert (silent.loss_ratio, silent.rtt_s, silent.jitter_s) == (1, None, None)


def test_the_checksum_is_that_of_rfc_1071() -> None:
    """The example of RFC 1071 §3."""
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D


# ── SIP ─────────────────────────────────────────────────────────────────────


def sip_answer(status: str) -> Callable[[bytes, int], bytes]:
    def answer(request: bytes, number: int) -> bytes:
        copied = [
            line
            for line in request.decode().split("\r\n")
            if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
        ]
        return "\r\n".join([f"SIP/2.0 {status}", *copied, "Content-Length: 0", "", ""]).encode()

    return answer


def test_a_room_that_answers_options_would_take_a_call() -> None:
    with answering(sip_answer("200 OK")) as port:
        measured = told("sip", port=port)
    assert measured["probe_success"] == 1
    assert measured["sip_answer_seconds"] < 1


def test_a_room_that_is_not_registered_is_a_failure() -> None:
    with answering(sip_answer("480 Temporarily Unavailable")) as port:
        assert told("sip", port=port, uri="sip:room@kg.example")["probe_success"] == 0


def test_a_lost_datagram_is_sent_again() -> None:
    """RFC 3261 §17.1.2.2: at intervals of T1, doubling."""
    with answering(lambda data, number: sip_answer("200 OK")(data, number) if number else None) as port:
        assert told("sip", port=port)["probe_success"] == 1


def test_a_provisional_answer_and_a_stranger_are_waited_out() -> None:
    """100 Trying is no answer yet, and neither is an answer to somebody else's request."""
    with answering(sip_answer("100 Trying")) as port:
        assert told("sip", port=port, timeout_s=0.3)["probe_success"] == 0
    with answering(
        lambda data, number: b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKx\r\n\r\n"
    ) as port:
        assert told("sip", port=port, timeout_s=0.3)["probe_success"] == 0


# ── DNS ─────────────────────────────────────────────────────────────────────


def dns_answer(*, code: int = dns.rcode.NOERROR, authority: bool = True) -> Callable[[bytes, int], bytes]:
    def answer(request: bytes, number: int) -> bytes:
        query = dns.message.from_wire(request)
        reply = dns.message.make_response(query)
        reply.set_rcode(code)
        reply.flags |= dns.flags.AA if authority else 0
        if code == dns.rcode.NOERROR:
            reply.answer.append(dns.rrset.from_text("a.kg.example.", 60, "IN", "A", "10.0.0.1"))
        return reply.to_wire()

    return answer


@pytest.mark.parametrize(
    ("server", "want", "success"),
    [
        (dns_answer(), "", 1),
        (dns_answer(), "10.0.0.1", 1),
        (dns_answer(), "10.0.0.2", 0),
        (dns_answer(authority=False), "", 0),
        (dns_answer(code=dns.rcode.NXDOMAIN), "", 0),
    ],
    ids=["answered", "as meant", "not as meant", "without authority", "unknown"],
)
def test_a_name_server_has_to_answer_with_authority_and_as_meant(
    server: Callable[[bytes, int], bytes], want: str, success: int
) -> None:
    with answering(server) as port:
        assert told("dns", name="a.kg.example.", kind="A", port=port, want=want)["probe_success"] == success


def test_a_name_server_that_talks_nonsense_fails() -> None:
    with answering(lambda data, number: data[:2] + b"nonsense") as port:
        assert told("dns", name="a.kg.example.", port=port, timeout_s=0.3)["probe_success"] == 0


# ── TLS: a certificate of an authority of ours ──────────────────────────────


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.crt, and key and certificate of `www.kg.example`."""
    folder = tmp_path_factory.mktemp("papers")
    ca_key, ca = pki.authority("test authority")
    key, certificate = pki.leaf("www.kg.example", ca_key, ca)
    for name, text in (("ca.crt", ca), ("www.key", key), ("www.crt", certificate)):
        (folder / name).write_text(text)
    return folder


@contextmanager
def web(papers: Path) -> Iterator[int]:
    """An HTTPS server that knows / and nothing else; yields its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOME, 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(papers / "www.crt", papers / "www.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that refuses us says so by leaving
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def test_a_good_certificate_is_told_with_its_end(papers: Path) -> None:
    with web(papers) as port:
        measured = told("tls", port=port, name="www.kg.example", ca_file=papers / "ca.crt")
    assert measured["probe_success"] == measured["certificate_verified"] == 1
    days = (measured["certificate_expiry_timestamp_seconds"] - time.time()) / 86400
    assert days == pytest.approx(pki.LEAF_DAYS, abs=1)


def test_a_bad_certificate_is_told_and_its_end_still_known(papers: Path) -> None:
    """Its owner wants to know both; that the server answers is another matter."""
    with web(papers) as port:
        stranger = told("tls", port=port, name="www.kg.example")
        misnamed = told("tls", port=port, name="mail.kg.example", ca_file=papers / "ca.crt")
    for measured in (stranger, misnamed):
        assert measured["certificate_verified"] == 0
        assert measured["certificate_expiry_timestamp_seconds"] > time.time()


def test_an_application_has_to_answer_with_success(papers: Path) -> None:
    asked = {"name": "www.kg.example", "ca_file": papers / "ca.crt"}
    with web(papers) as port:
        good, bad = told("https", port=port, **asked), told("https", port=port, path="/gone", **asked)
    assert (good["probe_success"], good["http_status"]) == (1, 200)
    assert (bad["probe_success"], bad["http_status"]) == (0, 404)


def test_mail_without_starttls_fails() -> None:
    """Mail in clear is not what the intent means by mail being up."""
    with socket.create_server((HOME, 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"220 mail ESMTP\r\n")
                peer.recv(512)
                peer.sendall(b"250-mail\r\n250 8BITMIME\r\n")
                peer.recv(512)

        Thread(target=serve, daemon=True).start()
        assert told("smtp", port=server.getsockname()[1])["probe_success"] == 0


# ── SNMPv3, against net-snmp ────────────────────────────────────────────────

AUTH, PRIV = "a pass phrase", "another phrase"
SYS_NAME, MISSING = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.99.0"


@contextmanager
def snmpd(folder: Path, port: int) -> Iterator[None]:
    """A net-snmp agent on loopback."""
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:{HOME}:{port}\nsysName here\n"
        f'createUser watcher SHA-256 "{AUTH}" AES "{PRIV}"\nrouser watcher authPriv\n'
    )
    program = shutil.which("snmpd", path="/usr/sbin:/usr/bin:/sbin")
    assert program, "snmpd is missing: apt install snmpd"
    command = [
        program,
        "-f",
        "-Lf",
        str(folder / "log"),
        "-C",
        "-c",
        str(folder / "snmpd.conf"),
        "-I",
        "-smux",
    ]
    state = {"MIBS": "", "SNMP_PERSISTENT_DIR": str(folder / "state"), "PATH": "/usr/sbin:/usr/bin"}
    agent = subprocess.Popen(command, env=state, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        agent.terminate()
        agent.wait(10)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.bind((HOME, 0))
        return int(chosen.getsockname()[1])


def asked(agents: Agents, *oids: str) -> dict[str, object]:
    return asyncio.run(agents.get(HOME, oids))


def test_snmp_v3_gives_what_there_is_and_survives_a_restart_of_the_agent(tmp_path: Path) -> None:
    """A restarted agent counts its boots anew (RFC 3414 §2.2.2): a kept session must not be deaf for ever."""
    port = free_port()
    agents = Agents(Credentials.of("watcher", AUTH, PRIV), port=port, timeout_s=0.5)
    with snmpd(tmp_path, port):
        first = until(lambda: asked(agents, SYS_NAME, MISSING))
        assert first == {SYS_NAME: b"here"}
        assert asyncio.run(agents.walk(HOME, "1.3.6.1.2.1.31.1.1.1.1"))["1.3.6.1.2.1.31.1.1.1.1.1"] == b"lo"
    with pytest.raises(OSError, match="no answer by SNMP"):
        asked(agents, SYS_NAME)
    with snmpd(tmp_path, port):
        assert until(lambda: asked(agents, SYS_NAME)) == {SYS_NAME: b"here"}


def test_wrong_keys_are_a_refusal_and_not_a_silence(tmp_path: Path) -> None:
    port = free_port()
    with snmpd(tmp_path, port):
        until(lambda: asked(Agents(Credentials.of("watcher", AUTH, PRIV), port=port), SYS_NAME))
        with pytest.raises(PermissionError, match="SNMP user watcher or its keys are refused"):
            asked(Agents(Credentials.of("watcher", "not the phrase", PRIV), port=port), SYS_NAME)


def test_keys_are_not_printed_and_short_phrases_not_taken() -> None:
    assert "bytes" not in repr(Credentials.of("watcher", AUTH, PRIV))
    assert AUTH not in repr(Credentials.of("watcher", AUTH, PRIV))
    with pytest.raises(ValueError, match="8 characters"):
        Credentials.of("watcher", "short", PRIV)
