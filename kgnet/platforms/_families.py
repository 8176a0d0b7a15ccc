"""Which families of addresses a packet filter of nftables judges, hook by hook."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgnet.model.config import Line
from kgnet.model.forwarding import Guard, Guards

FAMILIES = {"inet": frozenset((4, 6)), "ip": frozenset((4,)), "ip6": frozenset((6,))}
HOOK = re.compile(r"type filter hook (\w+) ")


def guards(lines: Iterable[Line]) -> Guards:
    """Return a guard for each hook that filters; Linux speaks both families unless it is built without."""
    found: dict[str, tuple[frozenset[int], int]] = {}
    for line in lines:
        hook = HOOK.match(line.text)
        family = line.path[0].split()[1] if len(line.path) == 3 else ""
        if hook and family in FAMILIES:
            before, first = found.get(hook[1], (frozenset[int](), line.number - 1))
            found[hook[1]] = before | FAMILIES[family], first
    both = FAMILIES["inet"]
    return Guards(tuple(Guard(f"hook {hook}", has, both, line) for hook, (has, line) in found.items()))
