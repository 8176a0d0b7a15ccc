"""The packet filter of the intent in Junos's words: policies between zones, and the filter before the router.

Policies are global ones: like the intent's flows they name networks, whichever zones these are behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from kgnet.model.fleet import Device, Firewall, FlowRule, Network

ICMP = ("junos-icmp-all", "junos-icmp6-all")
ICMP_TYPES = {
    4: ("echo-reply", "echo-request", "parameter-problem", "time-exceeded", "unreachable"),
    6: (
        *("destination-unreachable", "echo-reply", "echo-request", "neighbor-advertisement"),
        *("neighbor-solicit", "packet-too-big", "parameter-problem", "router-advertisement"),
        *("router-solicit", "time-exceeded"),
    ),
}
PROTOCOL = {4: "protocol", 6: "next-header"}
TTL = {4: "ttl-except", 6: "hop-limit-except"}
BGP, NTP, ALWAYS = "179", "123", "255"


@dataclass(frozen=True, slots=True)
class Permit:
    """A policy between zones; *any* stands for no address."""

    name: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    applications: tuple[str, ...]
    verdict: str = "permit"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a filter: each condition a word and its values; *addresses* stand in a block of their own."""

    name: str
    addresses: tuple[str, ...]
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    then: tuple[str, ...] = ("accept",)


# ── between zones ───────────────────────────────────────────────────────────


def permits(firewall: Firewall) -> list[Permit]:
    """Return the policies in order; see `in_order` for what stands between them."""
    fence = FlowRule("inside", firewall.inside, firewall.inside, "", (), "")
    return [
        _permit(flow, "deny" if flow is fence else "permit") for flow in in_order(firewall.forward, fence)
    ]


def in_order(flows: Iterable[FlowRule], fence: FlowRule) -> Iterator[FlowRule]:
    """Yield the flows between known ends, then the *fence*, then those from or to the world outside.

    Without the fence, a flow "from anywhere" would let every other zone in as well.
    """
    worldly: list[FlowRule] = []
    for flow in flows:
        if flow.sources and (flow.destinations or not fence.destinations):
            yield flow
        else:
            worldly.append(flow)
    if worldly and fence.sources:
        yield fence
    yield from worldly


def _permit(flow: FlowRule, verdict: str) -> Permit:
    return Permit(
        flow.flow,
        tuple(map(address, flow.sources)) or ("any",),
        tuple(map(address, flow.destinations)) or ("any",),
        applications(flow) or ("any",),
        verdict,
    )


def address(network: Network) -> str:
    """Return the name of a network in the address book."""
    return f"net-{network}".replace("/", "-").replace(":", "_")


def addresses(firewall: Firewall) -> list[tuple[str, Network]]:
    """Return the address book: every network that a policy names, once."""
    every = {network for flow in firewall.forward for network in (*flow.sources, *flow.destinations)}
    every |= set(firewall.inside)
    return [(address(each), each) for each in sorted(every, key=_place)]


def _place(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def applications(flow: FlowRule) -> tuple[str, ...]:
    if flow.protocol == "icmp":
        return ICMP
    if flow.ports:
        return tuple(f"{flow.protocol}-{_ports(each)}" for each in flow.ports)
    return (flow.protocol,) if flow.protocol else ()


def own_applications(firewall: Firewall) -> list[tuple[str, str, str]]:
    """Return the applications to define: name, protocol, ports."""
    found: dict[str, tuple[str, str, str]] = {}
    for flow in firewall.forward:
        if flow.protocol and flow.protocol != "icmp":
            told = [_ports(each) for each in flow.ports] or [""]
            for name, ports in zip(applications(flow), told, strict=True):
                found[name] = (name, flow.protocol, ports)
    return [found[name] for name in sorted(found)]


def _ports(ends: tuple[int, int]) -> str:
    first, last = ends
    return str(first) if first == last else f"{first}-{last}"


# ── before the router itself ────────────────────────────────────────────────


def terms(device: Device, firewall: Firewall, version: int) -> Iterator[Term]:
    """Yield the filter of one family: answers and errors first, then what the intent lets in."""
    if version == 4:
        yield Term("options", (), (("ip-options", ("any",)),), ("discard",))
    if device.routing:
        far = (*_is("tcp", version), ("port", (BGP,)), (TTL[version], (ALWAYS,)))
        yield Term("bgp-from-afar", (), far, ("discard",))  # RFC 5082: a neighbour is one hop away
    yield Term("answers", (), (*_is("tcp", version), ("tcp-established", ())))
    clocks = tuple(server for server in device.ntp if _version(server) == version)
    if clocks:
        yield Term("time", clocks, (*_is("udp", version), ("source-port", (NTP,))))
    icmp = (*_is("icmp" if version == 4 else "icmp6", version), ("icmp-type", ICMP_TYPES[version]))
    yield Term("icmp", (), icmp, ("policer ICMP", "accept"))
    fence = FlowRule("inside", firewall.inside, (), "", (), "")
    for flow in in_order(firewall.inputs, fence):
        yield from _term(flow, version, ("discard",) if flow is fence else ("accept",))
    yield Term("rest", (), (), ("count dropped", "discard"))


def _term(flow: FlowRule, version: int, then: tuple[str, ...]) -> Iterator[Term]:
    own = [str(network) for network in flow.sources if network.version == version]
    if flow.sources and not own:
        return
    protocol = "icmp6" if flow.protocol == "icmp" and version == 6 else flow.protocol
    conditions = _is(protocol, version) if protocol else ()
    reached = (("destination-port", tuple(map(_ports, flow.ports))),) if flow.ports else ()
    yield Term(flow.flow, tuple(own), (*conditions, *reached), then)


def _is(protocol: str, version: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ((PROTOCOL[version], (protocol,)),)


def _version(server: str) -> int | None:
    """Return the family of an address, None for a name."""
    try:
        return ip_address(server).version
    except ValueError:
        return None


def listed(values: Sequence[str]) -> str:
    """Return values as Junos prints them: alone, or in brackets."""
    return values[0] if len(values) == 1 else f"[ {' '.join(values)} ]"


def hosts(terms_: Iterable[Term]) -> list[Term]:
    """Return terms whose single addresses are networks of one, as a filter prints them."""
    return [replace(term, addresses=tuple(map(_network, term.addresses))) for term in terms_]


def _network(text: str) -> str:
    return text if "/" in text else f"{text}/{32 if _version(text) == 4 else 128}"
