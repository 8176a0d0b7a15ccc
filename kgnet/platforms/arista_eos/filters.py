"""Flows of the intent as EOS's access lists, which keep no state: answers have rules of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Network, collapse_addresses, ip_network

from kgnet.model.fleet import Device, FlowRule, Network
from kgnet.wire.address import is_address

STEP = 10  # between two sequence numbers
INPUT, FORWARD = "KGNET-INPUT", "KGNET-FORWARD"
SUFFIX = {4: "", 6: "-6"}
PROTOCOL = {4: "ip", 6: "ipv6"}
ICMP = {4: "icmp", 6: "icmpv6"}
MOST_PORTS = 10  # EOS User Manual, ACL commands: `eq` takes up to ten
HARMLESS = {  # what the network itself needs (RFC 4890 §4.3, §4.4)
    4: ("echo", "echo-reply", "unreachable", "time-exceeded", "parameter-problem"),
    6: (
        *("echo-request", "echo-reply", "unreachable", "packet-too-big", "time-exceeded"),
        *("parameter-problem", "neighbor-solicitation", "neighbor-advertisement"),
        *("router-solicitation", "router-advertisement"),
    ),
}
Numbered = list[tuple[int, str]]


def name(chain: str, version: int) -> str:
    return chain + SUFFIX[version]


def inputs(device: Device, version: int) -> Numbered:
    """Return the lines of the list that protects the device itself."""
    flows = (*(device.firewall.inputs if device.firewall else ()), *_overlay(device))
    servers = tuple(ip_network(each) for each in device.ntp if is_address(each))
    asked = FlowRule("time", (), servers, "udp", ((123, 123),), "")
    answers = _answers(asked, version) if servers else ()
    lines = (line for flow in flows for line in _lines(flow, version))
    return _numbered(_always(version), answers, lines, [_end_of(version)])


def _overlay(device: Device) -> Iterator[FlowRule]:
    """Yield BGP and BFD over several hops (RFC 5883 §5) from the far ends of EVPN sessions."""
    if device.fabric and device.fabric.overlay:
        peers = tuple(IPv4Network(peer.address) for peer in device.fabric.overlay)
        yield FlowRule("overlay-bgp", peers, (), "tcp", ((179, 179),), "EVPN")
        yield FlowRule("overlay-bfd", peers, (), "udp", ((4784, 4784),), "EVPN")


def forward(device: Device, version: int) -> Numbered:
    """Return the lines of the list that traffic between other parties has to pass; none: all may pass.

    Flows between known ends come first, then a fence, then those from or to the world outside. Without the
    fence, a flow "from anywhere" would let every other zone in as well, and so would the answers to it.
    """
    firewall = device.firewall
    if firewall is None or not firewall.filters_forward:
        return []
    known = [flow for flow in firewall.forward if flow.sources and flow.destinations]
    worldly = [flow for flow in firewall.forward if flow not in known]
    inside = FlowRule("inside", firewall.inside, firewall.inside, "", (), "")
    fence = _lines(inside, version, verdict="deny") if firewall.inside and worldly else ()
    return _numbered(
        _always(version), _passing(known, version), fence, _passing(worldly, version), [_end_of(version)]
    )


def _passing(flows: Sequence[FlowRule], version: int) -> Iterator[str]:
    """Yield the answers to these flows, and the flows."""
    for flow in flows:
        if flow.protocol == "udp":
            yield from _answers(flow, version)
    for flow in flows:
        yield from _lines(flow, version)


def _end_of(version: int) -> str:
    return f"deny {PROTOCOL[version]} any any log"


def _numbered(*parts: Iterable[str]) -> Numbered:
    lines = dict.fromkeys(line for part in parts for line in part)  # EOS refuses a rule that stands above
    return [(STEP * place, line) for place, line in enumerate(lines, 1)]


def _always(version: int) -> Iterator[str]:
    yield "permit tcp any any established"
    for each in HARMLESS[version]:
        yield f"permit {ICMP[version]} any any {each}"


def _lines(flow: FlowRule, version: int, *, verdict: str = "permit") -> Iterator[str]:
    """Yield the remark of a flow and its rules in one family; none where it does not speak that family."""
    sources, destinations = _ends(flow.sources, version), _ends(flow.destinations, version)
    if not sources or not destinations:
        return
    yield f"remark {flow.flow}"
    protocol = ICMP[version] if flow.protocol == "icmp" else flow.protocol or PROTOCOL[version]
    for source in sources:
        for destination in destinations:
            for ports in _ports(flow):
                yield f"{verdict} {protocol} {source} {destination}{ports}"


def _answers(flow: FlowRule, version: int) -> Iterator[str]:
    """Yield what lets the answers to a flow back: from its ports, to who asked."""
    lines = _lines(replace(flow, flow=f"answers to {flow.flow}", ports=()), version)
    for line in lines:
        words = line.split()
        if words[0] == "remark":
            continue
        asked, answering = _pair(words[2:])
        for ports in _ports(flow):
            yield f"permit {words[1]} {answering}{ports} {asked}"


def _pair(words: list[str]) -> tuple[str, str]:
    """Return the two ends of a rule: each is one word, or `host` and one."""
    first = 2 if words[0] == "host" else 1
    return " ".join(words[:first]), " ".join(words[first:])


def _ends(networks: tuple[Network, ...], version: int) -> list[str]:
    """Return the ends of one family as EOS writes them; anything where no network is named at all."""
    if not networks:
        return ["any"]
    own = collapse_addresses(network for network in networks if network.version == version)  # type: ignore[type-var]
    return [_end(network) for network in own]


def _end(network: Network) -> str:
    alone = network.prefixlen == network.max_prefixlen
    return f"host {network.network_address}" if alone else str(network)


def _ports(flow: FlowRule) -> list[str]:
    """Return the ends of the rules that a flow's ports take: ranges one by one, single ports together."""
    if not flow.ports:
        return [""]
    single = [str(first) for first, last in flow.ports if first == last]
    ranges = [f" range {first} {last}" for first, last in flow.ports if first != last]
    together = [single[start : start + MOST_PORTS] for start in range(0, len(single), MOST_PORTS)]
    return [*(f" eq {' '.join(some)}" for some in together), *ranges]
