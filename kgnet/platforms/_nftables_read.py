"""What `nft -s list ruleset` prints of a Linux host's packet filter → the facts in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address, ip_network, summarize_address_range

from kgnet.errors import ReadError
from kgnet.model.config import Config, Line
from kgnet.model.facts import FilterRule, PacketFilter
from kgnet.model.fleet import Network
from kgnet.model.forwarding import Guards
from kgnet.model.naming import Names
from kgnet.model.operations import IpOptions
from kgnet.model.perimeter import PortFilters
from kgnet.platforms._families import guards
from kgnet.platforms._nftables_names import naming
from kgnet.platforms._perimeter import narrow, port_filters, rest

TABLE = "table inet kgnet {"
POLICY = re.compile(r"type (\w+) hook (\w+) .*policy (accept|drop);")
VERDICT = re.compile(r"(accept|drop|reject|return|(?:jump|goto) \S+)(?: comment \".*\")?$")
COMMENT = re.compile(r' comment "([^"]*)"$')
ADDRESSES = re.compile(r"\bip6? ([sd]addr) (\{[^}]*\}|[0-9a-f]\S*)")
PORTS = re.compile(r"\b(tcp|udp|th) dport (\{[^}]*\}|\S+)")
OPTIONS = re.compile(r"^(?:meta nfproto ipv4 )?ip hdrlength (?:!= 5|> 5|6-15|>= 6)(?: counter\S*)? drop")
BY_NAME = re.compile(r"(?<=[ ])@(\w+)")
ELEMENTS = re.compile(r"elements = (\{[^}]*\})")
CHANGING = re.compile(r"flags [^{}]*\b(?:dynamic|timeout)|\b(?:expires|timeout) \d")
PROTOCOL = re.compile(r"\bmeta l4proto (\{[^}]*\}|\S+)|\b(icmp|icmpv6) type\b")


def read(text: str, part: str) -> Iterator[PacketFilter | PortFilters | IpOptions | Guards]:
    """Read chains and rules; the chains of our own table go by their plain names."""
    with _expected():
        yield from _facts(text, part)


@contextmanager
def _expected() -> Iterator[None]:
    try:
        yield
    except (IndexError, TypeError, ValueError) as reason:  # TypeError: a range from IPv4 to IPv6
        raise ReadError(f"the packet filter is not as expected: {reason}") from reason


def _facts(text: str, part: str) -> Iterator[PacketFilter | PortFilters | IpOptions | Guards]:
    lines = list(Config("", {part: text}).lines())
    policies = {
        _chain(line): found[3] for line in lines if len(line.path) == 3 and (found := POLICY.match(line.text))
    }
    sets = dict(_sets(lines))
    rules = [_rule(line, sets) for line in lines if _is_rule(line)]
    packets = PacketFilter(policies, tuple(rules))
    yield packets
    yield port_filters(packets)
    yield _options(rules)
    yield guards(lines)


def read_named(text: str, part: str) -> Iterator[PacketFilter | PortFilters | IpOptions | Guards | Names]:
    """Read the same, and what it names: on a host of which no other part names anything."""
    yield from read(text, part)
    with _expected():
        yield naming(Config("", {part: text}).lines())


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


def _sets(lines: Iterable[Line]) -> Iterator[tuple[str, str]]:
    """Yield the sets whose members stand in the text, as `{ … }`; those that fill by themselves are none."""
    held: dict[str, list[str]] = {}
    for line in lines:
        if len(line.path) >= 3 and line.path[1].startswith("set ") and line.text != "}":
            held.setdefault(line.path[1].split()[1], []).append(line.text)
    for name, told in held.items():
        text = " ".join(told)
        members_ = ELEMENTS.search(text)
        if members_ and not CHANGING.search(text):
            yield name, members_[1]


def _rule(line: Line, sets: Mapping[str, str]) -> FilterRule:
    text = BY_NAME.sub(lambda found: sets.get(found[1], found[0]), line.text)
    ends: dict[str, list[str]] = {"saddr": [], "daddr": []}
    for end, found in ADDRESSES.findall(text):
        ends[end] += [str(network) for member in _members(found) for network in _within(member)]
    verdict, comment, reached = VERDICT.search(text), COMMENT.search(text), PORTS.search(text)
    return FilterRule(
        chain=_chain(line),
        text=line.text,
        verdict=verdict[1] if verdict else "",
        sources=tuple(ends["saddr"]),
        destinations=tuple(ends["daddr"]),
        protocol=_named(text),
        ports=tuple(map(_ports, _members(reached[2]))) if reached else (),
        comment=comment[1] if comment else None,
        line=line.number - 1,
        narrow=narrow(text),
        within=_chain(line),
        conditions=_conditions(text),
    )


def _conditions(text: str) -> tuple[str, ...]:
    """Return what a rule matches beside its ends; ICMP of one family counts, for both go by one name."""
    named = PROTOCOL.search(text)
    icmp = named[0] if named and named[1] and "icmp" in named[1] else ""
    return tuple(each for each in (rest(text), icmp) if each)


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
