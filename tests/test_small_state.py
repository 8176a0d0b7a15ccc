"""What VRP, RouterOS and FortiOS tell of their running state, read from what real ones print."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import small

from kgnet.errors import ReadError
from kgnet.model import facts, managed
from kgnet.platforms.fortinet_fortios import state as fortios
from kgnet.platforms.huawei_vrp import state as vrp
from kgnet.platforms.mikrotik_routeros import state as routeros
from kgnet.plugins import one
from kgnet.ports import Platform

RECORDED = Path(__file__).parent / "recorded"


def recorded(platform: str, name: str) -> str:
    return (RECORDED / platform / name).read_text(encoding="utf-8")


STATES = [
    (vrp.hardware, "huawei_vrp/version.txt"),
    (routeros.hardware, "mikrotik_routeros/resource.txt"),
    (fortios.hardware, "fortinet_fortios/status.txt"),
]


@pytest.mark.parametrize(("reader", "name"), STATES)
def test_hardware_is_read(reader: Any, name: str) -> None:
    found = reader(recorded(*name.split("/")))
    assert found.serial in ("21500102003GJ5000123", "HE408ABCDEF", "FGT60FTK20001234")
    assert found.version
    assert found.uptime_s in (2007660.0, 2007670.0, 0.0)


@pytest.mark.parametrize(
    ("reader", "name"),
    [
        (vrp.bgp_peers, "huawei_vrp/bgp_peer.txt"),
        (routeros.bgp_peers, "mikrotik_routeros/bgp.txt"),
        (fortios.bgp_peers, "fortinet_fortios/bgp.txt"),
    ],
)
def test_bgp_peers_are_read(reader: Any, name: str) -> None:
    up, down = reader(recorded(*name.split("/"))).peers
    assert (up.address, up.remote_as, up.state) == (ip_address("10.2.148.0"), 4200000001, "Established")
    assert (up.prefixes_received, down.prefixes_received) == (12, 0)
    assert up.uptime_s // 60 in (54 * 60 + 41, 53 * 60 + 41)
    assert down.state in ("Active", "Idle")


@pytest.mark.parametrize(
    ("reader", "name", "errors"),
    [
        (vrp.interface_errors, "huawei_vrp/interface_brief.txt", 7),
        (routeros.interface_errors, "mikrotik_routeros/stats.txt", 1005),
        (fortios.interface_errors, "fortinet_fortios/dev.txt", 7),
    ],
)
def test_errors_are_counted(reader: Any, name: str, errors: int) -> None:
    assert next(iter(reader(recorded(*name.split("/"))).errors.values())) == errors


@pytest.mark.parametrize(
    ("reader", "name", "up"),
    [
        (vrp.interface_states, "huawei_vrp/interface.txt", [True, False, True]),
        (routeros.interface_states, "mikrotik_routeros/interface.txt", [True, False, True]),
        (fortios.interface_states, "fortinet_fortios/physical.txt", [True, False]),
    ],
)
def test_interfaces_are_up_or_not(reader: Any, name: str, up: list[bool]) -> None:
    assert [port.up for port in reader(recorded(*name.split("/"))).interfaces] == up


@pytest.mark.parametrize(
    ("reader", "name"),
    [
        (vrp.time_sources, "huawei_vrp/ntp.txt"),
        (routeros.time_sources, "mikrotik_routeros/ntp.txt"),
        (fortios.time_sources, "fortinet_fortios/ntp.txt"),
    ],
)
def test_the_clock_that_is_followed_is_read(reader: Any, name: str) -> None:
    found = reader(recorded(*name.split("/")))
    (chosen,) = (source for source in found.sources if source.selected)
    assert (chosen.address, chosen.stratum) == ("10.0.10.11", 2)
    assert chosen.offset_s == pytest.approx(-0.000321, abs=1e-6)


@pytest.mark.parametrize(
    ("reader", "name"),
    [
        (vrp.lldp_neighbors, "huawei_vrp/lldp.txt"),
        (routeros.lldp_neighbors, "mikrotik_routeros/neighbors.txt"),
    ],
)
def test_neighbours_are_read(reader: Any, name: str) -> None:
    (neighbor,) = reader(recorded(*name.split("/"))).neighbors
    assert neighbor.device == "hub1"


HOSTILE = ["", "garbage\nof all kinds", "% Invalid input", "\x00\x01"]
READERS = [
    reader.read
    for platform in small.PLATFORMS
    for command, reader in one(Platform, platform).state.items()
    if reader.fact in (managed.Hardware, facts.InterfaceStates, managed.InterfaceErrors, managed.TimeSources)
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.__module__}.{reader.__name__}")
@pytest.mark.parametrize("text", HOSTILE)
def test_readers_refuse_what_no_device_prints(reader: Any, text: str) -> None:
    with pytest.raises(ReadError):
        reader(text)
