"""What devices tell without being asked: syslog by rsyslog and logger, and by senders that mean no good."""

from __future__ import annotations

import gc
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from time import monotonic

import heard
import pytest
import shipped
import yaml
from heard import PATIENCE_S, Said, saying
from prometheus_client.parser import text_string_to_metric_families

from kgnet.errors import UsageError
from kgnet.export.events import syslog
from kgnet.export.events.limits import Limits
from kgnet.export.events.links import Links
from kgnet.export.events.receiver import Ears, Receiver
from kgnet.export.events.sources import Sources
from kgnet.export.events.tally import Tally
from kgnet.export.text import text
from kgnet.model.events import Event, EventKind
from kgnet.model.fleet import Fleet

ANYWHERE = "127.0.0.1:0"
HERE = socket.gethostname().partition(".")[0]
DEVICE = "127.0.0.2"  # where hub2 tells from
FAILED = "Failed password for invalid user an from 198.51.100.9 port 53144 ssh2"
LINE = f"<38>Nov 22 21:00:01 hub1 sshd[99]: {FAILED}".encode()
REFUSED = {"kind": "authentication_failure", "via": "syslog"}


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    """The lab, and the host of the tests as a server of it; hub2 has an address that a test can send from."""
    built = shipped.fleet("lab")
    here = replace(built.devices["mon1"], name=HERE, interfaces=(), management=IPv4Address("192.0.2.77"))
    hub2 = replace(built.devices["hub2"], management=IPv4Address(DEVICE))
    return built.with_devices({HERE: here, "hub2": hub2})


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, the receiver's certificate, that of a sender, and that of a stranger."""
    folder = heard.papers(tmp_path_factory.mktemp("papers"), "mon1", ("hub1", "stranger"))
    config = {
        "cert_file": "mon1.crt",
        "key_file": "mon1.key",
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": "ca.crt",
        "client_allowed_sans": ["hub1.kg.example"],
    }
    (folder / "tls.yml").write_text(yaml.safe_dump({"tls_server_config": config}))
    return folder


@contextmanager
def listening(fleet: Fleet, ears: Ears) -> Iterator[tuple[Receiver, Said]]:
    """A receiver, and what it says of a metric, waited for until that is *least* at least."""
    receiver = Receiver(fleet, ears)

    with receiver:
        yield receiver, saying(receiver)


def udp(port: int, source: str = "127.0.0.1") -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((source, 0))
    opened.connect(("127.0.0.1", port))
    return opened


def tcp(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


# ── real senders ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["--rfc3164", "--rfc5424"])
@pytest.mark.parametrize("way", ["udp", "tcp"])
def test_what_logger_sends_counts_for_the_host_it_names(fleet: Fleet, form: str, way: str) -> None:
    with listening(fleet, Ears(**{way: ANYWHERE})) as (receiver, said):
        where = ("--server", "127.0.0.1", f"--{way}", "--port", str(receiver.port(way)))
        framed = ("--octet-count",) if way == "tcp" else ()
        subprocess.run(["logger", *where, *framed, form, "--tag", "sshd", FAILED], check=True, timeout=20)
        assert said("device_events_total", device=HERE, **REFUSED) == 1
        assert said("events_received_total", transport=way) == 1


FORWARDS = {"udp": 'protocol="udp"', "tcp": 'protocol="tcp" TCP_Framing="octet-counted"'}
OVER_TLS = (  # to the receiver of that name only (RFC 5425 §5.2)
    'protocol="tcp" TCP_Framing="octet-counted" StreamDriver="ossl" StreamDriverMode="1"'
    ' StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="mon1.kg.example" action.resumeInterval="1"'
)


@contextmanager
def rsyslog(folder: Path, forward: str, port: int, **settings: Path) -> Iterator[Path]:
    """rsyslog as a log server has it, which hands on what comes to the socket that is yielded."""
    config = folder / "rsyslog.conf"
    own = " ".join(f'{name}="{path}"' for name, path in settings.items())
    config.write_text(
        f'global(workDirectory="{folder}" {own})\n'
        f'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="{folder}/log")\n'
        f'action(type="omfwd" target="127.0.0.1" port="{port}" {forward} '
        'template="RSYSLOG_SyslogProtocol23Format")\n'
    )
    started = subprocess.Popen(["rsyslogd", "-n", "-f", str(config), "-i", str(folder / "pid")])
    try:
        yield folder / "log"
    finally:
        started.terminate()
        started.wait(timeout=20)


def log_there(log: Path) -> None:
    """Log a refused login at the socket of a daemon that was just started."""
    until = monotonic() + PATIENCE_S
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        while monotonic() < until:
            with suppress(FileNotFoundError, ConnectionRefusedError):
                opened.connect(str(log))
                break
            threading.Event().wait(0.02)
        opened.send(f"<38>Nov 22 21:00:01 sshd[99]: {FAILED}".encode())


@contextmanager
def rsyslog_over_tls(folder: Path, papers: Path, port: int, me: str) -> Iterator[Path]:
    with rsyslog(
        folder,
        OVER_TLS,
        port,
        defaultNetstreamDriverCAFile=papers / "ca.crt",
        defaultNetstreamDriverCertFile=papers / f"{me}.crt",
        defaultNetstreamDriverKeyFile=papers / f"{me}.key",
    ) as log:
        yield log


def test_what_rsyslog_sends_over_tls_counts(fleet: Fleet, papers: Path, tmp_path: Path) -> None:
    """Debian's own rsyslog with its OpenSSL driver, which shows a certificate and looks at ours."""
    with (
        listening(fleet, Ears(tls=ANYWHERE, web=papers / "tls.yml")) as (receiver, said),
        rsyslog_over_tls(tmp_path, papers, receiver.port("tls"), "hub1") as log,
    ):
        log_there(log)
        assert said("device_events_total", device=HERE, **REFUSED) == 1
        assert said("events_received_total", transport="tls") == 1


def test_rsyslog_with_a_certificate_of_somebody_else_is_not_heard(
    fleet: Fleet, papers: Path, tmp_path: Path
) -> None:
    with (
        listening(fleet, Ears(tls=ANYWHERE, web=papers / "tls.yml")) as (receiver, said),
        rsyslog_over_tls(tmp_path, papers, receiver.port("tls"), "stranger") as log,
    ):
        log_there(log)
        assert said("events_shed_total", transport="tls", why="certificate") >= 1
        assert said("events_received_total", least=0, transport="tls") == 0


@pytest.mark.parametrize("way", FORWARDS)
def test_what_rsyslog_hands_on_counts(fleet: Fleet, tmp_path: Path, way: str) -> None:
    """As the log server does with what came to port 514."""
    with (
        listening(fleet, Ears(**{way: ANYWHERE})) as (receiver, said),
        rsyslog(tmp_path, FORWARDS[way], receiver.port(way)) as log,
    ):
        log_there(log)
        assert said("device_events_total", device=HERE, **REFUSED) == 1


def test_over_tls_each_shows_the_other_a_certificate(fleet: Fleet, papers: Path) -> None:
    """OpenSSL's own client, which takes only the receiver that it was told of (RFC 5425 §5.2)."""
    ears = Ears(tls=ANYWHERE, web=papers / "tls.yml")
    with listening(fleet, ears) as (receiver, said):
        where = ["-connect", f"127.0.0.1:{receiver.port('tls')}", "-verify_hostname", "mon1.kg.example"]
        keys = ["-CAfile", papers / "ca.crt", "-cert", papers / "hub1.crt", "-key", papers / "hub1.key"]
        done = subprocess.run(
            ["openssl", "s_client", "-quiet", "-verify_return_error", "-no_ign_eof", *where, *keys],
            input=b"%d %s" % (len(LINE), LINE),
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert said("device_events_total", device="hub1", **REFUSED) == 1


# ── who is believed ─────────────────────────────────────────────────────────


def test_a_device_is_known_by_its_address_whatever_it_calls_itself(fleet: Fleet) -> None:
    """hub2 says that it is hub1; only a relay is believed what it says of others."""
    with listening(fleet, Ears(udp=ANYWHERE)) as (receiver, said):
        with udp(receiver.port("udp"), DEVICE) as opened:
            opened.send(LINE)
        known = Sources(fleet)
        assert known.device(DEVICE, "hub1") == "hub2"
        assert known.device("127.0.0.1", "hub1") == "hub1"
        assert known.device("127.0.0.1", f"HUB1.{fleet.domain}") == "hub1"
        assert known.device("::ffff:127.0.0.1", str(fleet.devices["hub1"].management)) == "hub1"
        assert known.device("198.51.100.9", "hub1") is None
        assert Sources(fleet, frozenset({"198.51.100.9"})).device("198.51.100.9", "hub1") == "hub1"
        assert said("events_received_total", transport="udp") == 1


def test_whoever_is_not_of_the_fleet_is_counted_and_never_named(fleet: Fleet) -> None:
    """No label of ours comes from what somebody sends: neither users nor addresses nor names of hosts."""
    with listening(fleet, Ears(udp=ANYWHERE, tcp=ANYWHERE)) as (receiver, said):
        with udp(receiver.port("udp")) as opened:
            for number in range(20):
                opened.send(f"<38>Nov 22 21:00:01 evil{number} sshd[9]: {FAILED}".encode())
            opened.send(LINE)
        assert said("events_unknown_source_total", 20, transport="udp") == 20
        assert said("device_events_total", device="hub1", **REFUSED) == 1
        told = text(receiver.samples())
    assert not {word for word in ("evil", "invalid", "198.51.100.9", "127.0.0.1") if word in told}
    values = {
        value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        for value in sample.labels.values()
    }
    ours = {*fleet.devices, *EventKind, "syslog", "trap", "udp", "tcp", "tls", "snmp", "rate", "buffer"}
    assert values <= ours


@pytest.mark.parametrize("client", ["stranger", ""])
def test_a_sender_without_the_right_certificate_tells_nothing(
    fleet: Fleet, papers: Path, client: str
) -> None:
    context = ssl.create_default_context(cafile=str(papers / "ca.crt"))
    if client:
        context.load_cert_chain(papers / f"{client}.crt", papers / f"{client}.key")
    ears = Ears(tls=ANYWHERE, web=papers / "tls.yml")
    with listening(fleet, ears) as (receiver, said), tcp(receiver.port("tls")) as plain:
        with suppress(OSError), context.wrap_socket(plain, server_hostname="mon1.kg.example") as secured:
            secured.send(LINE + b"\n")
            secured.recv(1)
        name = "events_shed_total" if client else "events_malformed_total"
        assert said(name, transport="tls") == 1
        assert said("events_received_total", 0, transport="tls") == 0


# ── floods and nonsense ─────────────────────────────────────────────────────


def test_one_that_raves_is_shed_and_the_others_are_heard(fleet: Fleet) -> None:
    with listening(fleet, Ears(tcp=ANYWHERE, udp=ANYWHERE)) as (receiver, said):
        many = 6000
        with tcp(receiver.port("tcp")) as opened:
            opened.sendall((LINE.replace(b"hub1", HERE.encode()) + b"\n") * many)
        assert said("events_received_total", many, transport="tcp") == many
        assert said("events_shed_total", transport="tcp", why="rate") > many / 2
        with udp(receiver.port("udp")) as opened:
            opened.send(LINE)
        assert said("device_events_total", device="hub1", **REFUSED) == 1


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    limits = Limits(per_s=1, at_once=2, clock=lambda: now[0])
    assert [limits.admits("a") for _ in range(3)] == [True, True, False]
    assert limits.admits("b")
    now[0] = 1.0
    assert [limits.admits("a") for _ in range(2)] == [True, False]


@pytest.mark.parametrize("sent", [b"1234567 <13>x", b"99999 ", b"x" * 70_000])
def test_a_stream_that_is_none_is_closed_and_counted(fleet: Fleet, sent: bytes) -> None:
    with listening(fleet, Ears(tcp=ANYWHERE)) as (receiver, said), tcp(receiver.port("tcp")) as opened:
        with suppress(ConnectionError):
            opened.sendall(sent)
            assert opened.recv(1) == b""
        assert said("events_malformed_total", transport="tcp") == 1


def test_connections_of_one_sender_are_limited(fleet: Fleet) -> None:
    with listening(fleet, Ears(tcp=ANYWHERE)) as (receiver, said):
        opened = [tcp(receiver.port("tcp")) for _ in range(syslog.STREAMS_OF_ONE + 1)]
        assert said("events_shed_total", transport="tcp", why="connections") == 1
        opened[0].sendall(LINE + b"\n")
        assert said("device_events_total", device="hub1", **REFUSED) == 1
        for one in opened:
            one.close()


def test_what_the_kernel_drops_is_read() -> None:
    """A socket that nobody reads: its buffer overflows, and that is seen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        bound.bind(("127.0.0.1", 0))
        assert syslog.dropped(bound) == 0
        with udp(bound.getsockname()[1]) as opened:
            for _ in range(100):
                opened.send(b"x" * 500)
        assert (syslog.dropped(bound) or 0) > 10


# ── what is kept, and what circuits are told to be ──────────────────────────


def test_counts_and_times_survive_a_restart(fleet: Fleet, tmp_path: Path) -> None:
    kept = tmp_path / "events.json"
    event = Event(EventKind.CONFIGURATION_CHANGE)
    first = Tally(fleet, Links(fleet, lambda _: {}), kept=kept, clock=lambda: 1000.0)
    first.event("hub1", event, "trap")
    first.keep()
    second = Tally(fleet, Links(fleet, lambda _: {}), kept=kept, clock=lambda: 2000.0)
    second.event("hub1", event, "trap")
    labels = {"device": "hub1", "kind": "configuration_change", "via": "trap"}
    said = {one.name: one.value for one in second.samples() if one.labels == labels}
    assert said == {"device_events_total": 2, "device_event_timestamp_seconds": 2000.0}
    assert (first.boots, second.boots) == (1, 2)


@pytest.mark.parametrize("text", ["", "[]", '{"boots": 1, "events": [["hub1", "nonsense", "trap", 1, 2]]}'])
def test_a_file_that_does_not_read_begins_anew(
    fleet: Fleet, tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    kept = tmp_path / "events.json"
    kept.write_text(text)
    assert Tally(fleet, Links(fleet, lambda _: {}), kept=kept).boots == 1
    assert "begins anew" in caplog.text


def test_nothing_of_a_message_is_kept(fleet: Fleet, tmp_path: Path) -> None:
    kept = tmp_path / "events.json"
    with listening(fleet, Ears(udp=ANYWHERE, kept=kept)) as (receiver, said):
        with udp(receiver.port("udp")) as opened:
            opened.send(LINE)
        assert said("device_events_total", device="hub1", **REFUSED) == 1
    assert "invalid" not in kept.read_text()
    assert json.loads(kept.read_text())["events"][0][:4] == ["hub1", *REFUSED.values(), 1]


def test_a_link_is_told_by_name_or_by_index_and_a_restart_takes_it_back(fleet: Fleet) -> None:
    links = Links(fleet, lambda _: {"wan1": 7})
    links.told("r-899", Event(EventKind.LINK_DOWN, index=7), 10.0)
    said = {(one.name, one.labels["end"]): one.value for one in links.samples()}
    assert said == {("circuit_told_up", "outer"): 0.0, ("circuit_told_timestamp_seconds", "outer"): 10.0}
    links.told("r-899", Event(EventKind.LINK_UP, interface="wan1"), 20.0)
    assert {one.value for one in links.samples()} == {1.0, 20.0}
    links.told("r-899", Event(EventKind.RESTART), 30.0)
    assert list(links.samples()) == []


def open_files() -> int:
    gc.collect()  # what others left open
    return len(list(Path("/proc/self/fd").iterdir()))


# ── what cannot be ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ears", "said"),
    [
        (Ears(tls=ANYWHERE), "--syslog-tls-config"),
        (Ears(traps=ANYWHERE), "KGNET_SECRETS"),
        (Ears(udp="nowhere"), "--syslog-udp 'nowhere' is no address"),
        (Ears(tcp="192.0.2.1:0"), "name another with --syslog-tcp"),
    ],
)
def test_where_nobody_can_listen_nothing_starts(fleet: Fleet, ears: Ears, said: str) -> None:
    before = open_files()
    with pytest.raises(UsageError, match=said):
        Receiver(fleet, replace(ears, udp=ears.udp or ANYWHERE))
    assert open_files() == before
