"""Interior routing in the words that IOS, EOS and FRR share → where it runs, and who is believed there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface, ip_network

from kgnet.model.forwarding import InteriorLink, InteriorLinks

LOOPBACK = re.compile(r"(?i)lo(?:opback)?\d*")
ROUTER = re.compile(r"(ipv6 )?router (ospf6|ospfv3|ospf|isis|eigrp|rip)\b.*")
DIGEST = re.compile(r"ip ospf message-digest-key \d+ (\S+)")
AREA = re.compile(r"(?:ip ospf|ip ospf \d+|ospfv3 \d+ ipv6|ospfv3 ipv6|ipv6 ospf6?|ipv6 ospf \d+) area (\S+)")


EVERY_BIT = (1 << 32) - 1
ASKING = ("ip ospf", "ospfv3", "ipv6 ospf", "ip router isis", "ipv6 router isis", "isis enable")


@dataclass(frozen=True, slots=True)
class Section:
    """A block at the top of a configuration: its first line, and all below it at any depth."""

    head: str
    lines: tuple[str, ...]
    number: int
    addresses: tuple[IPv4Interface | IPv6Interface, ...] = ()  # of an interface

    @property
    def name(self) -> str:
        return self.head.split()[1]

    def rest(self, start: str) -> str | None:
        return next((line.removeprefix(start) for line in self.lines if line.startswith(start)), None)


@dataclass(frozen=True, slots=True)
class _Process:
    """What the processes of one protocol say, looked up once for all interfaces."""

    kind: str
    name: str
    lines: tuple[str, ...]
    said: frozenset[str]
    networks: Mapping[int, Mapping[int, tuple[int, list[str]]]]  # mask → masked address → place, the words
    areas: Mapping[int, list[str]]  # area of OSPF → how all in it authenticate
    interfaces: Mapping[str, list[str]]  # of EIGRP's named form → what is said of each

    def covering(self, addresses: Iterable[IPv4Address]) -> list[str]:
        """Return the first line `network …` that covers one of *addresses*; none: nothing."""
        found = [
            held[int(address) & mask]
            for address in addresses
            for mask, held in self.networks.items()
            if int(address) & mask in held
        ]
        return min(found, key=lambda each: each[0])[1] if found else []


def _process(kind: str, sections: Sequence[Section]) -> _Process:
    lines = tuple(line for section in sections for line in section.lines)
    words = [line.split() for line in lines if line.startswith(("network ", "area "))]
    return _Process(
        kind=kind,
        name=sections[0].head.split()[-1] if sections else "",
        lines=lines,
        said=frozenset(lines),
        networks=_networks(each for each in words if each[0] == "network"),
        areas={_number(each[1]): each[3:] for each in words if each[2:3] == ["authentication"]},
        interfaces=_interfaces(lines),
    )


def _networks(told: Iterable[list[str]]) -> dict[int, dict[int, tuple[int, list[str]]]]:
    """Return the lines `network …` by what they cover, so that a port meets a mask once, not every line."""
    found: dict[int, dict[int, tuple[int, list[str]]]] = {}
    for place, words in enumerate(told):
        for mask, address in _covers(words):
            found.setdefault(mask, {}).setdefault(address & mask, (place, words))
    return found


def _interfaces(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    here: list[str] | None = None
    for line in lines:
        if line.startswith("af-interface "):
            here = found.setdefault(line.removeprefix("af-interface "), [])
        elif here is not None:
            here.append(line)
    return found


def links(sections: Sequence[Section]) -> InteriorLinks:
    """Return every interface that a protocol runs on; those that are shut carry none."""
    ports = [each for each in sections if each.head.startswith("interface ") and "shutdown" not in each.lines]
    chains = dict(_chains(sections))
    processes = [(kind, each) for each in sections if (kind := _kind(each))]
    kinds = {one: [each for kind, each in processes if kind == one] for one in ("ospf", "ospf3", "isis")}
    found = list(_by_port(ports, {kind: _process(kind, own) for kind, own in kinds.items()}, chains))
    for kind, section in processes:
        process = _process(kind, [section])
        for port in ports if process.networks else ():
            found += _covered(process, port, chains)
    return InteriorLinks(tuple(sorted(found, key=lambda link: (link.line, link.protocol))))


def _chains(sections: Iterable[Section]) -> Iterator[tuple[str, str]]:
    """Yield each key chain with what its weakest key makes of a message; without a word it is MD5."""
    for section in sections:
        if section.head.startswith("key chain "):
            keys = [line for line in section.lines if re.fullmatch(r"key \d+", line)]
            start = "cryptographic-algorithm "
            told = [line.removeprefix(start) for line in section.lines if line.startswith(start)]
            strong = len(told) == len(keys) and all("sha" in each for each in told)
            yield section.head.split()[2], ("sha" if strong else "md5") if keys else ""


# ── OSPF and IS-IS, asked for at the interface ──────────────────────────────


def _by_port(
    ports: Iterable[Section], processes: Mapping[str, _Process], chains: Mapping[str, str]
) -> Iterator[InteriorLink]:
    for port in ports:
        asking = [line for line in port.lines if line.startswith(ASKING)]
        areas = {line.split()[0]: found[1] for line in asking if (found := AREA.fullmatch(line))}
        if "ip" in areas:
            yield _ospf(port, areas["ip"], processes["ospf"], chains)
        if areas.keys() - {"ip"}:
            passive = _passive(port, processes["ospf3"])
            yield InteriorLink("ospf3", port.name, passive, _ospf3(port), port.number)
        if any(re.match(r"ip(?:v6)? router isis\b|isis enable\b", line) for line in asking):
            passive = _passive(port, processes["isis"])
            yield InteriorLink("isis", port.name, passive, _isis(port, chains), port.number)


def _kind(section: Section) -> str:
    """Return the protocol of a process; "" for what is none, or one of IPv6 that is not judged."""
    found = ROUTER.fullmatch(section.head)
    if not found:
        return ""
    if found[2] in ("ospf6", "ospfv3") or (found[1] and found[2] == "ospf"):
        return "ospf3"
    return "" if found[1] else found[2]


def _passive(port: Section, process: _Process) -> bool:
    """Whether no neighbour is looked for: the interface's own word counts before that of the process."""
    if LOOPBACK.fullmatch(port.name):
        return True
    for line in port.lines:
        if found := re.fullmatch(r"(no )?(?:ip ospf|ipv6 ospf6|isis|ospfv3) passive(?:-interface)?", line):
            return found[1] is None
    if f"no passive-interface {port.name}" in process.said:
        return False
    return not process.said.isdisjoint((f"passive-interface {port.name}", "passive-interface default"))


def _ospf(port: Section, area: str, process: _Process, chains: Mapping[str, str]) -> InteriorLink:
    key = _ospf_key(port, area, process, chains)
    return InteriorLink("ospf", port.name, _passive(port, process), key, port.number)


def _ospf_key(port: Section, area: str, process: _Process, chains: Mapping[str, str]) -> str:
    asked = next((line for line in port.lines if re.match(r"ip ospf authentication(?: |$)", line)), None)
    words = asked.split()[3:] if asked else process.areas.get(_number(area), ["null"])
    match words:
        case []:
            return "plain"
        case ["key-chain", name]:
            return chains.get(name, "")
        case ["message-digest"]:
            kinds = [found[1] for line in port.lines if (found := DIGEST.match(line))]
            return ("sha" if all("sha" in kind for kind in kinds) else "md5") if kinds else ""
    return ""


def _number(area: str) -> int:
    return int(area) if area.isdecimal() else int(IPv4Address(area))


def _ospf3(port: Section) -> str:
    if any(
        re.match(r"(?:ipv6 ospf|ospfv3) (?:authentication|encryption) ipsec", line) for line in port.lines
    ):
        return "ipsec"
    trailer = r"(?:ipv6 ospf6|ospfv3) authentication (?:key-chain|key-id|keychain) "  # RFC 7166
    return "sha" if any(re.match(trailer, line) for line in port.lines) else ""


def _isis(port: Section, chains: Mapping[str, str]) -> str:
    password = port.rest("isis password ")
    if password:
        return "md5" if password.startswith("md5 ") else "plain"
    mode, chain = port.rest("isis authentication mode "), port.rest("isis authentication key-chain ")
    key = port.rest("isis authentication key ")
    if chain and chains.get(chain.split()[0]):
        return chains[chain.split()[0]] if mode else "plain"
    if key is None or mode is None:
        return ""
    return "sha" if mode.startswith("sha") else "md5" if mode.startswith("md5") else "plain"


# ── what a process covers by its networks ───────────────────────────────────


def _covered(process: _Process, port: Section, chains: Mapping[str, str]) -> Iterator[InteriorLink]:
    kind = process.kind
    own = [each.ip for each in port.addresses if isinstance(each, IPv4Interface)]
    covering = process.covering(own)
    asked = any(AREA.fullmatch(line) and line.startswith("ip ") for line in port.lines)
    if not covering or (kind == "ospf" and asked):
        return
    if kind == "ospf":
        yield _ospf(port, covering[-1], process, chains)
    elif kind == "rip":
        key = _rip(port, chains)
        yield InteriorLink("rip", port.name, _passive(port, process), key, port.number)
    elif kind == "eigrp":
        yield _eigrp(process, port, chains)


def _covers(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield mask and address of a line `network …`: by a length, a wildcard, or a class (RFC 791 §2.3)."""
    match words[1:]:
        case [network, *_] if "/" in network:
            found = ip_network(network)
            if found.version == 4:
                yield int(found.netmask), int(found.network_address)
        case [network, wildcard, *_] if wildcard[0].isdecimal():
            yield ~int(IPv4Address(wildcard)) & EVERY_BIT, int(IPv4Address(network))
        case [network, *_] if network[0].isdecimal():
            first = int(network.partition(".")[0])
            length = 8 if first < 128 else 16 if first < 192 else 24
            yield EVERY_BIT << 32 - length & EVERY_BIT, int(IPv4Address(network))


def _rip(port: Section, chains: Mapping[str, str]) -> str:
    chain, key = port.rest("ip rip authentication key-chain "), port.rest("ip rip authentication string ")
    mode = port.rest("ip rip authentication mode ") or "text"
    if not key and not chains.get(chain or ""):
        return ""
    return "md5" if mode.startswith("md5") else "plain"


def _eigrp(process: _Process, port: Section, chains: Mapping[str, str]) -> InteriorLink:
    """Read the classic form, by the AS number at the interface, or the named one, by `af-interface`."""
    number = process.name
    passive = _passive(port, process)
    if number.isdecimal():
        mode = port.rest(f"ip authentication mode eigrp {number} ")
        chain = port.rest(f"ip authentication key-chain eigrp {number} ")
    else:
        own = [*process.interfaces.get(port.name, ()), *process.interfaces.get("default", ())]
        passive = passive or ("passive-interface" in own and "no passive-interface" not in own)
        said = Section("", tuple(own), 0)
        mode, chain = said.rest("authentication mode "), said.rest("authentication key-chain ")
    if mode and mode.startswith("hmac-sha-256"):
        return InteriorLink("eigrp", port.name, passive, "sha", port.number)
    keyed = mode == "md5" and chains.get(chain or "")
    return InteriorLink("eigrp", port.name, passive, "md5" if keyed else "", port.number)
