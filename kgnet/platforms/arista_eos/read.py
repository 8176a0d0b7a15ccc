"""EOS's running configuration → facts of interfaces, routing and filters, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

from kgnet.errors import ReadError
from kgnet.model.config import Config, Line
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
from kgnet.model.managed import (
    LogHosts,
    LoginBanner,
    SnmpAgent,
    TimeServers,
    Vrfs,
)
from kgnet.model.naming import Names
from kgnet.model.redundancy import FirstHops
from kgnet.platforms._asn import as_number
from kgnet.platforms._operations import Operations
from kgnet.platforms.arista_eos import (
    access,
    accounts,
    first_hops,
    forwarding,
    layer2,
    managed,
    naming,
    operations,
    perimeter,
    traffic,
)
from kgnet.platforms.arista_eos.block import Block, blocks, rest

Facts = (
    accounts.Facts
    | ConfiguredBgp
    | ConfiguredInterfaces
    | ConfiguredTunnels
    | LoginBanner
    | LogHosts
    | PacketFilter
    | PrefixLists
    | Queues
    | access.AccessFacts
    | RouteMaps
    | SnmpAgent
    | System
    | TimeServers
    | Vrfs
    | Switching
    | forwarding.Facts
    | Operations
    | perimeter.Perimeter
    | FirstHops
    | Names
)
DEFAULT_ROUTES = 12_000  # what EOS takes from a neighbour where nothing is said; 0 is no limit
PREFIX = re.compile(
    r"seq (?P<sequence>\d+) (?P<action>permit|deny) (?P<network>\S+)"
    r"(?: eq (?P<eq>\d+))?(?: ge (?P<ge>\d+))?(?: le (?P<le>\d+))?"
)


def read(text: str, part: str) -> Iterator[Facts]:
    """Read a whole configuration; a device without `router bgp` has no ConfiguredBgp."""
    top = blocks(_counted(line) for line in Config("", {part: text}).lines())
    if not any(block.text.startswith(("hostname ", "interface ")) for block in top):
        raise ReadError(f"{part}: no configuration of EOS: neither a hostname nor an interface stands in it")
    try:
        yield _system(top)
        yield ConfiguredInterfaces(tuple(_interfaces(top)))
        yield from _bgp(top)
        yield _prefix_lists(top)
        yield _route_maps(top)
        yield ConfiguredTunnels(tuple(_tunnels(top)))
        yield Vrfs(_vrfs(top))
        for fact in traffic.read(top):
            yield fact
            if isinstance(fact, PacketFilter):
                yield from access.read(top, fact)
                yield from managed.read(top, fact)
        yield layer2.switching(top)
        yield from forwarding.read(top)
        yield from operations.read(top)
        yield from perimeter.read(top)
        yield from first_hops.read(top)
        yield naming.naming(top)
    except (ValueError, LookupError) as reason:
        raise ReadError(f"EOS's configuration is not as expected: {reason}") from reason


def _counted(line: Line) -> Line:
    return Line(line.part, line.number - 1, line.path)  # without the header that a file has


def _system(top: list[Block]) -> System:
    hosts = [block.text for block in top if re.match(r"logging (vrf \S+ )?host ", block.text)]
    hostname = next((block.words[1] for block in reversed(top) if block.words[0] == "hostname"), None)
    domain = next((block.words[2] for block in top if block.text.startswith("dns domain ")), "")
    return System(hostname, tuple(text.removeprefix("logging ") for text in hosts), None, domain)


# ── interfaces ──────────────────────────────────────────────────────────────


def _ports(top: list[Block]) -> Iterator[Block]:
    return (block for block in top if block.text.startswith("interface ") and block.words[1] != "defaults")


def _interfaces(top: list[Block]) -> Iterator[ConfiguredInterface]:
    for block in _ports(top):
        addresses = (line.words[2] for line in block.starting("ip address ", "ipv6 address "))
        yield ConfiguredInterface(
            block.words[1], rest(block, "description "), tuple(map(_address, addresses)), block.number
        )


def _address(text: str) -> IPv4Interface | IPv6Interface:
    if "/" not in text:
        raise ValueError(f"{text!r} is no address with a length")
    return ip_interface(text)


def _tunnels(top: list[Block]) -> Iterator[ConfiguredTunnel]:
    for block in _ports(top):
        remote = rest(block, "tunnel destination ")
        if remote:
            yield ConfiguredTunnel(block.words[1], 0, remote, block.number)


def _vrfs(top: list[Block]) -> dict[str, tuple[str, ...]]:
    vrfs: dict[str, tuple[str, ...]] = {
        block.words[2]: () for block in top if block.text.startswith("vrf instance ")
    }
    for block in _ports(top):
        vrf = rest(block, "vrf ")
        if vrf:
            vrfs[vrf] = (*vrfs.get(vrf, ()), block.words[1])
    return vrfs


# ── BGP ─────────────────────────────────────────────────────────────────────


def _bgp(top: list[Block]) -> Iterator[ConfiguredBgp]:
    for block in top:
        if not block.text.startswith("router bgp "):
            continue
        own = [block, *block.starting("address-family ")]
        lines = [line for each in own for line in each.inside]
        router_id = rest(block, "router-id ")
        denied = {line.text for line in block.starting("bgp missing-policy ")}
        yield ConfiguredBgp(
            asn=as_number(block.words[2]),
            router_id=IPv4Address(router_id) if router_id else None,
            neighbors=tuple(_neighbors(lines)),
            networks=tuple(_networks(lines, "network")),
            aggregates=tuple(_networks(lines, "aggregate-address")),
            requires_policy=all(
                any(f"direction {way} action deny" in line for line in denied) for way in ("in", "out")
            ),
            line=block.number,
        )


def _networks(lines: Iterable[Block], word: str) -> Iterator[IPv4Network | IPv6Network]:
    return (ip_network(line.words[1]) for line in lines if line.words[0] == word)


def _neighbors(lines: Iterable[Block]) -> Iterator[ConfiguredNeighbor]:
    """Yield each neighbour; what stands at its group holds for it where it says nothing itself."""
    said: dict[str, list[Block]] = {}
    for line in lines:
        if line.words[0] == "neighbor" and len(line.words) > 2:
            said.setdefault(line.words[1], []).append(line)
    for peer, own in said.items():
        if not _is_address(peer):
            continue
        groups = [line.words[-1] for line in own if line.words[2:4] in (["peer", "group"], ["peer-group"])]
        told = [
            line.words[2:] for line in (*own, *(line for group in groups for line in said.get(group, ())))
        ]
        if any(words[0] == "remote-as" for words in told):
            yield _neighbor(peer, told, own[0].number)


def _is_address(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-fA-F:.]+", text)) and any(mark in text for mark in ".:")


def _limit(words: list[str]) -> int | None:
    """Read `maximum-routes N …`; 0 is no limit, nor is one that only warns."""
    return None if "warning-only" in words else int(words[1]) or None


def _neighbor(peer: str, told: list[list[str]], line: int) -> ConfiguredNeighbor:
    by_word: dict[str, list[str]] = {}
    for words in told:
        by_word.setdefault(words[0], words)
    policies = {words[2]: words[1] for words in reversed(told) if words[0] == "route-map"}
    most = by_word.get("maximum-routes")
    return ConfiguredNeighbor(
        address=ip_address(peer),
        remote_as=as_number(by_word["remote-as"][1]),
        description=" ".join(by_word["description"][1:]) if "description" in by_word else None,
        bfd="bfd" in by_word,
        password="password" in by_word,
        import_policy=policies.get("in"),
        export_policy=policies.get("out"),
        maximum_prefix=_limit(most) if most else DEFAULT_ROUTES,
        line=line,
        import_lists=tuple(words[1] for words in told if words[0] == "prefix-list" and words[2] == "in"),
        export_lists=tuple(words[1] for words in told if words[0] == "prefix-list" and words[2] == "out"),
    )


# ── filters of routes ───────────────────────────────────────────────────────


def _prefix_lists(top: list[Block]) -> PrefixLists:
    lists: dict[str, tuple[PrefixEntry, ...]] = {}
    for block in top:
        if not re.match(r"ip(v6)? prefix-list ", block.text):
            continue
        if len(block.words) > 3:
            raise ValueError(f"line {block.number}: a prefix list is a block: {block.text!r}")
        found = ((PREFIX.fullmatch(line.text), line.number) for line in block.inside)
        lists[block.words[2]] = tuple(_entry(entry, line) for entry, line in found if entry)
    return PrefixLists(lists)


def _entry(found: re.Match[str], line: int) -> PrefixEntry:
    least, most = (found[word] or found["eq"] for word in ("ge", "le"))
    return PrefixEntry(
        sequence=int(found["sequence"]),
        permit=found["action"] == "permit",
        network=str(ip_network(found["network"])),
        ge=int(least) if least else None,
        le=int(most) if most else None,
        line=line,
    )


def _route_maps(top: list[Block]) -> RouteMaps:
    maps: dict[str, tuple[str, ...]] = {}
    unasked: dict[str, int] = {}
    for block in top:
        if block.words[0] == "route-map":
            if block.words[2:3] != ["deny"] and rest(block, "match ") is None:
                unasked.setdefault(block.words[1], block.number)
            matched = (line.words[-1] for line in block.inside if " address prefix-list " in line.text)
            maps[block.words[1]] = (*maps.get(block.words[1], ()), *matched)
    return RouteMaps(maps, unasked)
