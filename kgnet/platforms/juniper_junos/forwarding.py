"""Junos's configuration → interior routing, VRFs, IPv6 beside IPv4.

Junos routes IPv6 wherever it has an address, and advertises nothing unless it is told to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.model.forwarding import Guard, Guards, InteriorLink, InteriorLinks, Ipv6, Ipv6Link, Vpn, Vpns
from kgnet.platforms.juniper_junos.text import Statement, members

Facts = InteriorLinks | Vpns | Ipv6 | Guards
NOWHERE = Statement("", 0)
TARGET = re.compile(r"target:(\S+)")


def read(root: Statement) -> Iterator[Facts]:
    yield InteriorLinks(tuple(_links(root)))
    yield Vpns(tuple(_vpns(root)))
    yield _ipv6(root)
    yield Guards(tuple(_guards(root)))


# ── interior routing ────────────────────────────────────────────────────────


def _links(root: Statement) -> Iterator[InteriorLink]:
    protocols = root.one("protocols") or NOWHERE
    for kind in ("ospf", "ospf3"):
        for area in protocols.every(kind, "area"):
            for port in _running(area, "interface"):
                yield _link(kind, port, _ospf(root, port))
    isis = protocols.one("isis") or NOWHERE
    for port in _running(isis, "interface"):
        yield _link("isis", port, _isis(root, port, isis))
    rip = protocols.one("rip") or NOWHERE
    for group in rip.every("group"):
        for port in _running(group, "neighbor"):
            yield _link("rip", port, _typed((port, group, rip)))


def _running(holder: Statement, word: str) -> Iterator[Statement]:
    return (each for each in holder.every(word) if not each.one("disable"))


def _link(kind: str, port: Statement, authentication: str) -> InteriorLink:
    passive = port.one("passive") is not None or port.value("send") == "none" or port.rest.startswith("lo0")
    return InteriorLink(kind, port.rest, passive, authentication, port.line)


def _ospf(root: Statement, port: Statement) -> str:
    if port.value("ipsec-sa"):
        return "ipsec"
    for each in port.one("authentication") or ():
        if each.first == "keychain":
            return _chain(root, each.rest)
        return "md5" if each.first == "md5" else "plain"
    return "plain" if (port.value("authentication") or "").startswith("simple") else ""


def _isis(root: Statement, port: Statement, isis: Statement) -> str:
    """Return how hellos are known: by the interface's own key at a level, or by the level's for all."""
    for level in (*port.every("level"), port):
        chain = level.value("hello-authentication-key-chain")
        if chain:
            return _chain(root, chain)
        if level.value("hello-authentication-key"):
            return "md5" if level.value("hello-authentication-type") == "md5" else "plain"
    for level in isis.every("level"):
        if level.one("no-hello-authentication"):
            continue
        chain = level.value("authentication-key-chain")
        if chain:
            return _chain(root, chain)
        if level.value("authentication-key"):
            return _typed((level,))
    return ""


def _typed(levels: tuple[Statement, ...]) -> str:
    if not any(each.value("authentication-key") for each in levels):
        return ""
    kind = next(filter(None, (each.value("authentication-type") for each in levels)), "simple")
    return "md5" if kind == "md5" else "plain"


def _chain(root: Statement, name: str) -> str:
    """Return what the weakest key of a chain makes of a message; without a word it is MD5."""
    chain = root.one("security", "authentication-key-chains", f"key-chain {name}") or NOWHERE
    keys = [each.value("algorithm") or "md5" for each in chain.every("key")]
    return ("sha" if all("sha" in key for key in keys) else "md5") if keys else ""


# ── VRFs ────────────────────────────────────────────────────────────────────


def _vpns(root: Statement) -> Iterator[Vpn]:
    """Yield the instances of the type `vrf`; a virtual router keeps its routes to itself."""
    for each in root.one("routing-instances") or ():
        if each.value("instance-type") == "vrf" and not each.inactive:
            both = tuple(TARGET.findall(each.value("vrf-target") or ""))
            ways = each.one("vrf-target") or NOWHERE
            yield Vpn(
                name=each.words,
                distinguisher=each.value("route-distinguisher"),
                imports=both or _targets(root, each, ways, "import"),
                exports=both or _targets(root, each, ways, "export"),
                interfaces=tuple(port.rest for port in each.every("interface")),
                line=each.line,
            )


def _targets(root: Statement, instance: Statement, ways: Statement, way: str) -> tuple[str, ...]:
    """Return the targets of one direction: named here, or by the communities of a policy."""
    found = TARGET.findall(ways.value(way) or "")
    options = root.one("policy-options") or NOWHERE
    for name in members(instance.value(f"vrf-{way}") or ""):
        policy = options.one(f"policy-statement {name}") or NOWHERE
        told = " ".join(_words(policy))
        for community in options.every("community"):
            held, _, value = community.rest.partition(" members ")
            if re.search(rf"\bcommunity (?:add |set )?{re.escape(held)}\b", told):
                found += TARGET.findall(value)
    return tuple(dict.fromkeys(each.rstrip("]").strip() for each in found))


def _words(statement: Statement) -> Iterator[str]:
    for each in statement:
        yield each.words
        yield from _words(each)


# ── IPv6 ────────────────────────────────────────────────────────────────────


def _units(root: Statement) -> Iterator[tuple[str, Statement]]:
    for port in root.one("interfaces") or ():
        if not port.inactive and not port.one("disable"):
            for unit in port.every("unit"):
                if not unit.one("disable"):
                    yield f"{port.words}.{unit.rest}", unit


def _ipv6(root: Statement) -> Ipv6:
    told = root.one("protocols", "router-advertisement") or NOWHERE
    loud = {each.rest for each in told.every("interface")}
    links = (
        Ipv6Link(name, "always" if name in loud or "all" in loud else "", unit.line)
        for name, unit in _units(root)
        if unit.one("family inet6")
    )
    return Ipv6(True, tuple(links), told.line)


def _guards(root: Statement) -> Iterator[Guard]:
    """Yield the filters of every unit; that of lo0 stands before the device whatever its own addresses."""
    units = list(_units(root))
    anywhere = frozenset[int]().union(*(_spoken(unit) for _, unit in units))
    for name, unit in units:
        for way in ("input", "output"):
            filtered = frozenset(
                family
                for family, words in ((4, "family inet"), (6, "family inet6"))
                if (held := unit.one(words, "filter")) and (held.value(way) or held.value(f"{way}-list"))
            )
            if filtered:
                spoken = anywhere if name == "lo0.0" else _spoken(unit)
                yield Guard(f"{name} {way}", filtered, spoken, unit.line)


def _spoken(unit: Statement) -> frozenset[int]:
    families = ((4, "family inet"), (6, "family inet6"))
    return frozenset(family for family, words in families if unit.one(words))
