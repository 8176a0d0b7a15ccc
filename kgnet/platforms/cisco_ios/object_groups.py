"""Entries of IOS's access lists that name object groups → the entries that they stand for.

A group that is not defined matches nothing on the device; its entry is kept with a word that no packet meets,
so that it neither permits more than it does nor hides what comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import ip_address, ip_network, summarize_address_range
from itertools import product

from kgnet.platforms.cisco_ios.entries import AFTER, PORTS
from kgnet.platforms.cisco_ios.lines import Block

NAMES = ("object-group", "addrgroup", "portgroup")
NETWORK, SERVICE = "object-group network ", "object-group service "
PROTOCOLS = {"tcp-udp": ("tcp", "udp")}
NOBODY = str(ip_address(0))  # no packet of a conversation has this address (RFC 1122 §3.2.1.3)
Words = tuple[str, ...]


class Groups:
    """The object groups of one configuration."""

    def __init__(self, root: Block) -> None:
        self.root = root

    def expanded(self, entry: str) -> Iterator[str]:
        """Yield the entries that *entry* stands for: itself, where it names no group."""
        if "group" not in entry or not any(f" {name} " in entry for name in NAMES):
            yield entry
            return
        verdict, *words = entry.split()
        services, words = self._service(words)
        sources, words = self._end(words)
        from_, words = _ports(words)
        destinations, words = self._end(words)
        to, rest = _ports(words)
        for (protocol, *reached), source, destination in product(services, sources, destinations):
            yield " ".join((verdict, protocol, *source, *from_, *destination, *reached, *to, *rest))

    def _service(self, words: list[str]) -> tuple[list[Words], list[str]]:
        """Take the protocol, or the group that stands for it; each with the ports that it brings along."""
        if words[0] in NAMES:
            return list(self._services(words[1], ())), words[2:]
        return [(words[0],)], words[1:]

    def _end(self, words: list[str]) -> tuple[list[Words], list[str]]:
        if words[0] in NAMES:
            return list(self._networks(words[1], ())), words[2:]
        if words[0] in ("any", "any4", "any6") or "/" in words[0]:
            return [(words[0],)], words[1:]
        return [tuple(words[:2])], words[2:]

    @cached_property
    def _defined(self) -> Mapping[str, Block]:
        blocks = [*self.root.starting(NETWORK), *self.root.starting(SERVICE)]
        return {each.line.split()[2]: each for each in blocks}

    def _members(self, name: str) -> Iterator[list[str]]:
        """Yield the words of each member; of a group that is not there, one that is met by nothing."""
        held = self._defined.get(name)
        if held is None or not held.inside:
            yield ["undefined", name]
        for each in held.inside if held else ():
            if not each.line.startswith("description "):
                yield each.line.split()

    def _networks(self, name: str, seen: tuple[str, ...]) -> Iterator[Words]:
        for words in self._members(name):
            match words:
                case ["group-object", other] if other not in seen:
                    yield from self._networks(other, (*seen, name))
                case ["range", first, last]:
                    for each in summarize_address_range(ip_address(first), ip_address(last)):
                        yield (str(each),)
                case ["host", _] | ["any"]:
                    yield tuple(words)
                case ["undefined", _]:
                    yield ("host", NOBODY)
                case [address, mask]:
                    yield (str(ip_network(f"{address}/{mask}")),)
                case [network]:
                    yield (network,)

    def _services(self, name: str, seen: tuple[str, ...]) -> Iterator[Words]:
        for words in self._members(name):
            match words:
                case ["group-object", other] if other not in seen:
                    yield from self._services(other, (*seen, name))
                case ["undefined", _]:
                    yield ("undefined",)
                case [protocol, *reached]:
                    for each in PROTOCOLS.get(protocol, (protocol,)):
                        yield (each, *_reached(reached))


def _reached(words: list[str]) -> Iterator[str]:
    """Yield a condition on the destination's ports by number; a bare name is `eq`; `source …` stays."""
    if words and words[0] not in (*AFTER, "source") and (words[0] in PORTS or words[0].isdecimal()):
        yield "eq"
    yield from (str(PORTS.get(word, word)) for word in words)


def _ports(words: list[str]) -> tuple[list[str], list[str]]:
    """Take a condition on ports from the front of *words*."""
    if not words or words[0] not in AFTER:
        return [], words
    last = 3 if words[0] == "range" else 2
    while words[0] == "eq" and words[last : last + 1] and words[last].isdecimal():
        last += 1
    return words[:last], words[last:]
