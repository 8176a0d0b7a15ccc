"""Flows as IOS access lists, one a family of addresses; and access lists read back.

An access list ends in an explicit deny: one without any entry would let everything through.  Entries carry no
sequence numbers, ports no names: the canonical text of a device has neither (see `_ios_text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, ip_network
from itertools import product
from socket import AF_INET, inet_pton

from kgnet.errors import ReadError
from kgnet.model.fleet import Address, FlowRule, Network

DENY = {4: "deny ip any any", 6: "deny ipv6 any any"}
ERRORS = {  # what IP itself needs, RFC 4890 §4.4 for IPv6
    4: ("echo", "echo-reply", "unreachable", "time-exceeded", "parameter-problem"),
    6: (
        *("echo-request", "echo-reply", "unreachable", "packet-too-big", "time-exceeded"),
        *("parameter-problem", "nd-na", "nd-ns", "router-advertisement", "router-solicitation"),
        *("mld-query", "mld-report", "mld-reduction"),
    ),
}
CONTROL = frozenset(ERRORS[4] + ERRORS[6])
LINK_LOCAL = ip_network("fe80::/10")
REMEMBERED = 1 << 10  # entries: a fleet has the same in its lists
LENGTHS = {  # by wildcard; without one it is a host
    "": 32,
    **{str(IPv4Address((1 << 32 - length) - 1)): length for length in range(1, 32)},
}
LOGGED = frozenset(("log", "log-input"))


@dataclass(frozen=True, slots=True)
class AccessList:
    """One access list as the template prints it."""

    name: str
    version: int
    entries: tuple[str, ...]

    @property
    def header(self) -> str:
        return (
            f"ip access-list extended {self.name}" if self.version == 4 else f"ipv6 access-list {self.name}"
        )


# ── intent → text ───────────────────────────────────────────────────────────


def filtered(
    name: str, flows: Iterable[FlowRule], fence: FlowRule, *, more: dict[int, list[str]]
) -> list[AccessList]:
    """Return the lists `<name>-4` and `-6`: flows between known ends, the *fence*, the world's, *more*.

    The fence denies: without it, a flow "from anywhere" would let every other zone in as well.
    """
    known: list[FlowRule] = []
    worldly: list[FlowRule] = []
    for flow in flows:
        ends = (flow.sources, flow.destinations) if fence.destinations else (flow.sources,)
        (known if all(ends) else worldly).append(flow)
    denied = [fence] if worldly and fence.sources else []
    lists = []
    for version in (4, 6):
        entries = [*_all(known, version), *_all(denied, version, "deny"), *_all(worldly, version)]
        every = (*entries, *more[version], DENY[version])
        lists.append(AccessList(f"{name}-{version}", version, tuple(_once(every))))
    return lists


def _once(entries: Iterable[str]) -> Iterator[str]:
    """Yield what IOS would keep: it ignores an entry that is there already; remarks of nothing go, too."""
    seen: set[str] = set()
    remark = ""
    for entry in entries:
        if entry.startswith("remark "):
            remark = entry
        elif entry not in seen:
            seen.add(entry)
            if remark:
                yield remark
                remark = ""
            yield entry


def _all(flows: Iterable[FlowRule], version: int, verdict: str = "permit") -> Iterator[str]:
    for flow in flows:
        yield f"remark {flow.flow}"
        yield from entries(flow, version, verdict)


def entries(flow: FlowRule, version: int, verdict: str = "permit") -> Iterator[str]:
    """Yield the entries of *flow* in one family; none where only the other family is named."""
    sources, destinations = _ends(flow.sources, version), _ends(flow.destinations, version)
    protocol = flow.protocol or ("ip" if version == 4 else "ipv6")
    for source, destination, reached in product(sources, destinations, flow.ports or ((),)):
        yield " ".join((verdict, protocol, source, destination, *_ports(reached)))


def _ends(networks: tuple[Network, ...], version: int) -> list[str]:
    if not networks:
        return ["any"]
    return [end(network) for network in networks if network.version == version]


def end(network: Network) -> str:
    """Return a network as an entry has it: `host 10.0.0.1`, `10.0.0.0 0.0.255.255`, `2001:db8::/32`."""
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    if isinstance(network, IPv4Network):
        return f"{network.network_address} {network.hostmask}"
    return str(network)


def _ports(reached: tuple[int, ...]) -> Iterator[str]:
    match reached:
        case (first, last) if first == last:
            yield f"eq {first}"
        case (first, last):
            yield f"range {first} {last}"


def answers(asked: dict[int, list[Address]]) -> dict[int, list[str]]:
    """Return what a router needs besides flows: errors, and answers; *asked*: UDP port → its servers."""
    told: dict[int, list[str]] = {}
    for version in (4, 6):
        icmp = [f"permit icmp any any {name}" for name in ERRORS[version]]
        servers = [
            f"permit udp host {server} eq {port} any"
            for port, every in asked.items()
            for server in every
            if server.version == version
        ]
        told[version] = ["remark answers", "permit tcp any any established", *servers, *icmp]
    return told


def own(name: str, addresses: Iterable[Address]) -> list[AccessList]:
    """Return the lists of all that is sent to the device itself; packets passing by are not in it."""
    every = tuple(addresses)
    lists = []
    for version in (4, 6):
        mine = [
            f"permit {'ip' if version == 4 else 'ipv6'} any host {each}"
            for each in every
            if each.version == version
        ]
        local = [f"permit ipv6 any {LINK_LOCAL}"] if version == 6 else []
        lists.append(AccessList(f"{name}-{version}", version, tuple(dict.fromkeys((*mine, *local)))))
    return lists


def outside(name: str, peers: Iterable[Address]) -> AccessList:
    """Return the list of what may come in from the Internet: tunnels and pings of ends that are named."""
    what = (("udp", " eq 500"), ("udp", " eq 4500"), ("esp", ""), ("icmp", " echo"), ("icmp", " echo-reply"))
    entries = [f"permit {protocol} host {peer} any{to}" for peer in peers for protocol, to in what]
    return AccessList(f"{name}-4", 4, (*entries, "permit icmp any any unreachable", DENY[4]))


# ── text → facts ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read; *established* or *answers*: it lets in no new conversation."""

    permit: bool
    protocol: str
    source: str
    destination: str
    source_ports: tuple[tuple[int, int], ...]
    ports: tuple[tuple[int, int], ...]
    rest: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        control = self.protocol == "icmp" and not CONTROL.isdisjoint(self.rest)
        return control or "established" in self.rest or (bool(self.source_ports) and self.source != "any")


@lru_cache(maxsize=REMEMBERED)
def entry(text: str, *, standard: bool = False) -> Entry:
    """Read one entry of a canonical text; ReadError on what is none."""
    words = text.split()
    try:
        verdict = {"permit": True, "deny": False}[words.pop(0)]
        if standard:
            words = [word for word in words if word not in LOGGED]
            return Entry(
                verdict,
                "ip",
                end_of(["host", *words] if len(words) == 1 and words != ["any"] else words),
                "any",
                (),
                (),
                (),
            )
        protocol = words.pop(0)
        source, from_ports = end_of(words), reached(words)
        destination, to_ports = end_of(words), reached(words)
    except (LookupError, ValueError) as reason:
        raise ReadError(f"{text!r} is no entry of an access list: {reason}") from reason
    return Entry(verdict, protocol, source, destination, from_ports, to_ports, tuple(words))


def end_of(words: list[str]) -> str:
    """Take an end from the front of *words*: any, host A, A wildcard, A/length."""
    first = words.pop(0)
    if first in ("any", "any4", "any6"):
        return "any"
    if first == "host":
        return network(words.pop(0), "")
    if first in ("object-group", "addrgroup"):
        raise ValueError(f"object group {words.pop(0)} is not followed")
    if "/" in first or ":" in first:
        return network(first, "")
    return network(first, words.pop(0))


def network(address: str, wildcard: str) -> str:
    """Return *address* with its length; a *wildcard* is what `ipaddress` calls a hostmask."""
    length = LENGTHS.get(wildcard)
    if length:  # the same as below, for what most entries are made of
        try:
            aligned = not int.from_bytes(inet_pton(AF_INET, address)) % (1 << 32 - length)
        except (OSError, ValueError):
            aligned = False
        if aligned:
            return f"{address}/{length}"
    return str(ip_network(f"{address}/{wildcard}" if wildcard else address))


def reached(words: list[str]) -> tuple[tuple[int, int], ...]:
    """Take a condition on ports from the front of *words*, if there is one."""
    if words[:1] and words[0] in COMPARES:
        compare, port = words[0], int(words[1])
        del words[:2]
        return COMPARES[compare](port)
    if words[:1] == ["range"]:
        first, last = int(words[1]), int(words[2])
        del words[:3]
        return ((first, last),)
    found: list[tuple[int, int]] = []
    if words[:1] == ["eq"]:
        words.pop(0)
        while words and words[0].isdecimal():
            port = int(words.pop(0))
            found.append((port, port))
        if not found:
            raise ValueError("eq without a port")
    return tuple(found)


COMPARES: Mapping[str, Callable[[int], tuple[tuple[int, int], ...]]] = {
    "gt": lambda port: ((port + 1, 65535),),
    "lt": lambda port: ((0, port - 1),),
    "neq": lambda port: ((0, port - 1), (port + 1, 65535)),
}
