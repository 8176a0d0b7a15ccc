"""Junos's configuration → what it lets through between zones, and what it lets in to itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from kgnet.model.facts import FilterRule, PacketFilter
from kgnet.platforms.juniper_junos.text import Statement, members

FilterFacts = PacketFilter
Service = tuple[str, tuple[tuple[int, int], ...]]  # protocol, ports

PREDEFINED: Mapping[str, tuple[Service, ...]] = {  # of Junos's own applications, those in use
    "junos-icmp-all": (("icmp", ()),),
    "junos-icmp6-all": (("icmp", ()),),
    "junos-ping": (("icmp", ()),),
    "junos-pingv6": (("icmp", ()),),
    "junos-ssh": (("tcp", ((22, 22),)),),
    "junos-telnet": (("tcp", ((23, 23),)),),
    "junos-http": (("tcp", ((80, 80),)),),
    "junos-https": (("tcp", ((443, 443),)),),
    "junos-smtp": (("tcp", ((25, 25),)),),
    "junos-dns-udp": (("udp", ((53, 53),)),),
    "junos-dns-tcp": (("tcp", ((53, 53),)),),
    "junos-ntp": (("udp", ((123, 123),)),),
    "junos-bgp": (("tcp", ((179, 179),)),),
    "junos-syslog": (("udp", ((514, 514),)),),
    "any": (("", ()),),
}
NAMED_PORTS = {  # Junos OS, Firewall Filters, match conditions: "text synonyms" of ports
    **{"ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "tacacs": 49, "domain": 53},
    **{"tacacs-ds": 65, "bootps": 67, "dhcp": 67, "bootpc": 68, "tftp": 69, "finger": 79, "http": 80},
    **{"kerberos-sec": 88, "pop3": 110, "sunrpc": 111, "ident": 113, "nntp": 119, "ntp": 123, "imap": 143},
    **{"netbios-ns": 137, "netbios-dgm": 138, "netbios-ssn": 139, "snmp": 161, "snmptrap": 162, "bgp": 179},
    **{"ldap": 389, "https": 443, "exec": 512, "login": 513, "cmd": 514, "syslog": 514, "printer": 515},
    **{"rip": 520, "msdp": 639, "ldp": 646, "socks": 1080, "pptp": 1723, "radius": 1812, "radacct": 1813},
    **{"nfsd": 2049},
}
VERDICTS = {"permit": "accept", "deny": "drop", "reject": "drop", "accept": "accept", "discard": "drop"}
ANY = ("any", "any-ipv4", "any-ipv6")
TOLD = (  # what a rule made of a term holds
    *("source-address", "address", "destination-address", "source-prefix-list", "destination-prefix-list"),
    *("protocol", "next-header", "destination-port", "port"),
)
SOURCES, DESTINATIONS = ("source-address", "address"), ("destination-address",)
NOWHERE = Statement("", 0)


def packet_filter(root: Statement) -> Iterator[PacketFilter]:
    policies, rules = dict[str, str](), list[FilterRule]()
    security = root.one("security", "policies")
    if security or root.one("security", "zones"):
        open_ = (security or NOWHERE).one("default-policy", "permit-all")
        policies["forward"] = "accept" if open_ else "drop"
        rules += between(root, security or NOWHERE)
    for family in ("inet", "inet6"):
        held = root.one("interfaces", "lo0", "unit 0", f"family {family}", "filter")
        name = held.value("input") if held else None
        found = root.one("firewall", f"family {family}", f"filter {name}") if name else None
        if found:
            policies["input"] = "drop"  # what no term accepts
            rules += terms(root, found, family, chain="input")
        elif _spoken(root, family):
            rules.append(_everything(family))
    if "input" not in policies and rules:
        rules = [rule for rule in rules if rule.chain != "input"]
    yield PacketFilter(policies, tuple(rules), tuple(_marking(root)))


def _spoken(root: Statement, family: str) -> bool:
    """Return whether any interface speaks this family at all."""
    ports = root.one("interfaces") or NOWHERE
    return any(unit.one(f"family {family}") for port in ports for unit in port.every("unit"))


def _everything(family: str) -> FilterRule:
    anywhere = ("0.0.0.0/0",) if family == "inet" else ("::/0",)
    text = f"no filter of family {family} before the router"
    return FilterRule("input", text, "accept", anywhere, anywhere, None, (), None, 0)


# ── between zones ───────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Book:
    """What the names in policies stand for."""

    addresses: Mapping[str, tuple[str, ...]]
    services: Mapping[str, tuple[Service, ...]]

    def networks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the networks; none: anywhere, which a name that is no network may be."""
        told = tuple(names)
        if any(name in ANY or name not in self.addresses for name in told):
            return ()
        return tuple(network for name in told for network in self.addresses[name])


def between(root: Statement, security: Statement, zone: str = "") -> Iterator[FilterRule]:
    """Yield what policies say of traffic between zones; with *zone*, of what comes from there alone."""
    book = _Book(_addresses(root), _services(root))
    own = {
        str(ip_network(each.words.split()[1], strict=False))
        for family in ("family inet", "family inet6")
        for each in (root.one("interfaces", "lo0", "unit 0", family) or NOWHERE).every("address")
    }
    for holder in security:
        of_all = not zone or holder.first == "global" or holder.words.startswith(f"from-zone {zone} ")
        if holder.first in ("from-zone", "global") and of_all and not holder.inactive:
            for policy in holder.every("policy"):
                if not zone or zone in (_zones(policy, "from-zone") or (zone,)):
                    yield from _policy(book, policy, own, within=zone, holder=holder.words)


def _zones(policy: Statement, word: str) -> tuple[str, ...]:
    """Return the zones that a policy of all zones is about; none: all."""
    return members((policy.one("match") or NOWHERE).value(word) or "")


def _policy(
    book: _Book, policy: Statement, own: set[str], *, within: str, holder: str
) -> Iterator[FilterRule]:
    match = policy.one("match") or NOWHERE
    ends = [
        book.networks(members(match.value(word) or "any"))
        for word in ("source-address", "destination-address")
    ]
    verdict = next((VERDICTS[each.first] for each in policy.one("then") or () if each.first in VERDICTS), "")
    found = [
        service
        for name in members(match.value("application") or "any")
        for service in book.services.get(name, ((name, ()),))
    ]
    for protocol in dict.fromkeys(service[0] for service in found):
        yield FilterRule(
            chain="self" if ends[1] and own.issuperset(ends[1]) else "forward",
            text=f"policy {policy.rest}",
            verdict=verdict,
            sources=ends[0],
            destinations=ends[1],
            protocol=protocol or None,
            ports=tuple(ports for service in found if service[0] == protocol for ports in service[1]),
            comment=policy.rest,
            line=policy.line,
            narrow=bool(_zones(policy, "to-zone") or (_zones(policy, "from-zone") and not within)),
            within=f"policies {holder}",
            conditions=tuple(_beside(book, match)),
        )


def _beside(book: _Book, match: Statement) -> Iterator[str]:
    """Yield what a policy matches beside networks and applications, or by names that are not understood."""
    for each in match:
        if each.first in ("source-address", "destination-address"):
            named = (*ANY, *book.addresses)
            yield from (f"{each.first} {name}" for name in members(each.rest) if name not in named)
        elif each.first not in ("application", "from-zone", "to-zone") or "zone" in each.first:
            yield each.words


def _addresses(root: Statement) -> dict[str, tuple[str, ...]]:
    """Return what all address books hold: the global one, those with a name, those of zones."""
    zones = root.every("security", "zones", "security-zone")
    books = [
        *(root.one("security", "address-book") or ()),
        *(zone.one("address-book") or NOWHERE for zone in zones),
    ]
    found: dict[str, tuple[str, ...]] = {}
    for each in (one for book in books for one in book.every("address")):
        words = each.words.split()
        if len(words) == 3:
            found[words[1]] = (words[2],)
    for each in (one for book in books for one in book.every("address-set")):
        inside = [found.get(one.rest) for one in each.every("address")]
        if inside and all(inside):
            found[each.rest] = tuple(network for networks in inside for network in networks or ())
    return found


def _services(root: Statement) -> dict[str, tuple[Service, ...]]:
    found = dict(PREDEFINED)
    for each in root.every("applications", "application"):
        ports = each.value("destination-port")
        found[each.rest] = ((each.value("protocol") or "", (_ports(ports),) if ports else ()),)
    for each in root.every("applications", "application-set"):
        found[each.rest] = tuple(
            service for one in each.every("application") for service in found.get(one.rest, ())
        )
    return found


def _ports(text: str) -> tuple[int, int]:
    if text in NAMED_PORTS:  # some have a dash in their names
        return NAMED_PORTS[text], NAMED_PORTS[text]
    first, _, last = text.partition("-")
    low = NAMED_PORTS.get(first) or int(first)
    return low, int(last) if last else low


# ── before the router itself ────────────────────────────────────────────────


def terms(root: Statement, found: Statement, family: str, *, chain: str) -> Iterator[FilterRule]:
    """Yield the terms of the filter *found* as rules of *chain*."""
    for term in found.every("term"):
        held = term.one("from") or NOWHERE
        protocols = members(held.value("protocol") or held.value("next-header") or "")
        reached = members(held.value("destination-port") or held.value("port") or "")
        from_ = tuple(map(_ports, members(held.value("source-port") or "")))
        for protocol in protocols or ("",):
            yield FilterRule(
                chain=chain,
                text=f"term {term.rest}: {'; '.join(each.words for each in held)}",
                verdict=_verdict(term),
                sources=_listed(root, held, SOURCES, "source-prefix-list") or _anywhere(held, family),
                destinations=_listed(root, held, DESTINATIONS, "destination-prefix-list"),
                protocol="icmp" if protocol in ("icmp", "icmp6") else protocol or None,
                ports=tuple(map(_ports, reached)),
                comment=term.rest,
                line=term.line,
                harmless=_answers(held),
                narrow=any(each.first not in TOLD for each in held),
                within=f"filter {found.rest} ({family})",
                source_ports=from_,
                conditions=tuple(_besides(held)),
            )


def _besides(held: Statement) -> Iterator[str]:
    """Yield the conditions of a term that its addresses, protocols and ports do not tell."""
    for each in held:
        excepted = any(" except" in one.words for one in each)
        if each.first not in (*TOLD, "source-port") or each.first in ("address", "port") or excepted:
            yield f"{each.words} {' '.join(one.words for one in each)}".strip()


def _verdict(term: Statement) -> str:
    """Return what a term does: without a word on it, it accepts."""
    done = list(term.one("then") or ())
    if any(each.words == "next term" for each in done):
        return ""
    return next((VERDICTS[each.first] for each in done if each.first in VERDICTS), "accept")


def _anywhere(held: Statement, family: str) -> tuple[str, ...]:
    """A term without addresses is about one family all the same."""
    return ("0.0.0.0/0",) if family == "inet" else ("::/0",)


def _answers(held: Statement) -> bool:
    """Return whether a term lets in answers only: of TCP, of a server named, or ICMP's errors."""
    words = {each.first for each in held}
    return (
        "tcp-established" in words
        or "icmp-type" in words
        or ("source-port" in words and "source-address" in words and "destination-port" not in words)
    )


def _listed(root: Statement, held: Statement, words: tuple[str, ...], named: str) -> tuple[str, ...]:
    found = [each.first for word in words for each in held.one(word) or ()]
    names = [each.rest for each in held.every(named) if each.rest] + [
        each.first for each in held.one(named) or ()
    ]
    for name in names:
        lists = root.one("policy-options", f"prefix-list {name}")
        found += [entry.first for entry in lists or ()]
    return tuple(found)


# ── marks ───────────────────────────────────────────────────────────────────


def _marking(root: Statement) -> Iterator[str]:
    """Yield the units whose traffic gets a class on its way in, where classes are written as code points."""
    if not root.one("class-of-service", "rewrite-rules"):
        return
    for port in root.one("interfaces") or ():
        for unit in port.every("unit"):
            held = unit.one("family inet", "filter")
            name = held.value("input") if held else None
            found = root.one("firewall", "family inet", f"filter {name}") or NOWHERE
            if any((term.one("then") or NOWHERE).value("forwarding-class") for term in found.every("term")):
                yield f"{port.words}.{unit.rest}"
