"""IOS's canonical configuration → facts on interfaces, routing, filters and queues, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    ConfiguredTunnel,
    ConfiguredTunnels,
    PacketFilter,
    PrefixEntry,
    PrefixLists,
    Queues,
    RouteMaps,
    System,
)
from kgnet.model.layer2 import Switching
from kgnet.model.naming import Names
from kgnet.platforms._asn import as_number
from kgnet.platforms._releases import switched
from kgnet.platforms.cisco_ios import filter as ios_filter
from kgnet.platforms.cisco_ios import (
    forwarding,
    inspection,
    layer2,
    managed,
    naming,
    operations,
    perimeter,
    qos,
)
from kgnet.platforms.cisco_ios.forwarding import addresses
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.root import taken_apart
from kgnet.ports import Readers, Reading

IKE = 500  # RFC 7296 §2
SAFE = "bgp safe-ebgp-policy"


def _take(text: str, part: str, first: int) -> Block:
    root = taken_apart(text, first)
    if not root.opens:
        raise ReadError(f"{part}: the configuration is empty")
    return root


def _system(root: Block) -> System:
    return System(
        hostname=root.rest("hostname "),
        log_targets=tuple(host.split()[0] for host in managed.log_hosts(root)),
        service_password_encryption=root.says("service password-encryption"),
        domain=root.rest("ip domain name ") or root.rest("ip domain-name ") or "",
    )


def _interfaces(root: Block) -> ConfiguredInterfaces:
    return ConfiguredInterfaces(tuple(map(_interface, root.starting("interface "))))


def _interface(block: Block) -> ConfiguredInterface:
    return ConfiguredInterface(
        name=block.line.split(maxsplit=1)[1],
        description=block.rest("description "),
        addresses=tuple(addresses(block)),
        line=block.number,
    )


def _tunnelled(root: Block) -> ConfiguredTunnels:
    return ConfiguredTunnels(tuple(_tunnels(root)))


def _tunnels(root: Block) -> Iterator[ConfiguredTunnel]:
    for block in root.starting("interface Tunnel"):
        if remote := block.rest("tunnel destination "):
            yield ConfiguredTunnel(block.line.split()[1], IKE, remote, block.number)


# ── BGP ─────────────────────────────────────────────────────────────────────


def _bgp(root: Block) -> Iterator[ConfiguredBgp]:
    for block in root.starting("router bgp "):
        families = [each for each in block.starting("address-family ") if " vrf " not in each.line]
        inside = [*block.inside, *(line for family in families for line in family.inside)]
        router_id = block.rest("bgp router-id ")
        yield ConfiguredBgp(
            asn=as_number(block.line.split()[2]),
            router_id=IPv4Address(router_id) if router_id else None,
            neighbors=tuple(_neighbors(inside, dict(_templates(block)))),
            networks=tuple(_networks(inside, "network ")),
            aggregates=tuple(_networks(inside, "aggregate-address ")),
            requires_policy=switched("cisco_ios", SAFE, root.rest("version "), on=block.says(SAFE)),
            line=block.number,
        )


def _networks(inside: list[Block], word: str) -> Iterator[Any]:
    for each in inside:
        if not each.line.startswith(word):
            continue
        match each.line.removeprefix(word).split():
            case [address, "mask", mask, *_]:
                yield ip_network(f"{address}/{mask}")
            case [address, *_] if "/" in address:
                yield ip_network(address)
            case [address, mask, *_] if mask[0].isdecimal():
                yield ip_network(f"{address}/{mask}")
            case [address, *_]:
                yield ip_network(f"{address}/{_classful(address)}")


def _classful(address: str) -> int:
    """Return the length that a network without a mask has (RFC 791 §2.3)."""
    first = int(address.partition(".")[0])
    return 8 if first < 128 else 16 if first < 192 else 24


def _templates(block: Block) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield what neighbours may inherit: `template peer-session NAME`, `template peer-policy NAME`."""
    for each in block.starting("template "):
        yield each.line.removeprefix("template "), [line.split() for line in each.lines]


def _neighbors(inside: list[Block], templates: Mapping[str, list[list[str]]]) -> Iterator[ConfiguredNeighbor]:
    said: dict[str, list[list[str]]] = {}
    numbers: dict[str, int] = {}
    groups: dict[str, str] = {}
    for each in inside:
        match each.line.split():
            case ["neighbor", name, "peer-group", group]:
                groups[name] = group
                numbers.setdefault(name, each.number)
            case ["neighbor", name, *words]:
                said.setdefault(name, []).append(words)
                numbers.setdefault(name, each.number)
    for name in dict.fromkeys((*said, *groups)):
        own = [*said.get(groups.get(name, ""), []), *said.get(name, [])]
        inherited = (templates.get(" ".join(words[1:]), []) for words in own if words[0] == "inherit")
        told = [*(words for every in inherited for words in every), *own]
        if name[0].isdecimal() or ":" in name:
            yield from _neighbor(name, told, numbers[name])


def _neighbor(name: str, told: list[list[str]], line: int) -> Iterator[ConfiguredNeighbor]:
    by_word = {words[0]: words for words in told if words}
    policies = {words[2]: words[1] for words in told if words[0] == "route-map"}
    most = by_word.get("maximum-prefix")
    if "remote-as" in by_word:
        yield ConfiguredNeighbor(
            address=ip_address(name),
            remote_as=as_number(by_word["remote-as"][1]),
            description=" ".join(by_word["description"][1:]) if "description" in by_word else None,
            bfd=["fall-over", "bfd"] in [words[:2] for words in told],
            password="password" in by_word or "ao" in by_word,  # TCP-AO, RFC 5925
            import_policy=policies.get("in"),
            export_policy=policies.get("out"),
            maximum_prefix=int(most[1]) if most and "warning-only" not in most else None,
            line=line,
            import_lists=tuple(words[1] for words in told if words[0] == "prefix-list" and words[2] == "in"),
            export_lists=tuple(words[1] for words in told if words[0] == "prefix-list" and words[2] == "out"),
        )


# ── filters of routing ──────────────────────────────────────────────────────

ENTRY = re.compile(
    r"ip(?:v6)? prefix-list (?P<name>\S+) seq (?P<sequence>\d+) (?P<action>permit|deny)"
    r" (?P<network>\S+)(?: ge (?P<ge>\d+))?(?: le (?P<le>\d+))?"
)


def _prefix_lists(root: Block) -> PrefixLists:
    lists: dict[str, tuple[PrefixEntry, ...]] = {}
    entries = (*root.starting("ip prefix-list "), *root.starting("ipv6 prefix-list "))
    for each in sorted(entries, key=lambda each: each.number):
        if found := ENTRY.fullmatch(each.line):
            lists[found["name"]] = (*lists.get(found["name"], ()), _prefix(found, each.number))
    return PrefixLists(lists)


def _prefix(found: re.Match[str], line: int) -> PrefixEntry:
    return PrefixEntry(
        sequence=int(found["sequence"]),
        permit=found["action"] == "permit",
        network=ip_network(found["network"]),
        ge=int(found["ge"]) if found["ge"] else None,
        le=int(found["le"]) if found["le"] else None,
        line=line,
    )


def _route_maps(root: Block) -> RouteMaps:
    maps: dict[str, tuple[str, ...]] = {}
    unasked: dict[str, int] = {}
    for block in root.starting("route-map "):
        name = block.line.split()[1]
        if block.line.split()[2:3] != ["deny"] and block.rest("match ") is None:
            unasked.setdefault(name, block.number)
        matched = (
            word
            for each in block.inside
            for word in each.line.partition(" address prefix-list ")[2].split()
            if each.line.startswith("match ip")
        )
        maps[name] = (*maps.get(name, ()), *matched)
    return RouteMaps(maps, unasked)


# ── all of it ───────────────────────────────────────────────────────────────


def _queued(root: Block) -> Queues:
    return Queues(tuple(qos.queues(root)))


READERS: Readers = {
    System: _system,
    ConfiguredInterfaces: _interfaces,
    ConfiguredTunnels: _tunnelled,
    ConfiguredBgp: _bgp,
    PrefixLists: _prefix_lists,
    RouteMaps: _route_maps,
    PacketFilter: ios_filter.packet_filter,
    Queues: _queued,
    Switching: layer2.switching,
    **managed.READERS,
    **forwarding.READERS,
    **operations.READERS,
    **perimeter.READERS,
    **inspection.READERS,
    Names: naming.naming,
}
READING = Reading(_take, READERS, wrong="the configuration is not as IOS prints it")
