"""Access lists and queues in EOS's running configuration → PacketFilter, Queues.

The chain `input` is what protects the device itself (`system control-plane`), `forward` what its ports apply
to traffic between others; other lists keep their own names.  A list ends in a silent deny.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

from kgnet.model.facts import FilterRule, PacketFilter, Queue, Queues
from kgnet.platforms.arista_eos.block import Block, rest
from kgnet.platforms.arista_eos.want import CLASSES

LIST = re.compile(r"(ip|ipv6) access-list (standard )?(\S+)")
BOUND = re.compile(r"(ip|ipv6) access-group (\S+)(?: vrf (\S+))?(?: (in|out))?")
RULE = re.compile(r"(?:\d+ )?(permit|deny) (.+)")
RATE = re.compile(r"(?:shape rate|bandwidth guaranteed) (\d+)(?: (kbps|mbps))?")
PROTOCOLS = {"ip": None, "ipv6": None, "icmpv6": "icmp"}
ANYWHERE = ("0.0.0.0/0", "::/0")
LAST_PORT = 65535
PRIORITY = {6: 0, 5: 0, 4: 1, 3: 1, 2: 2, 1: 3}  # of strict queues; the design's words for the order
Ends = tuple[str, ...]
Ranges = tuple[tuple[int, int], ...]


def read(top: list[Block]) -> Iterator[PacketFilter | Queues]:
    """Yield both; a device without queues has an empty Queues, which a rule judges."""
    chains, policies = _chains(top)
    rules: list[FilterRule] = []
    for block in top:
        if found := LIST.fullmatch(block.text):
            chain = chains.get((found[1], found[3]), found[3])
            rules += rules_of(block, chain, 4 if found[1] == "ip" else 6, standard=bool(found[2]))
    yield PacketFilter(policies, tuple(rules), tuple(_marks(top)))
    yield Queues(tuple(queue for block in top for queue in _queues(block, top)))


# ── filters ─────────────────────────────────────────────────────────────────


def _chains(top: list[Block]) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Return the chain of each list that is in use, by where it is bound, and what ends each chain."""
    chains: dict[tuple[str, str], str] = {}
    for block in top:
        for found in _bound(block):
            if block.text == "system control-plane":
                chains[found[1], found[2]] = "input"
            elif found[4] == "out" and block.text.startswith("interface "):
                chains.setdefault((found[1], found[2]), "forward")
    policies = {"input": "drop" if _protected(top) else "accept"}
    under = {rest(block, "tunnel source ") for block in top}
    routed = [block for block in top if _between_others(block) and not _carries(block, under)]
    if routed:
        policies["forward"] = "drop" if all(map(_filters, routed)) else "accept"
    return chains, policies


def _bound(block: Block) -> Iterator[re.Match[str]]:
    return (found for line in block.inside if (found := BOUND.fullmatch(line.text)))


def _protected(top: list[Block]) -> bool:
    """Whether a list stands before the device itself: in every VRF, and in every family that is spoken."""
    plane = [found for block in top if block.text == "system control-plane" for found in _bound(block)]
    lists = {(found[1], found[3]) for found in plane}
    vrfs = [None, *(block.words[2] for block in top if block.text.startswith("vrf instance "))]
    spoken = {family for block in top for family in families(block)} or {"ip"}
    return all((family, vrf) in lists for vrf in vrfs for family in spoken)


def families(block: Block) -> Iterator[str]:
    """Yield the families of which a port has addresses."""
    if block.text.startswith("interface "):
        yield from (family for family in ("ip", "ipv6") if any(block.starting(f"{family} address ")))


def _filters(block: Block) -> bool:
    """Whether a list decides on what leaves by a port, in every family that it speaks."""
    lists = {found[1] for found in _bound(block) if found[4] == "out"}
    return set(families(block)) <= lists


def _between_others(block: Block) -> bool:
    """Whether it is a port that others' traffic leaves by: it has addresses and stands in no VRF."""
    if not block.text.startswith(
        ("interface Vlan", "interface Ethernet", "interface Tunnel", "interface Port")
    ):
        return False
    return any(block.starting("ip address ", "ipv6 address ")) and not any(block.starting("vrf "))


def _carries(block: Block, under: set[str | None]) -> bool:
    """Whether tunnels come from this port's address: then its traffic is theirs, and filtered there."""
    return any(line.words[2].partition("/")[0] in under for line in block.starting("ip address "))


def _marks(top: list[Block]) -> Iterator[str]:
    """Yield the ports that set code points on what comes in."""
    marking = {
        policy.words[-1]
        for policy in top
        if policy.text.startswith("policy-map ")
        and any(line.text.startswith("set dscp ") for each in policy.inside for line in each.inside)
    }
    for block in top:
        if any(line.words[-1] in marking for line in block.starting("service-policy type qos input ")):
            yield block.words[1]


def rules_of(block: Block, chain: str, version: int, *, standard: bool) -> Iterator[FilterRule]:
    remark: str | None = None
    asked: set[tuple[object, ...]] = set()  # what the list itself lets out: (protocol, from, to, ports)
    read: list[tuple[FilterRule, Ranges]] = []
    for line in block.inside:
        if "remark" in line.words[:2]:
            remark = line.text.partition("remark ")[2]
        elif found := RULE.fullmatch(line.text):
            matched = f"ip {found[2]} any" if standard else found[2]
            rule, answering = _rule(matched.split(), version, permits=found[1] == "permit")
            within = block.text.replace(" access-list ", " ").replace(" standard ", " ")
            rule = rule._replace(chain=chain, text=line.text, comment=remark, line=line.number, within=within)
            asked.add((rule.verdict, rule.protocol, rule.sources, rule.destinations, rule.ports))
            read.append((rule, answering))
    for rule, answering in read:
        question = (rule.verdict, rule.protocol, rule.destinations, rule.sources, answering)
        known = rule.sources[0] not in ANYWHERE or question in asked
        yield rule._replace(harmless=rule.harmless or (bool(answering) and known))


def _rule(words: list[str], version: int, *, permits: bool) -> tuple[FilterRule, Ranges]:
    """Read what stands behind permit or deny; return the ports that it comes from, too.

    Answers come from the ports of a server that is named, or that the list lets one ask: whoever attacks
    chooses the port that he comes from.
    """
    protocol, words = words[0], words[1:]
    sources, words = _end(words, version)
    answering, words = _range(words)
    destinations, words = _end(words, version)
    ports, options = _range(words)
    rule = FilterRule(
        chain="",
        text="",
        verdict="accept" if permits else "drop",
        sources=sources,
        destinations=destinations,
        protocol=PROTOCOLS.get(protocol, protocol),
        ports=ports,
        comment=None,
        line=0,
        harmless="established" in options or _kind_of_icmp(protocol, options),
        narrow=bool(answering or set(options) - {"log"}),
        source_ports=answering,
        conditions=(" ".join(options),) if set(options) - {"log"} else (),
    )
    return rule, answering


def _kind_of_icmp(protocol: str, words: list[str]) -> bool:
    """Whether one kind of ICMP is meant: what tells of other packets, or asks whether one is there."""
    return protocol.startswith("icmp") and any(word not in ("log",) for word in words)


def _end(words: list[str], version: int) -> tuple[Ends, list[str]]:
    """Return the networks at the start of *words* and what follows; any: all of the family."""
    match words:
        case ["any", *others]:
            return ("0.0.0.0/0" if version == 4 else "::/0",), others
        case ["host", address, *others]:
            return (str(ip_network(address)),), others
        case [network, mask, *others] if re.fullmatch(r"[\d.]+", network) and re.fullmatch(r"[\d.]+", mask):
            return (str(ip_network(f"{network}/{mask}")),), others  # a wildcard, as it was once written
        case [network, *others]:
            return (str(ip_network(network)),), others
    raise ValueError("a rule of an access list ends before its addresses do")


def _range(words: list[str]) -> tuple[Ranges, list[str]]:
    match words:
        case ["eq", *others]:
            ports = tuple(_while_numbers(others))
            return tuple((port, port) for port in ports), others[len(ports) :]
        case ["range", first, last, *others]:
            return ((int(first), int(last)),), others
        case ["gt", first, *others]:
            return ((int(first) + 1, LAST_PORT),), others
        case ["lt", last, *others]:
            return ((0, int(last) - 1),), others
        case ["neq", port, *others]:
            return ((0, int(port) - 1), (int(port) + 1, LAST_PORT)), others
    return (), words


def _while_numbers(words: list[str]) -> Iterator[int]:
    for word in words:
        if not word.isdecimal():
            return
        yield int(word)


# ── queues ──────────────────────────────────────────────────────────────────


def _queues(block: Block, top: list[Block]) -> Iterator[Queue]:
    """Yield the queues of a QoS profile once for each port that uses it; those of no class are not ours."""
    if not block.text.startswith("qos profile "):
        return
    numbers = {queue: number for number, queue in CLASSES.items()}
    users = [each.words[1] for each in top if each.holds(f"service-profile {block.words[2]}")]
    whole = _rate(rest(block, "shape rate "), "shape rate ")
    for line in block.starting("tx-queue "):
        queue = int(line.words[1])
        if queue not in numbers:
            continue
        rate = _rate(rest(line, "bandwidth guaranteed "), "bandwidth guaranteed ")
        limit = _rate(rest(line, "shape rate "), "shape rate ") or whole
        priority = None if line.holds("no priority") else PRIORITY[queue]
        for user in users:
            yield Queue(user, numbers[queue], rate, limit, priority)


def _rate(text: str | None, what: str) -> float:
    """Return a rate in Mbit/s, 0 where none is said."""
    if text is None:
        return 0.0
    found = RATE.fullmatch(what + text)
    if found is None:
        raise ValueError(f"{what}{text}: a rate in kbps is expected")
    return int(found[1]) / (1 if found[2] == "mbps" else 1000)
