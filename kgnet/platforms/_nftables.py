"""The packet filter of a Linux host: the intent as `nft -s list ruleset` prints it, and how it is loaded.

nft sorts the members of a set and joins ranges that touch, so the same is done here before printing.
Verified against nftables 1.0.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import summarize_address_range
from typing import Any

from kgnet.model.fleet import Device, Firewall, FlowRule, Network
from kgnet.platforms._nftables_read import read
from kgnet.ports import Part

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


@lru_cache(maxsize=1 << 10)
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


def part(template: str, reader: Callable[[str, str], Iterable[object]] = read) -> Part:
    """Return the part: the whole ruleset of a host, always replaced as one, atomically."""
    return Part(
        name="nftables",
        template=template,
        show=("nft", "-s", "list", "ruleset"),
        read=reader,
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
