"""Routers of different makers come to terms: both ends of every link as written, and on emulated devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import pytest
from mixed import MAKERS
from vendors import FLEETS, PLATFORMS, facts, store, text

from kgnet.emulate.arista_eos.secrets import read_bgp
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device as Emulated
from kgnet.emulate.device import Spec
from kgnet.emulate.dialects import dialect
from kgnet.emulate.terminal import Terminal
from kgnet.emulate.type7 import read7
from kgnet.emulate.world import World
from kgnet.model.config import Config
from kgnet.model.facts import BfdPeers, BgpPeers, ConfiguredBgp, ConfiguredNeighbor
from kgnet.model.fleet import Device, Fleet
from kgnet.plan import plan, ways
from kgnet.wire.junos_keys import revealed

Link = tuple[str, str, str, str]  # a device, its neighbour's address, that neighbour, our address there

# ── as written ──────────────────────────────────────────────────────────────


def keys_of_ios(config: str) -> dict[str, str]:
    found = re.findall(r"^ neighbor (\S+) password 7 (\S+)$", config, re.MULTILINE)
    return {address: read7(stored) for address, stored in found}


def keys_of_eos(config: str) -> dict[str, str]:
    found = re.findall(r"^ +neighbor (\S+) password 7 (\S+)$", config, re.MULTILINE)
    return {address: read_bgp(stored, address) for address, stored in found}


def keys_of_junos(config: str) -> dict[str, str]:
    """Return the key inside each neighbour's block."""
    found, address = {}, ""
    for words in map(str.split, config.splitlines()):
        if words[0] == "neighbor":
            address = words[1]
        elif words[0] == "authentication-key":
            found[address] = revealed(words[1].strip('";'))
    return found


KEYS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "cisco_ios": keys_of_ios,
    "arista_eos": keys_of_eos,
    "juniper_junos": keys_of_junos,
}
# RFC 5082: both send with 255, since the other end may ask for it.
SENDS_255 = {
    "cisco_ios": " neighbor {} ttl-security hops 1",
    "arista_eos": "   neighbor {} ttl maximum-hops 1",
    "juniper_junos": "            ttl 255;",
}


def links(fleet: Fleet) -> Iterator[Link]:
    """Yield each end of each link between two routers of makers whose routing is rendered."""
    devices = {name: each for name, each in fleet.devices.items() if each.platform in MAKERS and each.routing}
    for device in devices.values():
        for link in device.interfaces:
            if link.peer and link.peer.device in devices and link.kind != "internet":
                far = devices[link.peer.device].interface(link.peer.interface)
                for ours, theirs in zip(link.addresses, far.addresses, strict=True):
                    yield device.name, str(theirs.ip), link.peer.device, str(ours.ip)


def bgp(fleet: str, device: str) -> ConfiguredBgp:
    found = facts(fleet, device)[ConfiguredBgp]
    assert isinstance(found, ConfiguredBgp)
    return found


def neighbor(fleet: str, device: str, address: str) -> ConfiguredNeighbor:
    (found,) = (each for each in bgp(fleet, device).neighbors if str(each.address) == address)
    return found


@pytest.mark.parametrize("fleet", FLEETS)
def test_both_ends_of_a_link_name_each_other(fleet: str) -> None:
    """Each knows the other's address and AS number, filters what it hears, and watches the path by BFD."""
    pairs = set()
    for near, address, far, own in links(FLEETS[fleet]):
        there, back = neighbor(fleet, near, address), neighbor(fleet, far, own)
        assert there.remote_as == bgp(fleet, far).asn, f"{near} to {far}"
        assert back.remote_as == bgp(fleet, near).asn, f"{far} to {near}"
        assert there.bfd, f"{near} to {far}"
        assert there.import_policy, f"{near} to {far}"
        assert there.export_policy, f"{near} to {far}"
        pairs.add((FLEETS[fleet].devices[near].platform, FLEETS[fleet].devices[far].platform))
    assert len(pairs) > 3


@pytest.mark.parametrize("fleet", FLEETS)
def test_both_ends_of_a_link_have_the_same_key_and_the_same_hops(fleet: str) -> None:
    """TCP-MD5 (RFC 2385), each kept in its maker's own form; and RFC 5082 or neither."""
    devices = FLEETS[fleet].devices
    names = {name for name, *_ in links(FLEETS[fleet])}
    keys = {name: KEYS[devices[name].platform](text(fleet, name)) for name in names}
    lines = {name: frozenset(text(fleet, name).splitlines()) for name in keys}
    for near, address, far, own in links(FLEETS[fleet]):
        assert keys[near][address] == keys[far][own], f"{near} to {far}"
        assert keys[near][address].startswith("bgp-"), f"{near} to {far}"
        assert SENDS_255[devices[near].platform].format(address) in lines[near], f"{near} to {far}"


@pytest.mark.parametrize("fleet", ["kiengiang", "mixed lab"])
def test_spines_and_leaves_name_each_other_for_the_overlay(fleet: str) -> None:
    devices = FLEETS[fleet].devices
    switches = [each for each in devices.values() if each.fabric]
    for near in switches:
        assert near.fabric is not None
        for peer in near.fabric.overlay:
            own = next(str(link.ipv4.ip) for link in near.interfaces if link.kind == "loopback" and link.ipv4)
            there, back = neighbor(fleet, near.name, str(peer.address)), neighbor(fleet, peer.device, own)
            assert (there.remote_as, back.remote_as) == (
                bgp(fleet, peer.device).asn,
                bgp(fleet, near.name).asn,
            )
            assert there.bfd
            keys = [keys_of_eos(text(fleet, name)) for name in (near.name, peer.device)]
            assert keys[0][str(peer.address)] == keys[1][own]
    assert len(switches) >= 4


# ── as emulated devices see it ──────────────────────────────────────────────

FLEET = "kiengiang"
UPSTREAMS = ("r-899", "r-910", "r-911")  # offices of IOS, EOS and Junos, each with a commune on a tunnel
CORE = ("hub1", "fw1", "spine1", "leaf1")


def outer_of_a_tunnel(inner: str) -> str:
    """Return the first device of our makers whose circuit over the Internet ends on *inner*."""
    devices = FLEETS[FLEET].devices
    found = (each.outer.device for each in FLEETS[FLEET].circuits.values() if each.inner.device == inner
             and each.outer != each.outer_port)  # fmt: skip
    return next(name for name in found if devices[name].platform in MAKERS)


NAMES = (*CORE, *UPSTREAMS, *(outer_of_a_tunnel(name) for name in UPSTREAMS))
ASK = {
    "cisco_ios": (("show bgp all summary",), ("show bfd neighbors details",)),
    "arista_eos": (("show bgp neighbors vrf all | json",), ("show bfd peers detail | json",)),
    "juniper_junos": (("show bgp summary",), ("show bfd session",)),
}


@dataclass
class Net:
    """Devices that were told by their own commands what they shall be."""

    world: World
    devices: dict[str, Emulated]

    def look(self, name: str, which: int) -> Any:
        """Return what its platform reads in what the device shows of BGP (0) or BFD (1)."""
        asked = ASK[self.devices[name].dialect][which]
        terminal = Terminal(self.devices[name])
        try:
            (found,) = PLATFORMS[self.devices[name].dialect].state[asked](terminal.type(*asked))
        finally:
            terminal.close()
        return found

    def states(self, name: str) -> dict[str, str]:
        found = self.look(name, 0)
        assert isinstance(found, BgpPeers)
        return {str(peer.address): peer.state for peer in found.peers}

    def watched(self, name: str) -> set[str]:
        found = self.look(name, 1)
        assert isinstance(found, BfdPeers)
        return {str(peer.address) for peer in found.peers if peer.up}

    def type(self, name: str, lines: Iterable[str]) -> None:
        terminal = Terminal(self.devices[name])
        platform = PLATFORMS[self.devices[name].dialect]
        for line in ("configure terminal" if platform.dialect == "ios" else "configure", *lines):
            said = terminal.type(line)
            if terminal.ask and "confirm" in terminal.ask.prompt:
                said += terminal.type("")
            assert not any(pattern.search(said) for pattern in platform.refusals), f"{name}: {line}: {said}"
        assert "error" not in terminal.type("commit" if platform.dialect == "junos" else "end")
        terminal.close()


def bare(device: Device, clock: Clock) -> Emulated:
    account = device.accounts[0]
    ports = tuple(dict.fromkeys(PLATFORMS[device.platform].ports(device).values()))
    spec = Spec(
        device.name,
        device.platform,
        management=f"{device.management}/16",
        user=account.name,
        password=store(account.secret),
        ports=ports,
    )
    emulated = dialect(device.platform)(spec, clock)
    emulated.boot()
    return emulated


@pytest.fixture(scope="module")
def net() -> Net:
    clock, devices = Clock(0), FLEETS[FLEET].devices
    told = Net(World({}), {})
    told.devices = {name: bare(devices[name], clock) for name in NAMES}
    told.world = World(told.devices)
    for name, emulated in told.devices.items():
        emulated.world = told.world
        (part,) = PLATFORMS[emulated.dialect].parts
        known = {part.name: part}
        have = Config(name, {part.name: part.canonical(emulated.running())})
        want = Config(name, {part.name: text(FLEET, name)})
        told.type(name, ways(plan(want, have, parts=known), have, parts=known).there)
        now = Config(name, {part.name: part.canonical(emulated.running())})
        assert not plan(want, now, parts=known), name
    return told


def met() -> list[Link]:
    """Return the links whose two ends are emulated."""
    return [link for link in links(FLEETS[FLEET]) if link[0] in NAMES and link[2] in NAMES]


def test_every_session_between_makers_comes_up(net: Net) -> None:
    """Each tells so in its own words; a neighbour that is not there is told as well."""
    states = {name: net.states(name) for name in NAMES}
    watched = {name: net.watched(name) for name in NAMES}
    makers = set()
    for near, address, far, _ in met():
        assert states[near][address] == "Established", f"{near} to {far}"
        assert address in watched[near], f"{near} to {far}"
        makers.add(frozenset((net.devices[near].dialect, net.devices[far].dialect)))
    assert {
        frozenset(pair) for pair in (("cisco_ios", "arista_eos"), ("cisco_ios", "juniper_junos"))
    } <= makers
    assert any(state != "Established" for state in states["hub1"].values())


def test_the_fabrics_overlay_comes_up(net: Net) -> None:
    for near, far in (("spine1", "leaf1"), ("leaf1", "spine1")):
        fabric = FLEETS[FLEET].devices[near].fabric
        assert fabric is not None
        (peer,) = (each for each in fabric.overlay if each.device == far)
        assert net.states(near)[str(peer.address)] == "Established"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("r-899", ("router bgp {asn}", "neighbor {address} password other")),
        ("r-910", ("router bgp {asn}", "neighbor {address} password other")),
        ("r-911", ("set protocols bgp group NEIGHBORS-4 neighbor {address} authentication-key other",)),
    ],
)
def test_another_key_at_one_end_is_no_session_at_either(net: Net, name: str, lines: tuple[str, ...]) -> None:
    """The test above would see it."""
    near, address, far, own = next(
        link for link in met() if link[0] == name and link[2] == "hub1" and ip_address(link[1]).version == 4
    )
    told = {"asn": bgp(FLEET, near).asn, "address": address}
    net.type(near, [line.format(**told) for line in lines])
    assert net.states(near)[address] != "Established"
    assert net.states(far)[own] != "Established"
