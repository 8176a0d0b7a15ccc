"""What an emulated Junos refuses to commit: names that stand for nothing, and what must not be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgnet.emulate.juniper_junos.tree import Node, bare

BUILT_IN = ("junos-", "any")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the place, the statement there, and what the device says."""

    path: str
    element: str
    message: str

    def text(self) -> str:
        return f"[edit{' ' if self.path else ''}{self.path}]\n  '{self.element}'\n    {self.message}"


def faults(root: Node) -> Iterator[Fault]:
    """Yield what is wrong with the whole configuration."""
    yield from _login(root)
    yield from _policies(root)
    yield from _bgp(root)
    yield from _filters(root)
    yield from _queues(root)
    yield from _zones(root)
    yield from _tunnels(root)


def _login(root: Node) -> Iterator[Fault]:
    held = root.at("system", "root-authentication")
    if held is None or not held.inside:
        yield Fault("system", "root-authentication", "Missing mandatory statement: 'root-authentication'")
    login = root.at("system", "login")
    known = {"super-user", "superuser", "operator", "read-only", "unauthorized"}
    known |= {each.words[1] for each in login.every("class")} if login else set()
    for user in login.every("user") if login else ():
        name = user.value("class")
        if not name:
            yield Fault(f"system login {user.name}", "class", "Missing mandatory statement: 'class'")
        elif name not in known:
            yield Fault(f"system login {user.name}", f"class {name}", f"login class {name} is not defined")


def _names(root: Node, word: str, *path: str) -> set[str]:
    held = root.at(*path)
    return {bare(each.words[1]) for each in held.every(word)} if held else set()


# ── routing ─────────────────────────────────────────────────────────────────


def _policies(root: Node) -> Iterator[Fault]:
    options = root.at("policy-options")
    if options is None:
        return
    known = {word: _names(root, word, "policy-options") for word in ("prefix-list", "route-filter-list")}
    for policy in options.every("policy-statement"):
        for term in (policy, *policy.every("term")):
            for word, names in known.items():
                for each in (term.at("from") or Node(term.schema)).every(word):
                    if each.words[1] not in names:
                        place = f"policy-options {policy.name} {term.name} from"
                        told = f"Policy error: {word} {each.words[1]} referenced but not defined"
                        yield Fault(place, each.name, told)


def _bgp(root: Node) -> Iterator[Fault]:
    bgp = root.at("protocols", "bgp")
    if bgp is None:
        return
    defined = _names(root, "policy-statement", "policy-options")
    own = root.at("routing-options", "autonomous-system")
    for group in bgp.every("group"):
        for holder in (group, *group.every("neighbor")):
            path = f"protocols bgp {group.name}" + ("" if holder is group else f" {holder.name}")
            for word in ("import", "export"):
                for name in holder.named(word):
                    if name not in defined:
                        yield Fault(path, word, f"Policy error: Policy {name} referenced but not defined")
        for neighbor in group.every("neighbor"):
            path = f"protocols bgp {group.name} {neighbor.name}"
            who = f"Error in neighbor {neighbor.words[1]} of group {group.words[1]}"
            if own is None and not (neighbor.value("local-as") or group.value("local-as")):
                yield Fault(
                    path, neighbor.name, f"{who}: must define local autonomous system when enabling BGP"
                )
            if group.value("type") == "external" and not (
                neighbor.value("peer-as") or group.value("peer-as")
            ):
                yield Fault(
                    path, neighbor.name, f"{who}: peer AS number must be configured for an external peer"
                )


# ── filters and queues ──────────────────────────────────────────────────────


def _units(root: Node) -> Iterator[tuple[Node, Node]]:
    held = root.at("interfaces")
    for port in held.inside if held else ():
        if not port.inactive:
            yield from ((port, unit) for unit in port.every("unit"))


def _filters(root: Node) -> Iterator[Fault]:
    policers = _names(root, "policer", "firewall")
    for port, unit in _units(root):
        for family in ("family inet", "family inet6"):
            defined = _names(root, "filter", "firewall", family)
            for way in ("input", "output"):
                name = unit.value(family, "filter", way)
                if name and name not in defined:
                    path = f"interfaces {port.name} {unit.name} {family} filter"
                    yield Fault(path, way, f"Referenced filter '{name}' is not defined")
    for family in ("family inet", "family inet6"):
        held = root.at("firewall", family)
        for each in held.every("filter") if held else ():
            for term in each.every("term"):
                name = term.value("then", "policer")
                if name and name not in policers:
                    path = f"firewall {family} {each.name} {term.name} then"
                    yield Fault(path, "policer", f"Referenced policer '{name}' is not defined")


def _queues(root: Node) -> Iterator[Fault]:
    cos = root.at("class-of-service")
    if cos is None:
        return
    maps = {each.name for each in (cos.at("scheduler-maps") or Node(cos.schema)).inside}
    schedulers = {each.name for each in (cos.at("schedulers") or Node(cos.schema)).inside}
    for port in (cos.at("interfaces") or Node(cos.schema)).inside:
        for unit in port.every("unit"):
            name = unit.value("scheduler-map")
            if name and name not in maps:
                path = f"class-of-service interfaces {port.name} {unit.name}"
                yield Fault(path, "scheduler-map", f"Scheduler map '{name}' is not defined")
    for each in (cos.at("scheduler-maps") or Node(cos.schema)).inside:
        for line in each.every("forwarding-class"):
            if line.values[-1] not in schedulers:
                path = f"class-of-service scheduler-maps {each.name}"
                yield Fault(path, line.name, f"Scheduler '{line.values[-1]}' is not defined")


# ── security ────────────────────────────────────────────────────────────────


def _zones(root: Node) -> Iterator[Fault]:
    units = {f"{port.name}.{unit.words[1]}" for port, unit in _units(root)}
    seen: dict[str, str] = {}
    zones = root.at("security", "zones")
    for zone in zones.every("security-zone") if zones else ():
        for each in (zone.at("interfaces") or Node(zone.schema)).inside:
            path = f"security zones {zone.name}"
            if seen.setdefault(each.name, zone.name) != zone.name:
                told = f"Interface {each.name} already assigned to another zone"
                yield Fault(path, f"interfaces {each.name}", told)
            if each.name not in units:
                told = f"Interface {each.name} must be configured under interfaces"
                yield Fault(path, f"interfaces {each.name}", told)
    yield from _matches(root)


def _matches(root: Node) -> Iterator[Fault]:
    book = {
        bare(each.words[1])
        for each in (root.at("security", "address-book", "global") or root).inside
        if each.words[0].startswith("address")
    }
    applications = {bare(each.words[1]) for each in (root.at("applications") or Node(root.schema)).inside}
    held = root.at("security", "policies", "global")
    for policy in held.every("policy") if held else ():
        path = f"security policies global {policy.name} match"
        for word in ("source-address", "destination-address", "application"):
            names = policy.named("match", word)
            if not names:
                yield Fault(path.removesuffix(" match"), "match", f"Missing mandatory statement: '{word}'")
            known, kind = (applications, "Application") if word == "application" else (book, "Address")
            for name in names:
                if name not in known and not name.startswith(BUILT_IN):
                    yield Fault(path, f"{word} {name}", f"{kind} or {kind.lower()}_set ({name}) not found")


def _tunnels(root: Node) -> Iterator[Fault]:
    ike, ipsec = root.at("security", "ike"), root.at("security", "ipsec")
    gateways = {each.words[1] for each in ike.every("gateway")} if ike else set()
    policies = {each.words[1] for each in ike.every("policy")} if ike else set()
    for each in ike.every("gateway") if ike else ():
        if each.value("ike-policy") not in policies:
            told = f"Referenced IKE policy '{each.value('ike-policy')}' is not defined"
            yield Fault(f"security ike {each.name}", "ike-policy", told)
    for each in ipsec.every("vpn") if ipsec else ():
        if each.value("ike", "gateway") not in gateways:
            told = f"Referenced IKE gateway '{each.value('ike', 'gateway')}' is not defined"
            yield Fault(f"security ipsec {each.name} ike", "gateway", told)
