"""FRR's running configuration → facts, each with the line that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network

from kgnet.errors import ReadError
from kgnet.model.config import Config, Line
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    PrefixEntry,
    PrefixLists,
    RouteMaps,
    System,
)
from kgnet.model.naming import Names
from kgnet.model.operations import Logging
from kgnet.model.redundancy import FirstHops
from kgnet.platforms._asn import as_number
from kgnet.platforms.frr import first_hops, forwarding, naming
from kgnet.platforms.frr.operations import logging

Facts = (
    ConfiguredInterfaces
    | ConfiguredBgp
    | PrefixLists
    | RouteMaps
    | System
    | Logging
    | forwarding.Facts
    | FirstHops
    | Names
)
Words = list[str]


def read(text: str, part: str) -> Iterator[Facts]:
    """Read the routing part; a device without `router bgp` has no ConfiguredBgp."""
    lines = [_counted(line) for line in Config("", {part: text}).lines()]
    try:
        yield _system(lines)
        yield logging(lines)
        yield ConfiguredInterfaces(tuple(_interfaces(lines)))
        yield from _bgp(lines)
        yield _prefix_lists(lines)
        yield _route_maps(lines)
        yield from forwarding.read(lines)
        yield from first_hops.read(lines)
        yield naming.naming(lines)
    except (ValueError, IndexError) as reason:
        raise ReadError(f"FRR's configuration is not as expected: {reason}") from reason


def _counted(line: Line) -> Line:
    return Line(line.part, line.number - 1, line.path)  # without the header that a file has


def _system(lines: list[Line]) -> System:
    hostname, targets, encrypted = None, [], False
    for line in lines:
        match line.text.split():
            case ["hostname", name] if len(line.path) == 1:
                hostname = name
            case ["log", target, *rest]:
                targets.append(" ".join((target, *rest)))
            case ["service", "password-encryption"]:
                encrypted = True
    return System(hostname, tuple(targets), encrypted)


def _interfaces(lines: list[Line]) -> Iterator[ConfiguredInterface]:
    for line in lines:
        if len(line.path) == 1 and line.text.startswith("interface "):
            inside = [each.text for each in lines if each.path[:-1] == line.path]
            yield ConfiguredInterface(
                name=line.text.split()[1],
                description=_rest(inside, "description "),
                addresses=tuple(
                    ip_interface(text.split()[2])
                    for text in inside
                    if text.startswith(("ip address ", "ipv6 address "))
                ),
                line=line.number,
            )


def _rest(texts: list[str], start: str) -> str | None:
    return next((text.removeprefix(start) for text in texts if text.startswith(start)), None)


# ── BGP ─────────────────────────────────────────────────────────────────────


def _bgp(lines: list[Line]) -> Iterator[ConfiguredBgp]:
    for head in lines:
        if len(head.path) > 1 or not head.text.startswith("router bgp "):
            continue
        inside = [line for line in lines if line.path[0] == head.text and len(line.path) > 1]
        texts = [line.text for line in inside]
        router_id = _rest(texts, "bgp router-id ")
        yield ConfiguredBgp(
            asn=as_number(head.text.split()[2]),
            router_id=IPv4Address(router_id) if router_id else None,
            neighbors=tuple(_neighbors(inside)),
            networks=tuple(ip_network(text.split()[1]) for text in texts if text.startswith("network ")),
            aggregates=tuple(
                ip_network(text.split()[1]) for text in texts if text.startswith("aggregate-address ")
            ),
            requires_policy="no bgp ebgp-requires-policy" not in texts,
            line=head.number,
        )


def _neighbors(inside: list[Line]) -> Iterator[ConfiguredNeighbor]:
    said: dict[str, list[Words]] = {}
    numbers: dict[str, int] = {}
    for line in inside:
        match line.text.split():
            case ["neighbor", address, *words]:
                said.setdefault(address, []).append(words)
                numbers.setdefault(address, line.number)
    for address, statements in said.items():
        if any(words[0] == "remote-as" for words in statements):
            yield _neighbor(address, statements, numbers[address])


def _neighbor(address: str, statements: list[Words], line: int) -> ConfiguredNeighbor:
    by_word = {words[0]: words for words in statements}
    policies = {words[2]: words[1] for words in statements if words[0] == "route-map"}
    most = by_word.get("maximum-prefix")
    return ConfiguredNeighbor(
        address=ip_address(address),
        remote_as=int(by_word["remote-as"][1]),
        description=" ".join(by_word["description"][1:]) if "description" in by_word else None,
        bfd="bfd" in by_word,
        password="password" in by_word,
        import_policy=policies.get("in"),
        export_policy=policies.get("out"),
        maximum_prefix=int(most[1]) if most and "warning-only" not in most else None,
        line=line,
        import_lists=tuple(words[1] for words in statements if words[::2] == ["prefix-list", "in"]),
        export_lists=tuple(words[1] for words in statements if words[::2] == ["prefix-list", "out"]),
    )


# ── filters ─────────────────────────────────────────────────────────────────


ENTRY = re.compile(
    r"(?P<family>ip|ipv6) prefix-list (?P<name>\S+) seq (?P<sequence>\d+) (?P<action>permit|deny)"
    r" (?P<network>\S+)(?: ge (?P<ge>\d+))?(?: le (?P<le>\d+))?"
)
ANY = {"ip": ("0.0.0.0/0", 32), "ipv6": ("::/0", 128)}


def _prefix_lists(lines: list[Line]) -> PrefixLists:
    lists: dict[str, tuple[PrefixEntry, ...]] = {}
    for line in lines:
        if found := ENTRY.fullmatch(line.text):
            lists[found["name"]] = (*lists.get(found["name"], ()), _entry(found, line.number))
    return PrefixLists(lists)


def _entry(found: re.Match[str], line: int) -> PrefixEntry:
    whole, longest = ANY[found["family"]]
    anything = found["network"] == "any"  # FRR's word for 0.0.0.0/0 le 32
    return PrefixEntry(
        sequence=int(found["sequence"]),
        permit=found["action"] == "permit",
        network=str(ip_network(whole if anything else found["network"])),
        ge=int(found["ge"]) if found["ge"] else None,
        le=longest if anything else int(found["le"]) if found["le"] else None,
        line=line,
    )


def _route_maps(lines: list[Line]) -> RouteMaps:
    maps: dict[str, tuple[str, ...]] = {}
    asking = {line.path[0] for line in lines if line.text.startswith("match ")}
    unasked: dict[str, int] = {}
    for line in lines:
        match line.path[0].split():
            case ["route-map", name, verdict, *_]:
                found = line.text.partition(" address prefix-list ")[2]
                maps[name] = (*maps.get(name, ()), *([found] if found else []))
                if verdict == "permit" and line.path[0] not in asking:
                    unasked.setdefault(name, line.number)
    return RouteMaps(maps, unasked)
