"""The running state as three generations of IOS print it: ISR 4331 (17.3), C9300 (17.9), ISR 1941 (15.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from ios import RECORDED, recorded, state

from kgnet.errors import ReadError
from kgnet.model.facts import (
    BfdPeer,
    BgpPeer,
    InterfaceState,
)
from kgnet.model.managed import (
    Hardware,
    LldpNeighbor,
    Login,
    Module,
    OspfPeer,
    SnmpUser,
    TimeSource,
)
from kgnet.platforms.cisco_ios import PLATFORM, around
from kgnet.platforms.cisco_ios import state as ios_state

# ── the running state ───────────────────────────────────────────────────────


def test_recorded_interfaces_are_read() -> None:
    text = recorded("isr4331/interfaces.txt")
    states = {each.name: each for each in state("show interfaces", text).interfaces}
    assert states["GigabitEthernet0/0/0"] == InterfaceState("GigabitEthernet0/0/0", True, 1500)
    assert states["Loopback0"].mtu_bytes == 1514
    assert [name for name, each in states.items() if not each.up] == [
        "GigabitEthernet0/0/1",
        "GigabitEthernet0/0/2",
    ]
    errors = state("show interfaces | include line protocol|errors", text).errors
    assert errors["GigabitEthernet0/0/0"] == 15
    assert sum(errors.values()) == 15


def test_errors_are_read_from_the_lines_that_are_asked_for() -> None:
    lines = [
        line
        for line in recorded("isr4331/interfaces.txt").splitlines()
        if re.search("line protocol|errors", line)
    ]
    assert ios_state.interface_errors("\n".join(lines)).errors["GigabitEthernet0/0/0"] == 15


def test_recorded_bgp_is_read() -> None:
    peers = {each.address: each for each in state("show bgp all summary", recorded("isr4331/bgp.txt")).peers}
    assert peers[IPv4Address("203.0.113.0")] == BgpPeer(
        IPv4Address("203.0.113.0"), 65000, "Established", 7 * 604_800 + 2 * 86_400, 11
    )
    assert peers[IPv4Address("203.0.113.8")].state == "Idle (Admin)"
    assert peers[IPv4Address("203.0.113.10")].remote_as == 4_200_000_001
    long = peers[IPv6Address("2001:db8:ffff:ffff::2")]
    assert (long.state, long.uptime_s, long.prefixes_received) == ("Established", 2467, 0)
    assert len(peers) == 5


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("00:00:31", 31), ("1d02h", 93_600), ("3w4d", 2_160_000), ("1y20w", 43_632_000), ("never", 0)],
)
def test_times_of_bgp_are_read(told: str, seconds: float) -> None:
    assert ios_state.seconds(told) == seconds


def test_recorded_bfd_is_read() -> None:
    peers = state("show bfd neighbors details", recorded("isr4331/bfd.txt")).peers
    assert peers == (
        BfdPeer(ip_address("203.0.113.0"), True, 1000, 5),
        BfdPeer(ip_address("2001:db8:ffff:ffff:ffff:ffff:ffff:2"), False, 1000, 3),
    )


def test_recorded_ospf_is_read() -> None:
    peers = state("show ip ospf neighbor", recorded("isr4331/ospf.txt")).peers
    assert peers[0] == OspfPeer(
        IPv4Address("192.0.2.2"), IPv4Address("198.51.100.2"), "GigabitEthernet0/0/0.100", "FULL"
    )
    assert [peer.state for peer in peers] == ["FULL", "2WAY", "FULL"]


def test_recorded_time_is_read() -> None:
    sources = state("show ntp associations", recorded("isr4331/ntp.txt"))
    assert sources.synchronised
    assert sources.sources[0] == TimeSource("192.0.2.53", 1, True, -0.0015)
    assert [each.selected for each in sources.sources] == [True, False, False]
    assert sources.sources[2].address == "2001:DB8::123"


def test_recorded_neighbours_are_read() -> None:
    found = state("show lldp neighbors detail", recorded("isr4331/lldp.txt")).neighbors
    assert found == (
        LldpNeighbor("GigabitEthernet0/0/0", "sw-office.example.net", "TenGigabitEthernet1/1/1"),
        LldpNeighbor("GigabitEthernet0/0/2", "0000.5e00.53aa", "0000.5e00.53aa"),
    )


@pytest.mark.parametrize(
    ("model", "hardware"),
    [
        ("isr4331", Hardware("Cisco", "ISR4331/K9", "FDO00000001", "17.03.04a", 33_541_920.0)),
        ("c9300", Hardware("Cisco", "C9300-48P", "FOC00000003", "17.09.04a", 13_232_400.0)),
        ("isr1941", Hardware("Cisco", "CISCO1941/K9", "FGL00000005", "15.4(3)M3", 432_060.0)),
    ],
)
def test_recorded_hardware_is_read(model: str, hardware: Hardware) -> None:
    assert state("show version", recorded(f"{model}/version.txt")) == hardware


def test_recorded_parts_are_read() -> None:
    modules = state("show inventory", recorded("isr4331/inventory.txt")).modules
    assert modules == (
        Module("Chassis", "ISR4331/K9", "FDO00000001"),
        Module("subslot 0/0 transceiver 1", "GLC-LH-SMD", "FNS00000002"),
    )


def test_recorded_users_are_read() -> None:
    users = state("show snmp user", recorded("isr4331/snmp.txt")).users
    assert users == (SnmpUser("kgnet-monitor", "sha256", "aes128"), SnmpUser("old", "md5", ""))
    assert state("show snmp user", "").users == ()
    text = recorded("isr4331/users.txt")
    for told in (text, text.strip()):
        logins = state("show users", told).logins
        assert logins == (Login("", ""), Login("noc", "10.255.0.44"), Login("look", "2001:DB8::44"))


def test_what_is_unsaved_is_told() -> None:
    assert not state(around.DIFFERENCES, recorded("isr4331/saved.txt")).unsaved
    assert state(around.DIFFERENCES, recorded("isr4331/unsaved.txt")).unsaved


# ── hostile inputs ──────────────────────────────────────────────────────────

TELLS = {command: reader for (command,), reader in PLATFORM.state.items()}
MAY_BE_EMPTY = ("show snmp user",)  # a device without any prints nothing at all
HOSTILE = (
    "% Invalid input detected at '^' marker.",
    "\x00\xff",
    "Interface is up",
    "--More--",
    "<html>" * 50,
)


@pytest.mark.parametrize("command", TELLS)
def test_an_answer_that_is_none_is_an_error(command: str) -> None:
    """No evidence is not a pass."""
    read: Callable[[str], Any] = TELLS[command].read
    for text in HOSTILE if command in MAY_BE_EMPTY else ("", *HOSTILE):
        with pytest.raises(ReadError):
            read(text)


@pytest.mark.parametrize("command", TELLS)
def test_an_answer_cut_off_anywhere_is_read_or_refused(command: str) -> None:
    """A torn text is one clear error at most, never a traceback."""
    read: Callable[[str], Any] = TELLS[command].read
    tried = 0
    for file in sorted(RECORDED.rglob("*.txt")):
        text = file.read_text(encoding="utf-8")
        for place in range(0, len(text), 37):
            tried += 1
            try:
                read(text[:place])
            except ReadError as reason:
                assert str(reason)
    assert tried > 100


@pytest.mark.parametrize(
    "answer",
    [
        "             ^\n% Invalid input detected at '^' marker.\n",
        "% Incomplete command.",
        "% BGP not active",
        "%NTP is not enabled.",
        "% LLDP is not enabled",
        "%Error opening flash:x (No space left on device)",
        "Command rejected: an interface whose trunk encapsulation is Auto can not be trunk",
        "% Authorization failed.",
        "Command authorization failed.",
        '% Ambiguous command:  "sh i"',
    ],
)
def test_a_refusal_is_seen(answer: str) -> None:
    assert any(pattern.search(answer) for pattern in PLATFORM.refusals)


@pytest.mark.parametrize(
    "answer",
    [
        "% Access VLAN does not exist. Creating vlan 100",
        "%Warning: portfast should only be enabled on ports connected to a single host",
        "% Generating 2048 bit RSA keys, keys will be non-exportable...",
        "%SYS-5-CONFIG_I: Configured from console by noc on vty0",
        "*Mar  4 09:12:44.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/0/1, changed state to up",
        "hostname r-office",
    ],
)
def test_a_warning_is_no_refusal(answer: str) -> None:
    assert not any(pattern.search(answer) for pattern in PLATFORM.refusals)
