"""SNMPv3 traps and informs, sent by net-snmp's snmptrap and snmpinform: what is believed, and what is not."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from urllib.request import urlopen

import pytest
import shipped
from heard import Said, saying
from hypothesis import given
from hypothesis import strategies as st

from kgnet.export.events.notifications import KINDS
from kgnet.export.events.receiver import Ears, Receiver
from kgnet.export.pages import Pages
from kgnet.export.server import Server
from kgnet.model.events import EventKind
from kgnet.model.fleet import Fleet
from kgnet.wire.notification import head
from kgnet.wire.snmp import Credentials
from kgnet.wire.usm import engine_id

USER, AUTH, PRIV = "kgnet-monitor", "correct horse", "battery staple"
CREDENTIALS = Credentials.of(USER, AUTH, PRIV)
LINK_DOWN, LINK_UP, COLD_START = (f"1.3.6.1.6.3.1.1.5.{number}" for number in (3, 4, 1))
REFUSED, CISCO_CHANGE = "1.3.6.1.6.3.1.1.5.5", "1.3.6.1.4.1.9.9.43.2.0.1"
IF_INDEX, IF_NAME = "1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.31.1.1.1.1"
PRIVATE = ("-l", "authPriv", "-a", "SHA-256", "-A", AUTH, "-x", "AES", "-X", PRIV)


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    """The lab, of which r-899 tells from the address of the tests."""
    built = shipped.fleet("lab")
    r899 = replace(built.devices["r-899"], management=IPv4Address("127.0.0.1"))
    return built.with_devices({"r-899": r899})


@contextmanager
def listening(fleet: Fleet, indexes: Mapping[str, int] | None = None) -> Iterator[tuple[Receiver, Said]]:
    receiver = Receiver(fleet, Ears(traps="127.0.0.1:0"), credentials=CREDENTIALS)
    receiver.indexes = lambda _: indexes or {}

    with receiver:
        yield receiver, saying(receiver)


Send = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def send(tmp_path: Path) -> Send:
    """net-snmp: a trap of *engine*, or an inform, for which it asks the receiver who that is."""

    def sent(
        receiver: Receiver, trap: str, *bindings: str, engine: bytes = b"", who: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        own = ("-e", f"0x{engine.hex()}", "-Z", "1,2") if engine else ()
        who = who or ("-v", "3", "-u", USER, *PRIVATE)
        where = f"127.0.0.1:{receiver.port('snmp')}"
        program = "snmptrap" if engine else "snmpinform"
        return subprocess.run(
            [program, "-r", "1", "-t", "3", *who, *own, where, "", trap, *bindings],
            env={"PATH": os.environ["PATH"], "MIBS": "", "SNMP_PERSISTENT_DIR": str(tmp_path)},
            capture_output=True,
            timeout=30,
            check=False,
        )

    return sent


@pytest.fixture(scope="module")
def hub1(fleet: Fleet) -> bytes:
    return engine_id(f"hub1.{fleet.domain}")


# ── what is believed ────────────────────────────────────────────────────────


def test_a_link_that_goes_down_is_seen_before_anybody_asks(fleet: Fleet, send: Send, hub1: bytes) -> None:
    """It shows on /metrics/events, which asks no device; by its index first, then by its name."""
    port = next(port for port in fleet.devices["hub1"].interfaces if port.circuit)
    with listening(fleet, {port.name: 12}) as (receiver, said):
        send(receiver, LINK_DOWN, f"{IF_INDEX}.12", "i", "12", engine=hub1)
        assert said("device_events_total", device="hub1", kind="link_down", via="trap") == 1
        pages = Pages(lambda _: (), lambda *_: (), modules=(), timeout_s=2, told=receiver.samples)
        with Server("127.0.0.1", 0, pages) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with urlopen(f"http://127.0.0.1:{server.server_port}/metrics/events", timeout=10) as page:
                shown = page.read().decode()
            server.shutdown()
        assert f'kgnet_circuit_told_up{{circuit="{port.circuit}",end="inner"}} 0\n' in shown
        send(receiver, LINK_UP, f"{IF_NAME}.12", "s", port.name, engine=hub1)
        assert said("circuit_told_up", circuit=port.circuit) == 1


def test_an_inform_is_acknowledged_and_counted_once(fleet: Fleet, send: Send) -> None:
    """The sender asks for our engine first; its address tells which device it is."""
    with listening(fleet) as (receiver, said):
        done = send(receiver, COLD_START)
        assert done.returncode == 0, done.stderr
        assert said("device_events_total", device="r-899", kind="restart", via="trap") == 1


@pytest.mark.parametrize(
    ("trap", "kind"), [(REFUSED, "authentication_failure"), (CISCO_CHANGE, "configuration_change")]
)
def test_what_security_waits_for_is_counted(
    fleet: Fleet, send: Send, hub1: bytes, trap: str, kind: str
) -> None:
    with listening(fleet) as (receiver, said):
        send(receiver, trap, engine=hub1)
        assert said("device_events_total", device="hub1", kind=kind, via="trap") == 1


def test_a_sender_whose_engine_nobody_designed_is_known_by_its_address(fleet: Fleet, send: Send) -> None:
    """A router has an engine ID of its maker's; of more than a device can have the oldest is forgotten."""
    with listening(fleet) as (receiver, said):
        for number in range(6):
            send(receiver, COLD_START, engine=bytes([0x80, 0, 0, 9, 3, number, 1, 2, 3]))
            assert said("device_events_total", number + 1, device="r-899", kind="restart") == number + 1


# ── what is not ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (("-v", "2c", "-c", "public"), "version"),
        (("-v", "3", "-u", USER, "-l", "noAuthNoPriv"), "plain"),
        (("-v", "3", "-u", USER, "-l", "authNoPriv", "-a", "SHA-256", "-A", AUTH), "plain"),
        (("-v", "3", "-u", "nobody", *PRIVATE), "user"),
        (("-v", "3", "-u", USER, *PRIVATE[:5], "wrong pass phrase", *PRIVATE[6:]), "digest"),
        (("-v", "3", "-u", USER, *PRIVATE[:-1], "wrong pass phrase"), "decryption"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_signed_and_encrypted_by_us_is_counted_and_not_believed(
    fleet: Fleet, send: Send, hub1: bytes, who: tuple[str, ...], why: str
) -> None:
    """…and whoever is right is heard afterwards as before."""
    with listening(fleet) as (receiver, said):
        send(receiver, COLD_START, engine=hub1, who=who)
        assert said("notifications_refused_total", why=why) == 1
        assert said("device_events_total", 0, kind="restart") == 0
        send(receiver, COLD_START, engine=hub1)
        assert said("device_events_total", kind="restart", device="hub1") == 1


def test_nonsense_is_counted_and_breaks_nothing(fleet: Fleet, send: Send, hub1: bytes) -> None:
    nonsense = [
        b"",
        b"\x30",
        b"\x30\x03\x02\x01\x03",
        b"<13>syslog",
        bytes(1000),
        b"\x30\x84\xff\xff\xff\xff",
    ]
    with listening(fleet) as (receiver, said):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
            opened.connect(("127.0.0.1", receiver.port("snmp")))
            for data in nonsense:
                opened.send(data)
        assert said("events_malformed_total", len(nonsense), transport="snmp") == len(nonsense)
        send(receiver, COLD_START, engine=hub1)
        assert said("device_events_total", kind="restart", device="hub1") == 1


@given(st.binary(max_size=200))
def test_a_head_is_read_or_refused(data: bytes) -> None:
    try:
        version, engine = head(data)
    except ValueError:
        return
    assert version >= 0
    assert len(engine) <= 32


def test_every_notification_means_a_kind_that_metrics_have() -> None:
    assert set(KINDS.values()) >= {
        EventKind.LINK_DOWN,
        EventKind.LINK_UP,
        EventKind.AUTHENTICATION_FAILURE,
        EventKind.RESTART,
        EventKind.CONFIGURATION_CHANGE,
    }
