"""VRP's configuration → facts, each with the line that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from kgnet.model.config import Line
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    PrefixEntry,
    PrefixLists,
    RouteMaps,
)
from kgnet.model.managed import Vrfs
from kgnet.platforms._asn import as_number
from kgnet.platforms._management import inside, within
from kgnet.platforms.huawei_vrp import managed
from kgnet.platforms.huawei_vrp.lines import Lines, Text, rest, starting, take
from kgnet.ports import Reading

Network = IPv4Network | IPv6Network


def _configured(told: Text) -> ConfiguredInterfaces:
    return ConfiguredInterfaces(tuple(_interfaces(told)))


def _interfaces(told: Text) -> Iterator[ConfiguredInterface]:
    blocks = within(told.lines)
    for head in starting(told.top, "interface "):
        block = blocks.get(head.text, [])
        yield ConfiguredInterface(
            name=head.text.split()[1],
            description=rest(block, "description "),
            addresses=tuple(
                ip_interface("/".join(line.text.split()[2:4]))
                for line in starting(block, "ip address ", "ipv6 address ")
                if re.match(r"ip(v6)? address [0-9a-fA-F.:/]+( \S+)?( sub)?$", line.text)
            ),
            line=head.number,
        )


def _vrfs(told: Text) -> Vrfs:
    names = {line.text.split()[2]: () for line in starting(told.top, "ip vpn-instance ")}
    vrfs: dict[str, tuple[str, ...]] = dict(names)
    for line in told.lines:
        match line.text.split():
            case ["ip", "binding", "vpn-instance", name] if len(line.path) == 2:
                vrfs[name] = (*vrfs.get(name, ()), line.path[0].split()[1])
    return Vrfs(vrfs)


def _bgp(told: Text) -> Iterator[ConfiguredBgp]:
    for head in starting(told.top, "bgp "):
        block = inside(told.lines, head.text)
        router_id = rest(block, "router-id ")
        yield ConfiguredBgp(
            asn=as_number(head.text.split()[1]),
            router_id=IPv4Address(router_id) if router_id else None,
            neighbors=tuple(_neighbors(block)),
            networks=tuple(_network(line.text.split()[1:]) for line in starting(block, "network ")),
            aggregates=tuple(_network(line.text.split()[1:]) for line in starting(block, "aggregate ")),
            requires_policy=None,  # VRP passes all on where no policy stands
            line=head.number,
        )


def _network(words: list[str]) -> Network:
    masked = len(words) > 1 and words[1][0].isdigit()
    return ip_network(f"{words[0]}/{words[1] if masked else _class_length(words[0])}")


def _class_length(address: str) -> int:
    """Return the natural length of an address without a mask (classes A, B, C)."""
    octet = int(address.split(".", maxsplit=1)[0])
    return 8 if octet < 128 else 16 if octet < 192 else 24


def _neighbors(block: Lines) -> Iterator[ConfiguredNeighbor]:
    said: dict[str, list[Line]] = {}
    for line in starting(block, "peer "):
        said.setdefault(line.text.split()[1], []).append(line)
    for name, told in said.items():
        words = {line.text.split()[2]: line.text.split()[2:] for line in told}
        if "as-number" not in words or not re.fullmatch(r"[0-9a-fA-F.:]+", name):
            continue  # a group of peers
        policies = {
            line.text.split()[4]: line.text.split()[3] for line in told if " route-policy " in line.text
        }
        most = words.get("route-limit")
        yield ConfiguredNeighbor(
            address=ip_address(name),
            remote_as=as_number(words["as-number"][1]),
            description=" ".join(words["description"][1:]) if "description" in words else None,
            bfd="bfd" in words,
            password="password" in words or "keychain" in words,
            import_policy=policies.get("import"),
            export_policy=policies.get("export"),
            maximum_prefix=int(most[1]) if most and "alert-only" not in most else None,
            line=told[0].number,
        )


ENTRY = re.compile(
    r"ip (?P<family>ip-prefix|ipv6-prefix) (?P<name>\S+) index (?P<index>\d+) (?P<action>permit|deny)"
    r" (?P<address>\S+) (?P<length>\d+)(?: greater-equal (?P<ge>\d+))?(?: less-equal (?P<le>\d+))?"
)


def _prefix_lists(told: Text) -> PrefixLists:
    lists: dict[str, tuple[PrefixEntry, ...]] = {}
    for line in told.top:
        if found := ENTRY.fullmatch(line.text):
            entry = PrefixEntry(
                sequence=int(found["index"]),
                permit=found["action"] == "permit",
                network=str(ip_network(f"{found['address']}/{found['length']}")),
                ge=int(found["ge"]) if found["ge"] else None,
                le=int(found["le"]) if found["le"] else None,
                line=line.number,
            )
            lists[found["name"]] = (*lists.get(found["name"], ()), entry)
    return PrefixLists(lists)


def _route_maps(told: Text) -> RouteMaps:
    maps: dict[str, tuple[str, ...]] = {}
    for line in told.lines:
        match line.path[0].split():
            case ["route-policy", name, *_]:
                found = re.fullmatch(r"if-match (?:ip-prefix|ipv6 address prefix-list) (\S+)", line.text)
                maps[name] = (*maps.get(name, ()), *([found[1]] if found else []))
    return RouteMaps(maps)


READING = Reading(
    take,
    {
        ConfiguredInterfaces: _configured,
        Vrfs: _vrfs,
        ConfiguredBgp: _bgp,
        PrefixLists: _prefix_lists,
        RouteMaps: _route_maps,
        **managed.READERS,
    },
    wrong="the configuration is not as VRP prints it",
)
