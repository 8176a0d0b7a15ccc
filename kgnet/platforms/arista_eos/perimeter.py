"""EOS's ports → what decides on what comes in by them, and whether they check its source."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import FilterRule
from kgnet.model.perimeter import PortFilter, PortFilters, SourceCheck, SourceChecks
from kgnet.platforms.arista_eos.block import Block, rest
from kgnet.platforms.arista_eos.traffic import BOUND, LIST, families, rules_of

Perimeter = PortFilters | SourceChecks
VERSIONS = {"ip": 4, "ipv6": 6}
WAYS = {"rx": "strict", "any": "loose"}


def read(top: list[Block]) -> Iterator[Perimeter]:
    ports = [block for block in top if block.text.startswith("interface ")]
    yield PortFilters(tuple(each for port in ports for each in _filters(top, port)))
    yield SourceChecks(tuple(each for port in ports for each in _checks(port)))


def _filters(top: list[Block], port: Block) -> Iterator[PortFilter]:
    for family in families(port):
        found = (BOUND.fullmatch(line.text) for line in port.inside)
        name = next((each[2] for each in found if each and each[1] == family and each[4] == "in"), "")
        rules = tuple(_list(top, family, name)) if name else ()
        left = "drop" if name else "accept"  # a list ends in a silent deny
        yield PortFilter(port.words[1], VERSIONS[family], name, rules, left, port.number)


def _list(top: list[Block], family: str, name: str) -> Iterator[FilterRule]:
    for block in top:
        found = LIST.fullmatch(block.text)
        if found and (found[1], found[3]) == (family, name):
            yield from rules_of(block, name, VERSIONS[family], standard=bool(found[2]))


def _checks(port: Block) -> Iterator[SourceCheck]:
    for family in families(port):
        asked = rest(port, f"{family} verify unicast source reachable-via ") or ""
        mode = WAYS.get(asked.split(" ")[0], "off")
        yield SourceCheck(port.words[1], VERSIONS[family], mode, port.number)
