"""Answers as EOS 4.28 prints them, on a switch that somebody else configured."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.errors import ReadError
from kgnet.model.facts import (
    BfdPeer,
    BgpPeer,
    ConfiguredBgp,
    ConfiguredInterfaces,
    InterfaceState,
    PacketFilter,
    PrefixLists,
    System,
)
from kgnet.model.managed import (
    Aaa,
    Account,
    Accounts,
    LldpNeighbor,
    LogHosts,
    Login,
    LoginBanner,
    Module,
    OspfPeer,
    RemoteAccess,
    SnmpAgent,
    SnmpUser,
    TimeServers,
    TimeSource,
    Vrfs,
)
from kgnet.platforms.arista_eos import PLATFORM, access, around, hits, state
from kgnet.platforms.arista_eos.text import canonical

RECORDED = Path(__file__).parent / "recorded" / "arista_eos"
(PART,) = PLATFORM.parts
BY_FILE: dict[str, Callable[[str], Any]] = {
    "version.json": state.hardware,
    "interfaces.json": state.interface_states,
    "errors.json": state.interface_errors,
    "bgp.json": state.bgp_peers,
    "bfd.json": state.bfd_peers,
    "ospf.json": state.ospf_peers,
    "ntp.json": state.time_sources,
    "lldp.json": state.lldp_neighbors,
    "inventory.json": around.inventory,
    "zerotouch.json": access.provisioning,
    "access_lists.json": hits.read,
    "users.txt": around.logins,
    "diffs.txt": around.unsaved,
}


def recorded(name: str) -> str:
    return (RECORDED / name).read_text(encoding="utf-8")


def fact(name: str) -> Any:
    return BY_FILE[name](recorded(name))


def test_every_command_of_the_platform_has_a_recording() -> None:
    assert {reader.read for reader in PLATFORM.state.values()} == set(BY_FILE.values())
    assert {path.name for path in RECORDED.iterdir()} == {*BY_FILE, "running.cfg"}


# ── running state ───────────────────────────────────────────────────────────


def test_hits_are_told_where_a_list_counts() -> None:
    rules = {(each.list, each.text): each.packets for each in fact("access_lists.json").rules}
    assert rules == {
        ("MANAGEMENT", "permit ip 10.200.0.0/16 any"): 51820,
        ("MANAGEMENT", "deny ip any any log"): 7,
        ("OUT", "permit tcp any any eq https"): None,
    }


def test_hardware_is_read() -> None:
    read = fact("version.json")
    assert (read.vendor, read.model, read.serial) == ("Arista", "DCS-7050SX3-48YC8-F", "JPE19440023")
    assert (read.version, read.uptime_s) == ("4.28.3M", pytest.approx(3551823.77))


def test_a_port_that_carries_others_is_told_by_these() -> None:
    assert fact("interfaces.json").interfaces == (
        InterfaceState("Ethernet1", True, 9214),
        InterfaceState("Ethernet5.9", False, 1500),
        InterfaceState("Loopback0", True, 65535),
    )


def test_errors_of_both_ways_are_added_up() -> None:
    assert fact("errors.json").errors == {"Ethernet1": 4, "Management1": 0}


def test_neighbours_are_read() -> None:
    assert fact("bgp.json").peers == (
        BgpPeer(ip_address("10.4.1.78"), 4200000005, "Established", 1103221.0, 6),
        BgpPeer(ip_address("fd3e:a71c:2:a7::"), 4200000005, "Established", 1103219.0, 5),
        BgpPeer(ip_address("10.4.1.142"), 4200000006, "Active", 0.0, 0),
    )
    assert fact("bfd.json").peers == (
        BfdPeer(ip_address("10.4.1.78"), True, 300, 3),
        BfdPeer(ip_address("fd3e:a71c:2:a7::"), False, 1000, 3),
    )
    assert fact("ospf.json").peers == (
        OspfPeer(IPv4Address("10.1.0.5"), ip_address("10.4.9.0"), "Ethernet3", "FULL"),
        OspfPeer(IPv4Address("10.1.0.6"), ip_address("10.4.9.2"), "Ethernet4", "2WAY"),
    )
    assert fact("lldp.json").neighbors == (
        LldpNeighbor("Ethernet1", "spine1.kiengiang.gov.vn", "Ethernet7"),
        LldpNeighbor("Management1", "sw-mgmt", "Gi1/0/14"),
    )


def test_the_clock_is_read() -> None:
    read = fact("ntp.json")
    assert read.synchronised
    assert read.sources == (
        TimeSource("10.0.10.11", 3, True, pytest.approx(-0.000115)),
        TimeSource("10.0.40.41", 2, False, pytest.approx(0.0025)),
        TimeSource("192.0.2.9", 16, False, 0.0),
    )


def test_what_surrounds_it_is_read() -> None:
    assert fact("inventory.json").modules == (
        Module("System", "DCS-7050SX3-48YC8", "JPE19440023"),
        Module("PowerSupply1", "PWR-500AC-F", "D1B9H0012345"),
        Module("FanTray1", "FAN-7000H-F", "N/A"),
        Module("Transceiver1", "SFP-25G-SR", "XCW1940FE0CD"),
    )
    assert fact("users.txt").logins == (Login("admin", "console"), Login("kgnet", "172.20.0.45"))
    assert fact("diffs.txt").unsaved
    assert not around.unsaved("\n").unsaved


# ── a configuration that somebody else wrote ────────────────────────────────


def facts() -> dict[type, Any]:
    return {type(each): each for each in PART.read(canonical(recorded("running.cfg")), PART.name)}


def test_a_strange_configuration_is_read() -> None:
    read = facts()
    assert read[System].hostname == "dc-sw7"
    ports = {each.name: each.addresses for each in read[ConfiguredInterfaces].interfaces}
    assert ports["Ethernet1"] == tuple(
        map(ip_interface, ("10.4.1.79/31", "192.0.2.1/31", "fd3e:a71c:2:a7::1/127"))
    )
    assert read[Vrfs].interfaces == {"mgmt": ("Management1",)}
    lists = read[PrefixLists].lists["LOOPBACKS"]
    assert [(entry.sequence, entry.permit, entry.ge, entry.le) for entry in lists] == [
        (10, True, 32, 32),
        (20, False, 8, 24),
    ]


def test_a_neighbour_has_what_its_group_has() -> None:
    read = facts()[ConfiguredBgp]
    assert (read.asn, read.requires_policy) == (65101 * 65536 + 7, False)
    assert read.networks == (ip_network("10.1.0.7/32"),)
    (neighbor,) = read.neighbors
    assert (neighbor.remote_as, neighbor.description) == (65001, "spine1")
    assert neighbor.bfd
    assert neighbor.password
    assert neighbor.maximum_prefix is None  # 0 is no limit
    assert neighbor.import_policy is None


def test_who_manages_it_is_read() -> None:
    read = facts()
    assert read[Accounts].accounts == (
        Account("admin", "network-admin", "sha512", 1, 3),
        Account("guest", "1", "none", 0, 5, admin=False),
    )
    assert read[TimeServers].servers == ("172.20.0.11",)
    assert read[TimeServers].authenticated
    assert (read[LogHosts].hosts, read[LogHosts].severity) == (("10.0.40.41", "172.20.0.41"), "warning")
    assert read[SnmpAgent].users == (SnmpUser("monitor", "sha", "aes128"),)
    assert read[SnmpAgent].communities == 1
    assert read[Aaa].login == ("tacacs+", "local")
    assert read[RemoteAccess].protocols == ("ssh",)
    assert (read[RemoteAccess].access_list, read[RemoteAccess].idle_timeout_s) == (None, 900)
    assert read[LoginBanner].text == "Property of somebody else.\nKeep out."


def test_a_list_that_protects_nothing_is_told_as_such() -> None:
    read = facts()[PacketFilter]
    assert read.policies["input"] == "accept"
    assert {rule.chain for rule in read.rules} == {"MGMT-IN"}
    assert [rule.ports for rule in read.rules] == [((22, 22),), ((161, 161),), ((8000, 8010),), ()]
    assert read.rules[2].sources == ("10.0.0.0/16",)  # a wildcard mask
    assert read.rules[0].comment == "administrators"


def test_its_secrets_do_not_survive_redaction() -> None:
    redacted = PLATFORM.redacted(recorded("running.cfg"))
    for secret in ("$6$eucN5", "08221D5D", "7a8b9c", "8ab0a4d5c1", "1510190F", "2e4dmR3u"):
        assert secret in recorded("running.cfg")
        assert secret not in redacted


# ── what is no answer ───────────────────────────────────────────────────────


@pytest.mark.parametrize("name", BY_FILE)
@pytest.mark.parametrize("text", ["% Invalid input", "{}", "[]", "null", "connection reset", '{"vrfs": 7}'])
def test_what_is_no_answer_is_an_error(name: str, text: str) -> None:
    """Nothing read is never "nothing there"."""
    with pytest.raises(ReadError, match=r"show "):
        BY_FILE[name](text)


JSON = [name for name in BY_FILE if name.endswith(".json")]


@given(st.sampled_from(JSON), st.randoms(use_true_random=False))
def test_a_garbled_answer_is_read_or_refused(name: str, dice: Any) -> None:
    """A field that is missing, or of another kind: one clear error at most."""
    answer = json.loads(recorded(name))
    here: Any = answer
    while isinstance(here, dict | list) and here:
        key = dice.choice(sorted(here)) if isinstance(here, dict) else dice.randrange(len(here))
        if dice.random() < 0.3 or not isinstance(here[key], dict | list):
            if dice.random() < 0.5:
                here[key] = dice.choice([None, "x", -1, [], {}, 1e999])
            else:
                del here[key]
            break
        here = here[key]
    try:
        BY_FILE[name](json.dumps(answer))
    except ReadError as reason:
        assert "\n" not in str(reason)
