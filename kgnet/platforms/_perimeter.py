"""What a Linux host's packet filter and kernel do with what comes in by each of its ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.facts import FilterRule, PacketFilter
from kgnet.model.perimeter import EVERY_PORT, PortFilter, PortFilters, SourceCheck, SourceChecks

BY_PORT = re.compile(r'\biif(?:name)? (\{[^}]*\}|"[^"]+"|\S+)')
TOLD = re.compile(  # what a `FilterRule` holds of a rule, and what matches nothing
    r"""\bip6?\ [sd]addr\ (?:\{[^}]*\}|[\da-f]\S*) | \b(?:tcp|udp|th)\ dport\ (?:\{[^}]*\}|\d\S*)
    | \bmeta\ l4proto\ (?:\{[^}]*\}|\w\S*) | \bcounter(?:\ packets\ \d+\ bytes\ \d+)?
    | \blog(?:\ prefix\ "[^"]*")? | \bcomment\ "[^"]*" | \b(?:accept|drop|return)\b
    | \breject(?:\ with\ .*)? | \b(?:jump|goto)\ \S+""",
    re.VERBOSE,
)
TARGET = re.compile(r"(?:jump|goto) (\S+)")
FILTER = re.compile(r"net\.ipv4\.conf\.(?P<port>\S+)\.rp_filter = (?P<value>\d)")
MODES = ("off", "strict", "loose")  # by the kernel's number, ip-sysctl
PSEUDO = ("all", "default", "lo")
FORWARD = "forward"


def port_filters(found: PacketFilter) -> PortFilters:
    """Return the chain `forward` as each port that a rule names meets it, and as all others do."""
    if FORWARD not in found.policies:
        none = (PortFilter(EVERY_PORT, family, "", (), "accept", 0) for family in (4, 6))
        return PortFilters(tuple(none))
    rules = [(rule, by) for rule, by in _walked(found.rules, FORWARD, None, ())]
    named = sorted({port for _, by in rules for port in by or ()})
    line = min((rule.line for rule, _ in rules), default=0)
    filters = [
        PortFilter(
            port,
            family,
            f"chain {FORWARD}",
            tuple(_at(rule) for rule, by in rules if by is None or port in by),
            found.policies[FORWARD],
            line,
        )
        for port in (*named, EVERY_PORT)
        for family in (4, 6)
    ]
    return PortFilters(tuple(filters))


def narrow(text: str) -> bool:
    """Whether a rule matches less than its addresses, protocol and ports tell."""
    return bool(rest(text))


def rest(text: str) -> str:
    """Return what a rule matches beside its addresses, protocol and ports."""
    return " ".join(TOLD.sub("", text).split())


def _at(rule: FilterRule) -> FilterRule:
    """Return *rule* as it is at a port that it is for: that it names the port makes it no narrower."""
    return rule._replace(narrow=narrow(BY_PORT.sub("", rule.text)))


def _walked(
    rules: tuple[FilterRule, ...], chain: str, by: frozenset[str] | None, seen: tuple[str, ...]
) -> Iterator[tuple[FilterRule, frozenset[str] | None]]:
    """Yield the rules of *chain* and of those that it jumps to, each with the ports that it is for."""
    for rule in rules:
        if rule.chain != chain:
            continue
        named = _ports(rule.text)
        ports = named if by is None else by if named is None else by & named
        target = TARGET.search(rule.verdict)
        if target and target[1] not in seen:
            yield from _walked(rules, target[1], ports, (*seen, chain))
        elif not target:
            yield rule, ports


def _ports(text: str) -> frozenset[str] | None:
    found = BY_PORT.search(text)
    return frozenset(re.findall(r"[^\s,{}\"]+", found[1])) if found else None


def source_checks(text: str) -> SourceChecks:
    """Read `sysctl -a`: the greater of `all` and the interface's own value counts (ip-sysctl)."""
    values = {found["port"]: int(found["value"]) for found in FILTER.finditer(text)}
    if "all" not in values:
        raise ReadError("`sysctl` does not tell net.ipv4.conf.all.rp_filter")
    used = {port: max(value, values["all"]) for port, value in values.items() if port not in PSEUDO}
    if any(value >= len(MODES) for value in values.values()):
        raise ReadError("rp_filter has a value that no kernel knows")
    checks = (SourceCheck(port, 4, MODES[value], 0) for port, value in sorted(used.items()))
    return SourceChecks(tuple(checks) or (SourceCheck(EVERY_PORT, 4, MODES[values["all"]], 0),))
