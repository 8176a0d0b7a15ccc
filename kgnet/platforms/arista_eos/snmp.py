"""EOS's running configuration → its SNMP agent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.model.access import ANYWHERE
from kgnet.model.credentials import MARK
from kgnet.model.facts import PacketFilter
from kgnet.model.managed import SnmpAgent, SnmpGroup, SnmpUser
from kgnet.platforms._snmp import LEVELS, unnamed, well_known
from kgnet.platforms.arista_eos.access import Sources, let_in
from kgnet.platforms.arista_eos.block import Block

USER = re.compile(r"snmp-server user (\S+) \S+ v3(?: localized \S+)?(?: auth (\S+) (?:<[^>]*>|\S+))?(.*)")
PRIVATE = re.compile(r" priv (\S+)")
PRIVATE_KINDS = {"aes": "aes128"}
COMMUNITY = re.compile(
    r"snmp-server community (?P<name><[^>]*>|\S+)(?: view \S+)?(?P<way> r[ow])?(?P<list>(?: ipv6)? \S+)?.*"
)
LISTS = "snmp-server ipv4 access-list "


def agent(top: list[Block], filtered: PacketFilter) -> SnmpAgent:
    """Read communities, groups and users; a list for the whole agent limits them all."""
    users = [found for block in top if (found := USER.fullmatch(block.text))]
    communities = [found for block in top if (found := COMMUNITY.fullmatch(block.text))]
    groups = [block for block in top if block.text.startswith("snmp-server group ")]
    lists = [block.words[3] for block in top if block.text.startswith(LISTS)]
    sources = let_in(top, filtered)
    line = next((block.number for block in top if block.text.startswith("snmp-server ")), 0)
    return SnmpAgent(
        users=tuple(SnmpUser(found[1], found[2] or "", _private(found[3])) for found in users),
        communities=len(communities),
        writable=any(found["way"] == " rw" for found in communities)
        or any(" write " in block.text for block in groups),
        access_list=lists[0] if lists else None,
        line=line,
        groups=tuple(_group(block.words) for block in groups),
        well_known=tuple(filter(well_known, (found["name"] for found in communities))),
        unnamed=tuple(unnamed(found["name"] for found in communities)),
        unlimited=()
        if any(_limits(sources, f"ip {each}") for each in lists)
        else tuple(_unlimited(communities, groups, sources)),
        untold=tuple(f"community {number}" for number, found in enumerate(communities, 1) if _untold(found)),
    )


def _limits(sources: Sources, told: str) -> bool:
    """Whether the list *told*, `NAME` or `ipv6 NAME`, keeps anybody out; one that is not there does not."""
    family, _, name = told.rpartition(" ")
    found = sources.get((family or "ip", name))
    return found is not None and not any(each in ANYWHERE for each in found)


def _unlimited(communities: list[re.Match[str]], groups: list[Block], sources: Sources) -> Iterator[str]:
    """Yield what nothing limits; a group has no list of its own."""
    for number, found in enumerate(communities, 1):
        if not _untold(found) and not _limits(sources, (found["list"] or "").strip()):
            yield f"community {number}"
    for block in groups:
        yield f"group {block.words[2]}"


def _untold(found: re.Match[str]) -> bool:
    """Whether the collector removed all after `snmp-server community`; EOS prints `ro` or `rw` at least."""
    return found["name"] == MARK and not found["way"]


def _group(words: list[str]) -> SnmpGroup:
    """Read `snmp-server group NAME v3 LEVEL …`, or `… v1`, `… v2c`."""
    return SnmpGroup(words[2], LEVELS[words[4]] if words[3] == "v3" else words[3])


def _private(text: str) -> str:
    found = PRIVATE.match(text)
    return PRIVATE_KINDS.get(found[1], found[1]) if found else ""
