"""IOS's canonical configuration → what filters routes: prefix lists, and the route maps that match them."""

from __future__ import annotations

import re
from functools import lru_cache

from kgnet.model.facts import PrefixEntry, PrefixLists, RouteMaps
from kgnet.platforms._addresses import network
from kgnet.platforms.cisco_ios.lines import Block

REMEMBERED = 1 << 12
ENTRY = re.compile(
    r"^ip(?:v6)? prefix-list (\S+) seq (\d+) (permit|deny) (?:([\da-fA-F.:]+/[1-9]\d*)|(\S+))"
    r"(?: ge (\d+))?(?: le (\d+))?$|^.+$",
    re.MULTILINE,
)


def prefix_lists(root: Block) -> PrefixLists:
    told = sorted((*root.told("ip prefix-list "), *root.told("ipv6 prefix-list ")))
    lists: dict[str, list[PrefixEntry]] = {}
    found = ENTRY.findall("\n".join([line for _, line in told]))
    for (name, sequence, action, some, other, least, most), (number, _) in zip(found, told, strict=True):
        if name:
            prefix = some or str(network(other))  # all there is, maybe; what is no network is told to be none
            length = int(least) if least else None, int(most) if most else None
            entry = PrefixEntry(int(sequence), action == "permit", prefix, *length, number)
            if name in lists:
                lists[name].append(entry)
            else:
                lists[name] = [entry]
    return PrefixLists({name: tuple(entries) for name, entries in lists.items()})


def route_maps(root: Block) -> RouteMaps:
    maps: dict[str, tuple[str, ...]] = {}
    unasked: dict[str, int] = {}
    for number, header, lines in root.sections("route-map "):
        name, asks, matched = _matching(header, tuple(lines))
        if not asks:
            unasked.setdefault(name, number)
        maps[name] = (*maps[name], *matched) if name in maps else matched
    return RouteMaps(maps, unasked)


@lru_cache(REMEMBERED)
def _matching(header: str, lines: tuple[str, ...]) -> tuple[str, bool, tuple[str, ...]]:
    """Return the map that a part belongs to, whether it asks before it permits, the lists that it matches."""
    words = header.split()
    asks = words[2:3] == ["deny"] or any(line.startswith("match ") for line in lines)
    matched = (
        word
        for line in lines
        if line.startswith("match ip")
        for word in line.partition(" address prefix-list ")[2].split()
    )
    return words[1], asks, tuple(matched)
