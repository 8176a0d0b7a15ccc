"""EOS reads back what kgnet writes for it; its canonical text does not depend on how a device prints it."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from arista import DEVICES, PART, ROUTERS, TEXTS, as_file, store, written
from hypothesis import given
from hypothesis import strategies as st
from readback import filters_as_designed, filters_as_read

from kgnet import collect, paths
from kgnet.audit import audit
from kgnet.audit.pack import load
from kgnet.errors import DesignError, ReadError
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterfaces,
    ConfiguredTunnels,
    PacketFilter,
    Queues,
    System,
)
from kgnet.model.fleet import Device, InterfaceKind, Tunnel
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
from kgnet.model.outcome import Status
from kgnet.model.province import Role
from kgnet.platforms.arista_eos import PLATFORM, want
from kgnet.platforms.arista_eos import ports as eos_ports
from kgnet.platforms.arista_eos.text import canonical
from kgnet.plugins import found
from kgnet.ports import Rule
from kgnet.render import render
from kgnet.rules._permits import Permits, of_flow, of_rule

LEAF, SPINE = DEVICES["leaf1"], DEVICES["spine1"]


def read_in(text: str) -> dict[type, Any]:
    return {type(fact): fact for fact in PART.read(text, PART.name)}


def facts(device: Device) -> dict[type, Any]:
    return read_in(TEXTS[device.name])


def test_there_are_devices_of_every_role() -> None:
    assert {device.role for device in DEVICES.values()} == {Role.SPINE, Role.LEAF, Role.BRANCH}
    assert any(link.tunnel for device in ROUTERS.values() for link in device.interfaces)


# ── what is written is read back to the same facts ──────────────────────────


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_interfaces_are_read_back(device: Device) -> None:
    read = {each.name: each for each in facts(device)[ConfiguredInterfaces].interfaces}
    for link in device.interfaces:
        built = read[eos_ports.port(device, link)]
        assert built.addresses == link.addresses
        assert built.description == link.description


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_no_two_interfaces_share_a_port(device: Device) -> None:
    ports = [eos_ports.port(device, link) for link in device.interfaces]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_routing_is_read_back(device: Device) -> None:
    routing, read = device.routing, facts(device)[ConfiguredBgp]
    assert routing is not None
    assert (read.asn, read.router_id, read.requires_policy) == (routing.asn, routing.router_id, True)
    assert set(read.networks) == set(routing.networks)
    assert set(read.aggregates) == set(routing.aggregates)
    overlay = {peer.address for peer in device.fabric.overlay} if device.fabric else set()
    assert {
        (each.address, each.remote_as, each.description, each.import_policy, each.export_policy)
        for each in routing.neighbors
    } == {
        (each.address, each.remote_as, each.description, each.import_policy, each.export_policy)
        for each in read.neighbors
        if each.address not in overlay
    }
    assert all(each.bfd and each.password for each in read.neighbors)
    assert overlay <= {each.address for each in read.neighbors}


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_filters_of_routing_are_read_back(device: Device) -> None:
    assert filters_as_read(facts(device)) == filters_as_designed(device)


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_the_packet_filter_lets_through_what_the_intent_wants_and_no_more(device: Device) -> None:
    read, firewall = facts(device)[PacketFilter], device.firewall
    assert firewall is not None
    for name, flows in {"input": firewall.inputs, "forward": firewall.forward}.items():
        assert read.policies[name] == "drop"
        rules = [rule for rule in read.rules if rule.chain == name and rule.verdict == "accept"]
        wanted = Permits(permit for flow in flows for permit in of_flow(flow))
        granted = Permits(permit for rule in rules for permit in of_rule(rule))
        assert wanted.every
        assert not [each for each in wanted.every if granted.lacking(each)]
        news = chain.from_iterable(of_rule(rule) for rule in rules if not rule.harmless)
        assert not [each for each in news if wanted.lacking(each)]


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_queues_are_read_back(device: Device) -> None:
    read = {(queue.interface, queue.number): queue for queue in facts(device)[Queues].queues}
    wanted = {
        (eos_ports.port(device, link), queue.number): queue
        for link in device.interfaces
        for queue in link.queues
    }
    assert wanted
    assert read.keys() == wanted.keys()
    for key, queue in wanted.items():
        assert read[key].rate_mbps == pytest.approx(queue.rate_mbps, abs=0.001)
        assert read[key].ceil_mbps == pytest.approx(queue.ceil_mbps, abs=0.001)
        assert read[key].priority == queue.priority


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_administration_is_read_back(device: Device) -> None:
    read = facts(device)
    assert read[System].hostname == device.name
    assert read[LogHosts].hosts == device.syslog
    assert set(read[TimeServers].servers) == set(device.ntp)
    assert [(each.name, each.privilege, each.hash) for each in read[Accounts].accounts] == [
        ("noc", "network-admin", "sha512")
    ]
    assert read[RemoteAccess].protocols == ("ssh", "https")
    assert (read[RemoteAccess].ssh_version, read[RemoteAccess].access_list) == (2, "KGNET-ADMINS")
    assert read[RemoteAccess].idle_timeout_s == 600
    (user,) = read[SnmpAgent].users
    assert (user.name, user.auth, user.priv) == (device.snmp_user, "sha256", "aes128")
    assert (read[SnmpAgent].communities, read[SnmpAgent].writable) == (0, False)
    assert read[SnmpAgent].access_list == "KGNET-MONITORS"
    assert read[LoginBanner].text == "\n".join(device.banner)
    assert device.aaa is not None
    assert (read[Aaa].login, read[Aaa].accounting) == (("tacacs+", "local"), ("sessions", "commands"))
    assert read[Aaa].servers == tuple(map(str, device.aaa.tacacs))
    assert read[Vrfs].interfaces == {device.vrf: (eos_ports.MANAGEMENT,)}


def test_tunnels_are_read_back() -> None:
    for device in ROUTERS.values():
        wanted = {
            eos_ports.port(device, link): str(link.tunnel.remote) for link in device.interfaces if link.tunnel
        }
        assert {each.interface: each.endpoint for each in facts(device)[ConfiguredTunnels].tunnels} == wanted


def test_a_leaf_carries_every_vlan_in_a_segment_of_its_own() -> None:
    assert LEAF.fabric is not None
    for vlan in LEAF.fabric.vlans:
        assert f"   vxlan vlan {vlan.number} vni {vlan.vni}\n" in TEXTS["leaf1"]
        assert f"      rd {LEAF.fabric.vtep}:{vlan.vni}\n" in TEXTS["leaf1"]
    assert "vxlan" not in TEXTS["spine1"]
    assert TEXTS["spine1"].count("next-hop-unchanged") == len(SPINE.fabric.overlay if SPINE.fabric else ())


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_the_audit_finds_nothing_wrong_with_what_is_written(device: Device, tmp_path: Path) -> None:
    """Every rule that can be judged from a configuration passes; at least the routers' are judged."""
    file = tmp_path / f"{device.name}.cfg"
    file.write_text(TEXTS[device.name])
    pack, rules = load("baseline", found(Rule))
    findings = audit(device, collect.read_file(file, device), rules, pack, live=False)
    bad = [each for each in findings if each.status in (Status.FAIL, Status.ERROR)]
    assert not bad, bad
    assert sum(each.status is Status.PASS for each in findings) >= (8 if device.role is Role.BRANCH else 1)


def test_a_fact_names_the_line_that_it_was_read_from() -> None:
    lines, read = TEXTS["r-899"].splitlines(), facts(DEVICES["r-899"])
    for neighbor in read[ConfiguredBgp].neighbors:
        assert lines[neighbor.line - 1].startswith(f"   neighbor {neighbor.address} ")
    for each in read[ConfiguredInterfaces].interfaces:
        assert lines[each.line - 1] == f"interface {each.name}"
    for rule in read[PacketFilter].rules:
        assert lines[rule.line - 1] == f"   {rule.text}"


# ── holes that the reader has to see ────────────────────────────────────────


@pytest.mark.parametrize(
    ("pattern", "by", "what", "then"),
    [
        (r"^   ip access-group KGNET-INPUT in$", "", "input", "accept"),
        (r"(?s)(interface Vlan100\n.*?)   ip access-group KGNET-FORWARD out\n", r"\1", "forward", "accept"),
    ],
)
def test_a_way_around_the_filter_is_seen(pattern: str, by: str, what: str, then: str) -> None:
    """A list that is bound nowhere protects nothing, however good it looks."""
    other = re.sub(pattern, by, TEXTS["r-899"], count=1, flags=re.MULTILINE)
    assert other != TEXTS["r-899"]
    assert read_in(canonical(other))[PacketFilter].policies.get(what, "accept") == then


@pytest.mark.parametrize(
    ("line", "harmless"),
    [
        ("10 permit tcp any any established", True),
        ("10 permit udp host 10.0.10.11 eq 123 any", True),
        ("10 permit udp any eq 53 10.64.193.0/24", False),  # who attacks chooses his source port
        ("10 permit icmp any any", False),
        ("10 permit tcp any any eq 22", False),
    ],
)
def test_an_answer_is_told_from_what_is_new(line: str, harmless: bool) -> None:
    text = f"hostname x\nip access-list TEST\n   {line}\n"
    (rule,) = read_in(text)[PacketFilter].rules
    assert rule.harmless is harmless


def test_an_open_door_is_seen() -> None:
    """Telnet, plain HTTP, a community that may write, a secret in clear."""
    read = read_in(
        "hostname x\nusername eve secret 0 hello\nsnmp-server community public rw\n"
        "management telnet\n   no shutdown\nmanagement api http-commands\n   no shutdown\n   protocol http\n"
    )
    assert read[RemoteAccess].protocols == ("ssh", "telnet", "https", "http")
    assert (read[SnmpAgent].communities, read[SnmpAgent].writable) == (1, True)
    assert read[Accounts].accounts[0].hash == "plain"


# ── the canonical text ──────────────────────────────────────────────────────


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_written_is_canonical(name: str) -> None:
    assert canonical(TEXTS[name]) == TEXTS[name]


@pytest.mark.parametrize("name", TEXTS)
def test_the_canonical_text_does_not_depend_on_how_it_is_printed(name: str) -> None:
    """Kinds in another order, names for ports, defaults shown or not, ports without a line of their own."""
    printed = as_file(TEXTS[name])
    blocks = re.findall(r"^(?:banner login\n(?:.*\n)*?EOF\n|\S.*\n(?: .*\n)*)", printed, re.MULTILINE)
    random.Random(name).shuffle(blocks)
    text = "! Command: show running-config\n!\n" + "!\n".join([*blocks, "interface Ethernet47\n"]) + "end\n"
    text = text.replace(" eq 22\n", " eq ssh\n").replace(" eq 179\n", " eq bgp\n")
    text = text.replace("logging format", "logging trap informational\nlogging format").replace(" kbps", "")
    assert canonical(text) == TEXTS[name]


@pytest.mark.parametrize("text", ["", "\n\n", "!\nend\n", "! Command: show running-config\n"])
def test_an_empty_configuration_is_an_error(text: str) -> None:
    with pytest.raises(ReadError, match="no configuration"):
        canonical(text)


@pytest.mark.parametrize("before", ["", "banner motd\nhello\nEOF\n"])
def test_a_text_that_was_cut_off_is_an_error(before: str) -> None:
    with pytest.raises(ReadError, match="cut off"):
        canonical(f"{before}banner login\nAuthorised pers")


def test_what_is_no_configuration_is_an_error() -> None:
    with pytest.raises(ReadError, match="no configuration of EOS"):
        list(PART.read("set system host-name r1\n", PART.name))


@given(st.text(max_size=200) | st.text("ab! \n\tEOF", max_size=80).map("banner login\n{}".format))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a device says, it is a configuration or one clear error."""
    try:
        once = canonical(text)
        assert canonical(once) == once
        list(PART.read(once, PART.name))
    except ReadError as reason:
        assert "\n" not in str(reason)


@given(st.randoms(use_true_random=False))
def test_a_garbled_configuration_is_read_or_refused(dice: random.Random) -> None:
    """Words lost and doubled: still one clear error at most."""
    lines = TEXTS["leaf1"].splitlines()
    for _ in range(8):
        place = dice.randrange(len(lines))
        words = lines[place].split(" ")
        words.insert(dice.randrange(len(words) + 1), dice.choice(["x", "999999", "ip", ":", "any", ""]))
        lines[place] = " ".join(words[: dice.randrange(1, len(words) + 1)])
    try:
        once = canonical("\n".join(lines))
        assert canonical(once) == once
        list(PART.read(once, PART.name))
    except ReadError as reason:
        assert "\n" not in str(reason)


# ── secrets, and what cannot be ─────────────────────────────────────────────


@pytest.mark.parametrize("name", TEXTS)
def test_no_secret_survives_redaction(name: str) -> None:
    """Neither the secrets nor the forms in which EOS keeps them, which can be turned back."""
    device = DEVICES[name]
    hidden = render(device, paths.templates()).parts[PART.name]
    kept = [
        mine
        for theirs, mine in zip(hidden.splitlines(), TEXTS[name].splitlines(), strict=True)
        if "<secret>" in theirs
    ]
    assert len(kept) >= 3
    redacted = PLATFORM.redacted(TEXTS[name])
    assert redacted == hidden
    for secret in device.secrets:
        assert store(secret) not in TEXTS[name]


@pytest.mark.parametrize(
    "line",
    [
        "enable password sha512 $6$abc$SECRET",
        "aaa root secret 5 SECRET",
        "username eve privilege 15 secret 0 SECRET",
        "radius-server host 10.0.0.1 vrf MGMT timeout 3 key 7 SECRET",
        "snmp-server community SECRET ro",
        "ntp authentication-key 1 sha1 7 SECRET",
        "   neighbor 10.0.0.1 password 8a SECRET",
        "   ip ospf message-digest-key 1 sha512 8a SECRET",
        "   authentication mode sha key-id 1 key 7 SECRET",
    ],
)
def test_every_form_of_a_secret_is_known(line: str) -> None:
    assert "SECRET" not in PLATFORM.redacted(f"{line}\n")


def test_a_device_without_an_account_is_not_written() -> None:
    """Nobody could log in to it any more."""
    with pytest.raises(DesignError, match=r"management\.accounts"):
        written(replace(SPINE, accounts=()))


def test_a_tunnel_that_eos_does_not_speak_is_not_written() -> None:
    device = ROUTERS["r-899"]
    (uplink, *_) = device.of_kind(InterfaceKind.UPLINK)
    tunnel = Tunnel(SPINE.management, 51820, "k", "p", kind="wireguard", under=uplink.name)
    with pytest.raises(DesignError, match="ipsec"):
        written(replace(device, interfaces=(replace(uplink, tunnel=tunnel),)))


def test_every_queue_of_the_design_has_a_class() -> None:
    queues = {
        queue.number for device in ROUTERS.values() for link in device.interfaces for queue in link.queues
    }
    assert queues == set(want.CLASSES)
