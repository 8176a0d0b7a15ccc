"""IOS's canonical configuration → its SNMP agent; SNMPv3 users stand in `show snmp user` alone."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import MARK
from kgnet.model.managed import SnmpAgent, SnmpGroup, SnmpUser
from kgnet.platforms._snmp import LEVELS, unnamed, well_known
from kgnet.platforms.cisco_ios.access import open_to_all
from kgnet.platforms.cisco_ios.lines import Block


def agent(root: Block) -> SnmpAgent:
    """Read communities and groups; the users are those whose keys this program keeps on the device."""
    communities = [each.line.split() for each in root.starting("snmp-server community ")]
    groups = [each.line.split() for each in root.starting("snmp-server group ")]
    users = (each.line.removeprefix("key chain SNMP-") for each in root.starting("key chain SNMP-"))
    lists = [name for words in groups if (name := _list_of_group(words))]
    lists += [name for words in communities if (name := _list(words))]
    open_to_all = len(lists) < len(groups) + len(communities)
    return SnmpAgent(
        users=tuple(SnmpUser(name, "sha256", "aes128") for name in users),
        communities=len(communities),
        writable=any("RW" in map(str.upper, words[3:]) for words in communities)
        or any("write" in words for words in groups),
        access_list=None if open_to_all or not lists else lists[0],
        line=root.number_of("snmp-server community ") or root.number_of("snmp-server "),
        groups=tuple(_group(words) for words in groups),
        well_known=tuple(filter(well_known, (words[2] for words in communities))),
        unnamed=tuple(unnamed(words[2] for words in communities)),
        unlimited=tuple(_unlimited(root, communities, groups)),
        untold=tuple(f"community {number}" for number, words in enumerate(communities, 1) if _untold(words)),
    )


def _list(words: list[str]) -> str:
    """Return the list that `snmp-server community NAME [view V] [RO|RW] [LIST]` ends in."""
    rest = words[3:]
    if rest[:1] == ["view"]:
        del rest[:2]
    return next((word for word in reversed(rest) if word.upper() not in ("RO", "RW")), "")


def _list_of_group(words: list[str]) -> str:
    return words[-1] if "access" in words else ""


def _untold(words: list[str]) -> bool:
    """Whether the collector removed all after `snmp-server community`; IOS prints RO or RW at least."""
    return words[2:] == [MARK]


def _group(words: list[str]) -> SnmpGroup:
    """Read `snmp-server group NAME v3 LEVEL …`, or `… v1`, `… v2c`."""
    version = words[3]
    return SnmpGroup(words[2], LEVELS[words[4]] if version == "v3" else version)


def _unlimited(root: Block, communities: list[list[str]], groups: list[list[str]]) -> Iterator[str]:
    """Yield those without a list, or whose list keeps nobody out."""
    for number, words in enumerate(communities, 1):
        name = _list(words)
        if not _untold(words) and (not name or open_to_all(root, [*words, name])):
            yield f"community {number}"
    for words in groups:
        if not _list_of_group(words) or open_to_all(root, words):
            yield f"group {words[2]}"
