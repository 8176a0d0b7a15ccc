"""The ruleset of a Linux host → the sets, maps and chains that it names.

nft refuses a ruleset that names what is not there; what is there and unused it keeps for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgnet.model.config import Line
from kgnet.model.naming import Names

DEFINED = re.compile(r"(set|map|chain) (\S+) \{")
HOOK = re.compile(r"type \w+ hook ")
CHAIN = re.compile(r"\b(?:jump|goto) (\w[\w.-]*)")
HELD = re.compile(r"(?<=[ {])@(\w[\w.-]*)")


def naming(lines: Iterable[Line]) -> Names:
    """Return what is defined and used; a base chain is used by the kernel's hook."""
    defined: dict[tuple[str, str], int] = {}
    used: dict[tuple[str, str], int] = {}
    for line in lines:
        place = line.number - 1  # without the header that a file has
        if found := DEFINED.fullmatch(line.text):
            defined.setdefault((found[1], found[2]), place)
        elif HOOK.match(line.text):
            used.setdefault(("chain", line.path[1].split()[1]), place)
        else:
            chains = (("chain", name) for name in CHAIN.findall(line.text))
            held = ((kind, name) for name in HELD.findall(line.text) for kind in ("set", "map"))
            for each in (*chains, *(one for one in held if one in defined)):
                used.setdefault(each, place)
    return Names.of(defined, used)
