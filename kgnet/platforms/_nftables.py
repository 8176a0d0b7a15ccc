"""The packet filter of a Linux host: what `nft -s list ruleset` prints, and the facts in it.

nft sorts the members of a set and joins ranges that touch, so the same is done here before printing.
Verified against nftables 1.0.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address, ip_network, summarize_address_range
from typing import Any

from kgnet.model.config import Config, Line
from kgnet.model.facts import FilterRule, PacketFilter
from kgnet.model.fleet import Device, Firewall, FlowRule, Network
from kgnet.model.forwarding import Guards
from kgnet.model.operations import IpOptions
from kgnet.model.perimeter import PortFilters
from kgnet.platforms._families import guards
from kgnet.platforms._perimeter import narrow, port_filters
from kgnet.ports import Part

TABLE = "table inet kgnet {"
FAMILIES = {4: "ip", 6: "ip6"}
ICMP = {4: "icmp", 6: "ipv6-icmp"}
DSCP = {  # RFC 4594 §2.3, by value: the order in which nft prints a set
    **{f"cs{number}": 8 * number for number in range(8)},
    **{f"af{row}{drop}": 8 * row + 2 * drop for row in range(1, 5) for drop in range(1, 4)},
    "ef": 46,
}
Ranges = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule as text: what it matches, and the flow that it is for."""

    match: str
    comment: str
    verdict: str = "accept"


# ── intent → text ───────────────────────────────────────────────────────────


def prepare(device: Device) -> Mapping[str, Any]:
    """Return what the templates print."""
    firewall = device.firewall or Firewall((), (), filters_forward=False)
    inside = firewall.inside
    queues = {(queue.number, queue.dscp) for link in device.interfaces for queue in link.queues}
    return {
        "inputs": chain(firewall.inputs, FlowRule("inside", inside, (), "", (), "")),
        "forward": chain(firewall.forward, FlowRule("inside", inside, inside, "", (), "")),
        "queues": [(number, members(dscp, DSCP)) for number, dscp in sorted(queues)],
        "trusted": [link.name for link in device.interfaces if link.zone and link.rooms],
        "untrusted": [link.name for link in device.interfaces if link.zone and not link.rooms],
    }


def chain(flows: Iterable[FlowRule], fence: FlowRule) -> list[Ruling]:
    """Return the flows between known ends, then a *fence*, then those from or to the world outside.

    Without the fence, a flow "from anywhere" would let every other zone in as well.
    """
    known: list[FlowRule] = []
    worldly: list[FlowRule] = []
    for flow in flows:
        ends = (flow.sources, flow.destinations) if fence.destinations else (flow.sources,)
        (known if all(ends) else worldly).append(flow)
    between = [replace(rule, verdict="drop") for rule in rulings(fence)] if worldly and fence.sources else []
    return [*_all(known), *between, *_all(worldly)]


def _all(flows: Iterable[FlowRule]) -> Iterator[Ruling]:
    return (ruling for flow in flows for ruling in rulings(flow))


def rulings(rule: FlowRule) -> Iterator[Ruling]:
    """Yield the rules of a flow: one a family of addresses, one in all where it names no address."""
    if not rule.sources and not rule.destinations:
        yield Ruling(" ".join(_protocol(rule, None)), rule.flow)
        return
    for version in (4, 6):
        sources, destinations = _own(rule.sources, version), _own(rule.destinations, version)
        if bool(rule.sources) == bool(sources) and bool(rule.destinations) == bool(destinations):
            ends = (("saddr", sources), ("daddr", destinations))
            addresses = [f"{FAMILIES[version]} {word} {networks(own)}" for word, own in ends if own]
            yield Ruling(" ".join((*addresses, *_protocol(rule, version))), rule.flow)


def _own(every: Iterable[Network], version: int) -> list[Network]:
    return [network for network in every if network.version == version]


def _protocol(rule: FlowRule, version: int | None) -> Iterator[str]:
    if rule.protocol == "icmp":
        yield f"meta l4proto {ICMP[version]}" if version else "meta l4proto { icmp, ipv6-icmp }"
    elif rule.ports:
        yield f"{rule.protocol} dport {ports(rule.ports)}"
    elif rule.protocol:
        yield f"meta l4proto {rule.protocol}"


def networks(every: Iterable[Network]) -> str:
    """Return networks of one family as nft prints them, e.g. `{ 10.0.0.0/8, 192.0.2.1-192.0.2.6 }`."""
    found = list(every)
    if len(found) == 1:
        return _network(found[0])
    kind = type(found[0].network_address)
    joined = _joined((int(each.network_address), int(each.broadcast_address)) for each in found)
    return _set([_range(kind(first), kind(last)) for first, last in joined])


@lru_cache(maxsize=10_000)
def _network(network: Network) -> str:
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _range(first: Any, last: Any) -> str:
    covering = list(summarize_address_range(first, last))
    return _network(covering[0]) if len(covering) == 1 else f"{first}-{last}"


def ports(every: Iterable[tuple[int, int]]) -> str:
    """Return ports as nft prints them, e.g. `{ 22, 5060-5061 }`."""
    return _set([f"{first}-{last}" if last > first else str(first) for first, last in _joined(every)])


def members(names: Iterable[str], values: Mapping[str, int]) -> str:
    return _set(sorted(names, key=values.__getitem__))


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return *ranges* sorted, those that overlap or touch made one."""
    joined: Ranges = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _set(elements: list[str]) -> str:
    return elements[0] if len(elements) == 1 else f"{{ {', '.join(elements)} }}"


# ── text → facts ────────────────────────────────────────────────────────────

POLICY = re.compile(r"type (\w+) hook (\w+) .*policy (accept|drop);")
VERDICT = re.compile(r"(accept|drop|reject|return|(?:jump|goto) \S+)(?: comment \".*\")?$")
COMMENT = re.compile(r' comment "([^"]*)"$')
ADDRESSES = re.compile(r"\bip6? ([sd]addr) (\{[^}]*\}|[0-9a-f]\S*)")
PORTS = re.compile(r"\b(tcp|udp|th) dport (\{[^}]*\}|\S+)")
OPTIONS = re.compile(r"^(?:meta nfproto ipv4 )?ip hdrlength (?:!= 5|> 5|6-15|>= 6)(?: counter\S*)? drop")
PROTOCOL = re.compile(r"\bmeta l4proto (\{[^}]*\}|\S+)|\b(icmp|icmpv6) type\b")


def read(text: str, part: str) -> Iterator[PacketFilter | PortFilters | IpOptions | Guards]:
    """Read chains and rules; the chains of our own table go by their plain names."""
    lines = list(Config("", {part: text}).lines())
    policies = {
        _chain(line): found[3] for line in lines if len(line.path) == 3 and (found := POLICY.match(line.text))
    }
    rules = [_rule(line) for line in lines if _is_rule(line)]
    packets = PacketFilter(policies, tuple(rules))
    yield packets
    yield port_filters(packets)
    yield _options(rules)
    yield guards(lines)


def _options(rules: Iterable[FilterRule]) -> IpOptions:
    """Options make IPv4's header longer than its least: 5 words (RFC 791 §3.1)."""
    lines = [rule.line for rule in rules if rule.verdict == "drop" and OPTIONS.search(rule.text)]
    return IpOptions(bool(lines), min(lines, default=0))


def _is_rule(line: Line) -> bool:
    return (
        len(line.path) == 3
        and line.path[1].startswith("chain ")
        and line.text != "}"
        and not POLICY.match(line.text)
    )


def _chain(line: Line) -> str:
    table, chain = line.path[0], line.path[1].split()[1]
    return chain if table == TABLE else f"{' '.join(table.split()[1:3])}/{chain}"


def _rule(line: Line) -> FilterRule:
    text = line.text
    ends: dict[str, list[str]] = {"saddr": [], "daddr": []}
    for end, found in ADDRESSES.findall(text):
        ends[end] += [str(network) for member in _members(found) for network in _within(member)]
    verdict, comment, reached = VERDICT.search(text), COMMENT.search(text), PORTS.search(text)
    return FilterRule(
        chain=_chain(line),
        text=text,
        verdict=verdict[1] if verdict else "",
        sources=tuple(ends["saddr"]),
        destinations=tuple(ends["daddr"]),
        protocol=_named(text),
        ports=tuple(map(_ports, _members(reached[2]))) if reached else (),
        comment=comment[1] if comment else None,
        line=line.number - 1,
        narrow=narrow(text),
    )


def _within(member: str) -> Iterable[Network]:
    """Return the networks of a member of a set: an address, a network, or a range of addresses."""
    first, _, last = member.partition("-")
    if last:
        return summarize_address_range(ip_address(first), ip_address(last))
    return [ip_network(first)]


def _members(found: str) -> list[str]:
    return [each.strip() for each in found.strip("{} ").split(",")]


def _named(text: str) -> str | None:
    reached, named = PORTS.search(text), PROTOCOL.search(text)
    if reached and reached[1] != "th":
        return reached[1]
    if named:
        return "icmp" if named[2] or "icmp" in named[1] else named[1]
    return None


def _ports(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


# ── the part ────────────────────────────────────────────────────────────────


def _close(path: tuple[str, ...]) -> str:
    return "}" if path[-1].endswith("{") else ""


def _ordered(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[1].startswith("chain ")


def canonical(text: str) -> str:
    """Return *text* without blank lines."""
    return "".join(f"{line}\n" for line in text.splitlines() if line.strip())


WHOLE = '{ echo flush ruleset; cat "$1"; } | nft {option}-f -'
WRITE = "{ echo '#!/usr/sbin/nft -f'; echo flush ruleset; cat \"$1\"; } > /etc/nftables.conf.new"
SAVE = (
    ("sh", "-c", WRITE, "sh", "{file}"),
    ("mv", "-f", "/etc/nftables.conf.new", "/etc/nftables.conf"),
)


def part(template: str) -> Part:
    """Return the part: the whole ruleset of a host, always replaced as one, atomically."""
    return Part(
        name="nftables",
        template=template,
        show=("nft", "-s", "list", "ruleset"),
        read=read,
        check=("sh", "-c", WHOLE.replace("{option}", "-c "), "sh", "{file}"),
        load=("sh", "-c", WHOLE.replace("{option}", ""), "sh", "{file}"),
        save=SAVE,
        canonical=canonical,
        prepare=prepare,
        closers=("}",),
        close=_close,
        indent="\t",
        ordered=_ordered,
    )
