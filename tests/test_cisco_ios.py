"""IOS reads back what kgnet writes for it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from ios import DEVICES, PART, ROUTERS, SWITCH, TEXTS, facts
from readback import filters_as_designed, filters_as_read

from kgnet import collect, paths
from kgnet.audit import audit
from kgnet.audit.pack import load
from kgnet.errors import ReadError, TemplateError
from kgnet.model.config import Config
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterfaces,
    ConfiguredTunnels,
    InterfaceState,
    InterfaceStates,
    PacketFilter,
    Queues,
    Snapshot,
    System,
)
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.managed import (
    Aaa,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    TimeServers,
    Vrfs,
)
from kgnet.model.operations import EnabledPorts, Place
from kgnet.model.outcome import Status
from kgnet.model.province import Role
from kgnet.platforms.cisco_ios import acl
from kgnet.platforms.cisco_ios import ports as ios_ports
from kgnet.platforms.cisco_ios.text import canonical
from kgnet.plugins import found
from kgnet.ports import Rule
from kgnet.render import render
from kgnet.rules._permits import Permits, of_flow, of_rule
from kgnet.rules.interfaces_up import interfaces_up
from kgnet.rules.unused_interfaces_down import unused_interfaces_down


def test_there_are_devices_of_every_role() -> None:
    assert {device.role for device in DEVICES.values()} == {Role.HUB, Role.BRANCH, Role.ACCESS}
    assert any(link.tunnel for device in ROUTERS.values() for link in device.interfaces)


# ── what is written is read back to the same facts ──────────────────────────


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_interfaces_are_read_back(device: Device) -> None:
    read = {each.name: each for each in facts(device)[ConfiguredInterfaces].interfaces}
    for link in device.interfaces:
        built = read[ios_ports.port(device, link)]
        assert built.addresses == link.addresses
        assert built.description == link.description


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_routing_is_read_back(device: Device) -> None:
    routing, read = device.routing, facts(device)[ConfiguredBgp]
    assert routing is not None
    assert (read.asn, read.router_id, read.requires_policy) == (routing.asn, routing.router_id, True)
    assert set(read.networks) == set(routing.networks)
    assert set(read.aggregates) == set(routing.aggregates)
    assert {
        (each.address, each.remote_as, each.description, each.import_policy, each.export_policy)
        for each in routing.neighbors
    } == {
        (each.address, each.remote_as, each.description, each.import_policy, each.export_policy)
        for each in read.neighbors
    }
    assert all(each.bfd and each.password and each.maximum_prefix for each in read.neighbors)


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_filters_of_routing_are_read_back(device: Device) -> None:
    assert filters_as_read(facts(device)) == filters_as_designed(device)


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_the_packet_filter_lets_through_what_the_intent_wants_and_no_more(device: Device) -> None:
    read, firewall = facts(device)[PacketFilter], device.firewall
    assert firewall is not None
    chains = {"input": firewall.inputs}
    if firewall.filters_forward:
        chains["forward"] = firewall.forward
    for name, flows in chains.items():
        assert read.policies[name] == "drop"
        rules = [rule for rule in read.rules if rule.chain == name and rule.verdict == "accept"]
        wanted = Permits(permit for flow in flows for permit in of_flow(flow))
        given_ = Permits(permit for rule in rules for permit in of_rule(rule))
        assert wanted.every
        assert not [each for each in wanted.every if given_.lacking(each)]
        news = chain.from_iterable(of_rule(rule) for rule in rules if not rule.harmless)
        assert not [each for each in news if wanted.lacking(each)]


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_queues_are_read_back(device: Device) -> None:
    read = {(queue.interface, queue.number): queue for queue in facts(device)[Queues].queues}
    wanted = {
        (ios_ports.port(device, link), queue.number): queue
        for link in device.interfaces
        for queue in link.queues
    }
    assert wanted
    assert read.keys() == wanted.keys()
    for key, queue in wanted.items():
        assert read[key].rate_mbps == pytest.approx(queue.rate_mbps, abs=0.001)
        assert read[key].ceil_mbps == pytest.approx(queue.ceil_mbps, abs=0.001)
        if queue.name in ("voice", "video"):
            assert read[key].priority == queue.priority


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_administration_is_read_back(device: Device) -> None:
    read = facts(device)
    assert read[System].hostname == device.name
    assert read[System].service_password_encryption
    assert read[LogHosts].hosts == device.syslog
    assert set(read[TimeServers].servers) == set(device.ntp)
    assert [(each.name, each.privilege, each.hash) for each in read[Accounts].accounts] == [
        ("noc", "15", "scrypt")
    ]
    assert read[RemoteAccess].protocols == ("ssh",)
    assert (read[RemoteAccess].ssh_version, read[RemoteAccess].access_list) == (2, "MANAGEMENT")
    assert read[RemoteAccess].idle_timeout_s == 300
    snmp = read[SnmpAgent]
    assert [user.name for user in snmp.users] == [device.snmp_user]
    assert (snmp.communities, snmp.writable, snmp.access_list) == (0, False, "MONITORS")
    assert read[LoginBanner].text == "\n".join(device.banner)
    assert device.aaa is not None
    assert read[Aaa].login == ("tacacs+", "local")
    assert read[Aaa].servers == tuple(map(str, device.aaa.tacacs))
    assert read[Aaa].accounting
    (management,) = device.of_kind(InterfaceKind.MANAGEMENT)
    assert read[Vrfs].interfaces == {device.vrf: (ios_ports.port(device, management),)}


def test_tunnels_are_read_back() -> None:
    for device in ROUTERS.values():
        wanted = {
            ios_ports.port(device, link): str(link.tunnel.remote) for link in device.interfaces if link.tunnel
        }
        assert {each.interface: each.endpoint for each in facts(device)[ConfiguredTunnels].tunnels} == wanted


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_the_audit_finds_nothing_wrong_with_what_is_written(device: Device, tmp_path: Path) -> None:
    """Every rule that can be judged from a configuration passes; at least the routers' are judged."""
    file = tmp_path / f"{device.name}.cfg"
    file.write_text(TEXTS[device.name])
    pack, rules = load("baseline", found(Rule))
    findings = audit(device, collect.read_file(file, device), rules, pack, live=False)
    bad = [each for each in findings if each.status in (Status.FAIL, Status.ERROR)]
    assert not bad, bad
    assert sum(each.status is Status.PASS for each in findings) >= (8 if device.routing else 1)


def test_a_fact_names_the_line_that_it_was_read_from() -> None:
    device = ROUTERS["r-899"]
    lines = TEXTS["r-899"].splitlines()
    read = facts(device)
    for neighbor in read[ConfiguredBgp].neighbors:
        assert lines[neighbor.line - 1].startswith(f" neighbor {neighbor.address} ")
    for each in read[ConfiguredInterfaces].interfaces:
        assert lines[each.line - 1] == f"interface {each.name}"
    for rule in read[PacketFilter].rules:
        assert lines[rule.line - 1] == f" {rule.text}"
    assert lines[read[Accounts].accounts[0].line - 1].startswith("username noc ")


# ── holes that the reader has to see ────────────────────────────────────────


def changed(text: str, pattern: str, by: str) -> dict[type, Any]:
    """Return the facts in *text* with *pattern*, which must be there, replaced."""
    other = re.sub(pattern, by, text, flags=re.MULTILINE)
    assert other != text
    return {type(fact): fact for fact in PART.read(canonical(other), PART.name)}


@pytest.mark.parametrize(
    ("pattern", "by", "chain_"),
    [
        (r"^ service-policy input CONTROL-PLANE$", "", "input"),
        (r"^ class SELF\n  drop\n", " class SELF\n", "input"),
        (r"^ permit ip any host 10\.1\.16\.1$", "", "input"),
        (r"^ ip access-group INPUT-4 in$", "", "input"),
        (r"^ zone-member security USERS$", "", "forward"),
        (r"^  drop log$", "  pass", "forward"),
    ],
)
def test_a_way_around_the_filter_is_seen(pattern: str, by: str, chain_: str) -> None:
    """A list that is bound nowhere protects nothing, however good it looks."""
    text = TEXTS["r-902"]
    address = str(ROUTERS["r-902"].loopback.ipv4).partition("/")[0]
    read = changed(text, pattern.replace(r"10\.1\.16\.1", re.escape(address)), by)
    assert read[PacketFilter].policies[chain_] == "accept"


def test_a_source_port_of_anybody_is_no_answer() -> None:
    """Who attacks chooses his source port: only that of a known server makes an answer."""
    assert acl.entry("permit udp host 10.0.10.11 eq 123 any").harmless
    assert not acl.entry("permit udp any eq 53 any").harmless


def test_telnet_is_seen_where_a_vty_says_nothing() -> None:
    read = changed(TEXTS["hub1"], r"^ transport input ssh$", "")
    assert "telnet" in read[RemoteAccess].protocols


def test_rules_of_the_running_state_know_the_devices_own_names() -> None:
    """The design says wan1, the device says GigabitEthernet0/0/1: a rule has to know both."""
    device = ROUTERS["r-899"]
    own = [InterfaceState(name, True, 1500) for name in ios_ports.ports(device).values()]
    open_ports = EnabledPorts(tuple(Place(name, 0) for name in ios_ports.ports(device).values()))
    told = {InterfaceStates: InterfaceStates(tuple(own)), EnabledPorts: open_ports}
    have = Snapshot(device.name, Config(device.name, {}), told)
    assert not list(interfaces_up.judge(device, have))
    assert not list(unused_interfaces_down.judge(device, have))
    strange = [InterfaceState(link.name, True, 1500) for link in device.interfaces]
    other = replace(have, facts={InterfaceStates: InterfaceStates(tuple(strange))})
    assert len(list(interfaces_up.judge(device, other))) == len(device.interfaces)


# ── what cannot be built is told ────────────────────────────────────────────


def test_a_wireguard_tunnel_is_refused() -> None:
    device = ROUTERS["r-911"]
    links = tuple(
        replace(link, tunnel=replace(link.tunnel, kind="wireguard")) if link.tunnel else link
        for link in device.interfaces
    )
    with pytest.raises(TemplateError, match=r"wireguard.*IOS"):
        render(replace(device, interfaces=links), paths.templates())


def test_an_interface_without_a_port_is_refused() -> None:
    (management,) = SWITCH.of_kind(InterfaceKind.MANAGEMENT)
    stray = replace(management, name="x", kind=InterfaceKind.FABRIC)
    with pytest.raises(TemplateError, match="no port for x"):
        render(replace(SWITCH, interfaces=(stray,)), paths.templates())


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_every_port_has_a_name_of_its_own(device: Device) -> None:
    names = list(ios_ports.ports(device).values())
    assert len(names) == len(set(names))


# ── the access switch ───────────────────────────────────────────────────────


def port_lines(unit: int) -> list[str]:
    text = TEXTS[SWITCH.name]
    block = text.partition(f"interface {ios_ports.edge_port(unit)}\n")[2].partition("\n!")[0]
    return [line.strip() for line in block.splitlines()]


def test_ports_of_the_switch_are_guarded_or_shut() -> None:
    """802.1X where people sit, MAC addresses where things stand, nothing where nobody is."""
    access = SWITCH.access
    assert access is not None
    assert {port.enabled for port in access.ports} == {True, False}
    for port in access.ports:
        lines = port_lines(port.unit)
        assert "switchport mode access" in lines
        if not port.enabled:
            assert "shutdown" in lines
            assert f"switchport access vlan {port.vlan}" not in lines
            continue
        assert f"switchport access vlan {port.vlan}" in lines
        assert {"spanning-tree bpduguard enable", "ip verify source"} <= set(lines)
        assert ("dot1x pae authenticator" in lines) == port.dot1x
        assert ("mab" in lines) == port.mab
        knows = "authentication port-control auto" in lines
        assert knows or "switchport port-security" in lines


def test_the_trunk_carries_the_offices_vlans_and_no_other() -> None:
    access = SWITCH.access
    assert access is not None
    assert sorted(vlan.number for vlan in access.vlans) == [100, 101, 102, 103]
    numbers = "100-103"  # as IOS prints a list
    text = TEXTS[SWITCH.name]
    assert f" switchport trunk allowed vlan {numbers}\n" in text
    assert f"ip dhcp snooping vlan {numbers}\n" in text
    assert f"ip arp inspection vlan {numbers}\n" in text


@pytest.mark.parametrize(
    ("entry", "ports"),
    [
        ("permit tcp any any gt 1023", ((1024, 65535),)),
        ("permit tcp any any lt 1024", ((0, 1023),)),
        ("permit udp any any neq 53", ((0, 52), (54, 65535))),
        ("permit tcp any any eq 80 443", ((80, 80), (443, 443))),
        ("permit tcp any any range 16384 32767", ((16384, 32767),)),
        ("permit ip any any", ()),
    ],
)
def test_every_way_to_name_ports_is_read(entry: str, ports: tuple[tuple[int, int], ...]) -> None:
    assert acl.entry(entry).ports == ports


@pytest.mark.parametrize(
    "entry",
    ["allow ip any any", "permit tcp any", "permit tcp any any eq", "permit ip object-group A any", "permit"],
)
def test_what_is_no_entry_is_an_error(entry: str) -> None:
    """An entry that is not understood may let anything through."""
    with pytest.raises(ReadError, match="no entry of an access list"):
        acl.entry(entry)
