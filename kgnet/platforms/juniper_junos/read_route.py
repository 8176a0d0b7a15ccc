"""Junos's configuration → facts about interfaces, BGP, its filters, queues and tunnels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network

from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    ConfiguredTunnel,
    ConfiguredTunnels,
    PrefixEntry,
    PrefixLists,
    Queue,
    Queues,
    RouteMaps,
)
from kgnet.model.routing import Network
from kgnet.platforms._asn import as_number
from kgnet.platforms._releases import switched
from kgnet.platforms.juniper_junos.qos import PRIORITIES
from kgnet.platforms.juniper_junos.text import Statement, members

RouteFacts = ConfiguredInterfaces | ConfiguredBgp | PrefixLists | RouteMaps | Queues | ConfiguredTunnels
FAMILIES = ("family inet", "family inet6")
LISTS = ("prefix-list", "route-filter-list", "prefix-list-filter")
UNITS = {"k": 1, "m": 1_000, "g": 1_000_000}
IKE = 500  # RFC 7296 §2
NOWHERE = Statement("", 0)


def routes(root: Statement) -> Iterator[RouteFacts]:
    lists = _prefix_lists(root)
    yield ConfiguredInterfaces(tuple(_interfaces(root)))
    bgp = root.one("protocols", "bgp")
    if bgp:
        yield _bgp(root, bgp, lists)
    yield lists
    policies = {each.rest: each for each in root.every("policy-options", "policy-statement")}
    yield RouteMaps(
        {name: tuple(_matched(each)) for name, each in policies.items()},
        {name: line for name, each in policies.items() if (line := _unasked(each))},
    )
    yield Queues(tuple(_queues(root)))
    yield ConfiguredTunnels(tuple(_tunnels(root)))


# ── interfaces ──────────────────────────────────────────────────────────────


def _interfaces(root: Statement) -> Iterator[ConfiguredInterface]:
    for port in root.one("interfaces") or ():
        for unit in port.every("unit"):
            yield ConfiguredInterface(
                name=f"{port.words}.{unit.rest}",
                description=unit.value("description"),
                addresses=tuple(
                    ip_interface(each.words.split()[1])
                    for family in FAMILIES
                    for each in (unit.one(family) or NOWHERE).every("address")
                ),
                line=unit.line,
            )


# ── BGP ─────────────────────────────────────────────────────────────────────


def _bgp(root: Statement, bgp: Statement, lists: PrefixLists) -> ConfiguredBgp:
    options = root.one("routing-options") or NOWHERE
    router_id = options.value("router-id")
    asn = as_number((options.value("autonomous-system") or "0").split()[0])
    return ConfiguredBgp(
        asn=asn,
        router_id=IPv4Address(router_id) if router_id else None,
        neighbors=tuple(_neighbors(bgp, asn)),
        networks=tuple(_networks(root, lists)),
        aggregates=tuple(_aggregates(options)),
        requires_policy=switched(
            "juniper_junos",
            "bgp defaults ebgp no-policy",
            root.value("version"),
            on=bgp.one("defaults", "ebgp", "no-policy") is not None,
        ),
        line=bgp.line,
    )


def _aggregates(options: Statement) -> Iterator[Network]:
    for holder in (options.one("aggregate"), options.one("rib inet6.0", "aggregate")):
        yield from (ip_network(each.rest) for each in (holder or NOWHERE).every("route"))


def _networks(root: Statement, lists: PrefixLists) -> Iterator[Network]:
    """Yield what a policy picks from its own routes: terms of `protocol direct` that match a list."""
    for policy in root.every("policy-options", "policy-statement"):
        for term in policy.every("term"):
            held = term.one("from") or NOWHERE
            if held.value("protocol") == "direct" and term.one("then", "reject") is None:
                for name in _named(held):
                    yield from (ip_network(entry.network) for entry in lists.lists.get(name, ()))


ENFORCED = ("teardown", "drop-excess", "hide-excess")


@dataclass(frozen=True, slots=True)
class _Said:
    """What neighbour, group and all of BGP say: the nearest counts."""

    levels: tuple[Statement, ...]

    def value(self, *path: str) -> str | None:
        return next((found for each in self.levels if (found := each.value(*path)) is not None), None)

    def has(self, word: str) -> bool:
        return any(each.first == word and not each.inactive for level in self.levels for each in level)

    def policy(self, word: str) -> str | None:
        """Return the policy that decides: the last of several."""
        told = members(self.value(word) or "")
        return told[-1] if told else None


def _neighbors(bgp: Statement, own: int) -> Iterator[ConfiguredNeighbor]:
    for group in bgp.every("group"):
        for each in group.every("neighbor"):
            yield _neighbor(each, _Said((each, group, bgp)), own)


def _limit(said: _Said, family: str) -> int | None:
    """Return how many prefixes are taken; a limit that says not what becomes of the others only logs them."""
    for kind in ("prefix-limit", "accepted-prefix-limit"):
        most = said.value(family, "unicast", kind, "maximum")
        if most and any(said.value(family, "unicast", kind, each) is not None for each in ENFORCED):
            return int(most)
    return None


def _neighbor(neighbor: Statement, said: _Said, own: int) -> ConfiguredNeighbor:
    address = ip_address(neighbor.rest)
    family = "family inet" if address.version == 4 else "family inet6"
    peer = said.value("peer-as")
    return ConfiguredNeighbor(
        address=address,
        remote_as=as_number(peer) if peer else own if said.value("type") == "internal" else 0,
        description=said.value("description"),
        bfd=said.has("bfd-liveness-detection"),
        password=said.has("authentication-key") or said.has("authentication-key-chain"),
        import_policy=said.policy("import"),
        export_policy=said.policy("export"),
        maximum_prefix=_limit(said, family),
        line=neighbor.line,
    )


# ── policies ────────────────────────────────────────────────────────────────


def _prefix_lists(root: Statement) -> PrefixLists:
    options = root.one("policy-options") or NOWHERE
    return PrefixLists(
        {
            each.rest: tuple(_entry(place, inner) for place, inner in enumerate(each, 1))
            for word in ("prefix-list", "route-filter-list")
            for each in options.every(word)
        }
    )


def _entry(place: int, entry: Statement) -> PrefixEntry:
    """Read `10.0.0.0/8`, `… exact`, `… orlonger`, `… upto /24`, `… prefix-length-range /16-/24`."""
    words = entry.words.split()
    network = ip_network(words[0])
    ge: int | None = None
    le: int | None = None
    match words[1:]:
        case ["orlonger" | "longer" as kind]:
            ge, le = network.prefixlen + 1 if kind == "longer" else None, network.max_prefixlen
        case ["upto", length]:
            le = int(length.removeprefix("/"))
        case ["prefix-length-range", ends]:
            first, _, last = ends.partition("-")
            ge, le = int(first.removeprefix("/")), int(last.removeprefix("/"))
    return PrefixEntry(place, True, str(network), ge, le, entry.line)


def _unasked(policy: Statement) -> int | None:
    """Return the line of what accepts without a condition; None where nothing does."""
    for holder in (*policy.every("term"), policy):
        if holder.one("then", "accept") and not (holder.one("from") or holder.one("to")):
            return holder.line
    return None


def _matched(policy: Statement) -> Iterator[str]:
    for holder in (policy, *policy.every("term")):
        yield from _named(holder.one("from") or NOWHERE)


def _named(held: Statement) -> Iterator[str]:
    return (each.words.split()[1] for each in held if each.first in LISTS and not each.inactive)


# ── queues and tunnels ──────────────────────────────────────────────────────


def _queues(root: Statement) -> Iterator[Queue]:
    cos = root.one("class-of-service") or NOWHERE
    numbers = {
        each.words.split()[2]: int(each.words.split()[1]) for each in cos.every("forwarding-classes", "queue")
    }
    for port in cos.one("interfaces") or ():
        for unit in port.every("unit"):
            scheduled = unit.value("scheduler-map")
            if scheduled:
                ceil = mbps(unit.value("shaping-rate") or "0", 0)
                yield from _of_map(cos, f"{port.words}.{unit.rest}", scheduled, numbers, ceil)


def _of_map(
    cos: Statement, interface: str, name: str, numbers: dict[str, int], ceil_mbps: float
) -> Iterator[Queue]:
    for each in cos.every("scheduler-maps", name, "forwarding-class"):
        _, forwarding_class, _, scheduler = each.words.split()
        held = cos.one("schedulers", scheduler) or NOWHERE
        told = scheduler.removeprefix(f"{name}-")
        yield Queue(
            interface=interface,
            number=int(told) if told.isdecimal() else numbers[forwarding_class],
            rate_mbps=mbps(held.value("transmit-rate") or "0", ceil_mbps),
            ceil_mbps=ceil_mbps,
            priority=PRIORITIES.index(held.value("priority") or "low"),
        )


def mbps(told: str, whole_mbps: float) -> float:
    """Read `20m`, `2048k`, `64000` in bits a second, or `percent 5` of *whole_mbps*."""
    words = told.split()
    if words[0] == "percent":
        return int(words[1]) / 100 * whole_mbps
    number, unit = (words[0][:-1], words[0][-1]) if words[0][-1] in UNITS else (words[0], "")
    return float(number) * UNITS[unit] / 1000 if unit else float(number) / 1_000_000


def _tunnels(root: Statement) -> Iterator[ConfiguredTunnel]:
    ike = root.one("security", "ike") or NOWHERE
    for vpn in root.every("security", "ipsec", "vpn"):
        bind, gateway = vpn.value("bind-interface"), (vpn.one("ike") or NOWHERE).value("gateway")
        remote = (ike.one(f"gateway {gateway}") or NOWHERE).value("address")
        if bind and remote:
            yield ConfiguredTunnel(bind, IKE, f"{remote}:{IKE}", vpn.line)
