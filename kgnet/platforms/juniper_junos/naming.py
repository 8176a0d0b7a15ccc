"""Junos's configuration → what it names: filters, lists, policies, addresses and applications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgnet.model.naming import Key, Names
from kgnet.platforms.juniper_junos.text import Statement, members

FILTER, POLICER, PREFIX, ROUTES, POLICY, COMMUNITY, PATH, ADDRESS, APPLICATION = (
    *("firewall filter", "policer", "prefix list", "route filter list", "policy", "community", "AS path"),
    *("address", "application"),
)
HOLDERS = {  # the block that defines → the first word of what it defines, and what that is
    "policy-options": {
        **{"prefix-list": PREFIX, "route-filter-list": ROUTES, "policy-statement": POLICY},
        **{"community": COMMUNITY, "as-path": PATH},
    },
    "applications": {"application": APPLICATION, "application-set": APPLICATION},
    "firewall": {"policer": POLICER, "filter": FILTER},
}
USES = {  # the block that a statement stands in, its first word → what it names
    **{("filter", word): FILTER for word in ("input", "output", "input-list", "output-list")},
    **{("from", word): PREFIX for word in ("prefix-list", "prefix-list-filter")},
    **{("from", word): PREFIX for word in ("source-prefix-list", "destination-prefix-list")},
    **{("from", "route-filter-list"): ROUTES, ("from", "policy"): POLICY},
    **{("from", "community"): COMMUNITY, ("from", "as-path"): PATH, ("then", "policer"): POLICER},
    **{("then", "community"): COMMUNITY, ("clients", "prefix-list"): PREFIX},
    **{("match", word): ADDRESS for word in ("source-address", "destination-address")},
    **{("match", "application"): APPLICATION, ("application-set", "application"): APPLICATION},
    **{("address-set", "address"): ADDRESS, ("address-set", "address-set"): ADDRESS},
}
LISTS = ("source-prefix-list", "destination-prefix-list")  # may hold their names as a block
ROUTING = ("protocols", "routing-instances", "routing-options")
SINGLE = (PREFIX, ROUTES)  # a name, and what to do with it
VERBS = ("add", "set", "delete")
KNOWN = ("any", "any-ipv4", "any-ipv6")
OWN = "junos-"  # Junos's own applications
Found = Iterator[tuple[Key, int]]


def naming(root: Statement) -> Names:
    return Names.of(_once(_defined(root)), _once(_used(root, ())))


def _once(found: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    first: dict[Key, int] = {}
    for key, line in found:
        first.setdefault(key, line)
    return first


def _defined(root: Statement) -> Found:
    for holder, kinds in HOLDERS.items():
        for each in root.one(holder) or ():
            if each.first in kinds:
                yield (kinds[each.first], each.words.split()[1]), each.line
    for family in root.every("firewall", "family"):
        yield from (((FILTER, each.rest), each.line) for each in family.every("filter"))
    for book in _books(root):
        for each in book:
            if each.first in ("address", "address-set"):
                yield (ADDRESS, each.words.split()[1]), each.line


def _books(root: Statement) -> Iterator[Statement]:
    for each in root.every("security", "address-book"):
        yield each
        yield from each  # each book under its own name
    for zone in root.every("security", "zones", "security-zone"):
        yield from zone.every("address-book")


def _used(block: Statement, path: tuple[str, ...]) -> Found:
    here = (*path, block.first)
    for each in block:
        if not each.inactive:
            yield from ((key, each.line) for key in _uses(each, here))
            yield from _used(each, here)


def _uses(each: Statement, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield what one statement uses; *path* are the first words of the blocks that it stands in."""
    kind = USES.get((path[-1], each.first))
    if each.first in ("import", "export") and path[1:2] and path[1] in ROUTING:
        kind = POLICY
    if path[-1] in LISTS:
        yield PREFIX, each.first
    elif kind:
        words = members(each.rest)
        for name in words[:1] if kind in SINGLE else words:
            if not _says_itself(kind, name):
                yield kind, name


def _says_itself(kind: str, name: str) -> bool:
    """Whether a word is no name of ours: Junos's own, a verb, or the thing itself."""
    return (
        name in (*KNOWN, *VERBS)
        or name.startswith((OWN, "(", '"', "!"))
        or (kind == COMMUNITY and ":" in name)
    )
