"""fleet → groups, and Ansible's patterns over them → devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from kgnet.errors import UsageError
from kgnet.model.fleet import Device, Fleet
from kgnet.model.groups import DOMAINS, ISLANDS, LINUX, SERVERS, VENDORS
from kgnet.model.province import SERVERS as ROLES
from kgnet.model.province import SiteKind

SPECIAL = "~*?["  # such a pattern looks among groups and devices alike
PART = re.compile(r":(?![^\[]*\])")  # a colon that does not stand in a subscript
SUBSCRIPT = re.compile(r"(?P<name>[^~].*)\[(?:(?P<one>-?\d+)|(?P<first>\d+):(?P<last>\d*))\]")


def groups(fleet: Fleet) -> dict[str, tuple[str, ...]]:
    """Return the names of the devices in every group that has any.

    By kind of site, role, platform, site, the district that they hang on (`below_902`), domain;
    `vendors`, which do not run Linux; and `islands`, which are changed last.
    """
    found: dict[str, list[str]] = {}
    for device in fleet.devices.values():
        for group in _groups_of(fleet, device):
            found.setdefault(group, []).append(device.name)
    return {name: tuple(members) for name, members in sorted(found.items())}


def _groups_of(fleet: Fleet, device: Device) -> Iterator[str]:
    yield f"role_{device.role.value}"
    yield f"platform_{device.platform}"
    yield f"site_{_plain(device.site)}"
    if site := fleet.sites.get(device.site):  # none is known of a device that no inventory names
        yield site.kind.value
        if site.island:
            yield ISLANDS
        for above in fleet.ancestors(device.site):
            if fleet.sites[above].kind is SiteKind.DISTRICT:
                yield f"below_{_plain(above)}"
    yield from (name for name, roles in DOMAINS.items() if device.role in roles)
    if device.role in ROLES:
        yield SERVERS
    if device.platform not in LINUX:
        yield VENDORS


def _plain(code: str) -> str:
    """Return *code* as a part of an Ansible group's name, which has no hyphens."""
    return code.replace("-", "_")


def select(fleet: Fleet, pattern: str) -> tuple[Device, ...]:
    """Return the devices that *pattern* names, in the fleet's order; an empty pattern is all of them.

    `a:b` or `a,b` either, `a:&b` both, `a:!b` not; globs; `~regex`; `group[0]`, `group[0:2]`.
    UsageError for a name that nothing has, and if nothing is left.
    """
    parts = [part for part in _parts(pattern) if part] or ["all"]
    known = {"all": tuple(fleet.devices), **groups(fleet)}
    chosen = set[str]() if any(part[0] not in "&!" for part in parts) else set(fleet.devices)
    for part in sorted(parts, key=_turn):
        names = set(_named(part.lstrip("&!"), known, fleet.devices, pattern))
        chosen = _combined(part, chosen, names)
    if not chosen:
        raise UsageError(f"--limit {pattern!r} leaves no device")
    return tuple(device for name, device in fleet.devices.items() if name in chosen)


def _parts(pattern: str) -> list[str]:
    split = pattern.split(",") if "," in pattern else PART.split(pattern)
    return [part.strip() for part in split]


def _turn(part: str) -> int:
    """Return when *part* is applied: all unions, then all intersections, then all exclusions."""
    return {"&": 1, "!": 2}.get(part[0], 0)


def _combined(part: str, chosen: set[str], names: set[str]) -> set[str]:
    if part[0] == "!":
        return chosen - names
    return chosen & names if part[0] == "&" else chosen | names


def _named(
    part: str, known: dict[str, tuple[str, ...]], devices: Iterable[str], pattern: str
) -> tuple[str, ...]:
    """Return the devices that one *part* of *pattern* names; a group hides a device of the same name."""
    subscript = SUBSCRIPT.fullmatch(part)
    if subscript:
        return _subscribed(_named(subscript["name"], known, devices, pattern), subscript)
    matches = _matcher(part, pattern)
    in_groups = [name for group, members in known.items() if matches(group) for name in members]
    alone = [] if in_groups and part[:1] not in SPECIAL else [name for name in devices if matches(name)]
    if not in_groups and not alone:
        raise UsageError(f"--limit {pattern!r}: {_unknown(part, [*known, *devices])}")
    return tuple(dict.fromkeys((*in_groups, *alone)))


def _subscribed(names: tuple[str, ...], subscript: re.Match[str]) -> tuple[str, ...]:
    if subscript["one"] is not None:
        at = int(subscript["one"])
        return names[at:][:1] if -len(names) <= at else ()
    last = int(subscript["last"]) + 1 if subscript["last"] else None  # Ansible counts the last one in
    return names[int(subscript["first"]) : last]


def _matcher(part: str, pattern: str) -> Callable[[str], bool]:
    if not part.startswith("~"):
        return lambda name: fnmatchcase(name, part)
    try:
        regex = re.compile(part[1:])
    except re.error as reason:
        raise UsageError(f"--limit {pattern!r}: {part[1:]!r} is no regular expression: {reason}") from reason
    return lambda name: regex.match(name) is not None


def _unknown(part: str, names: list[str]) -> str:
    near = get_close_matches(part, names, n=1)
    hint = f" — did you mean {near[0]!r}?" if near else ""
    return f"no device or group is named {part!r}{hint}"
