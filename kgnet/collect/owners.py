"""configurations of a folder → the devices they are of: those of a fleet, or made of the files alone."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from kgnet.collect.detect import detected
from kgnet.collect.folders import Held
from kgnet.errors import Problem, Refused, UsageError
from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import Role
from kgnet.plugins import one
from kgnet.ports import Platform

T = TypeVar("T")
NOWHERE = IPv4Address(0)  # the address of a device of which no inventory tells
NUMERIC = re.compile(r"[\d.]+|[\da-fA-F:.]*:[\da-fA-F:.]*")
FILE, DEVICE = "file", "device"  # columns of a table of names


@dataclass(frozen=True, slots=True)
class Owned:
    """The configuration of each device by its name, and those that are nobody's, with the reason."""

    files: Mapping[str, Held]
    lost: Mapping[str, str] = field(default_factory=dict)  # file → why


def owned(held: Sequence[Held], fleet: Fleet, names: Mapping[str, str] | None = None) -> Owned:
    """Return which configuration is whose: by *names* (pattern of a file → device), else as it is called.

    A device is found by its name whatever the case, with or without its domain, and by its address.
    UsageError if none is anybody's.
    """
    known = dict(_called(fleet))
    owners: dict[str, list[Held]] = {}
    lost: dict[str, str] = {}
    for each in held:
        device = _matching(each, names or {}) or known.get(each.name.lower()) or known.get(_short(each.name))
        if device is None:
            lost[each.where] = _nobody(each, fleet)
        elif device not in fleet.devices:
            lost[each.where] = f"is said to be of {device}, and no device is named so"
        else:
            owners.setdefault(device, []).append(each)
    for device, several in owners.items():
        if len(several) > 1:
            others = ", ".join(one.where for one in several)
            why = f"one of {len(several)} files of {device}: {others} — leave one in the folder"
            lost.update((one.where, why) for one in several)
    files = {device: several[0] for device, several in owners.items() if len(several) == 1}
    if not owners:
        place, why = next(iter(lost.items()))
        rest = f"; {len(lost) - 1} more are nobody's either" if len(lost) > 1 else ""
        raise UsageError(f"{place}: {why}{rest}")
    return Owned(files, lost)


def strangers(
    held: Sequence[Held], *, platforms: Mapping[str, str], roles: Mapping[str, Role]
) -> Iterator[tuple[Device, Held]]:
    """Yield a device for each configuration, of which nothing is known but what the folder and the user tell.

    *platforms* and *roles* go by patterns of names; an empty platform is to be found out by `settled`.
    """
    times = Counter(each.name for each in held)
    for number, each in enumerate(held, 1):
        name = each.name if times[each.name] == 1 or not each.group else f"{each.group}/{each.name}"
        role = _matching(each, roles) or Role.UNKNOWN
        yield (
            Device(
                name,
                each.group or "-",
                role,
                _matching(each, platforms) or "",
                number,
                NOWHERE,
                planned=False,
            ),
            each,
        )


def settled(held: Held, text: str) -> str:
    """Return the platform of a configuration: as the list of its folder has it, else as its words tell.

    Refused if that is none of ours, or cannot be told.
    """
    try:
        return detected(text, held.kind)
    except UsageError as reason:
        raise Refused(held.name, f"{held.where} {reason}") from reason


def table(path: Path) -> dict[str, str]:
    """Read which file is of which device: CSV with the columns `file` (a pattern) and `device`."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened)
        if not {FILE, DEVICE} <= set(rows.fieldnames or ()):
            raise UsageError(str(Problem(str(path), 1, f"has no columns {FILE} and {DEVICE}")))
        told: dict[str, str] = {}
        for row in rows:
            if not row[FILE] or not row[DEVICE]:
                raise UsageError(str(Problem(str(path), rows.line_num, "names no file, or no device")))
            told[row[FILE].strip()] = row[DEVICE].strip()
    return told


def choices(told: Sequence[str], option: str) -> dict[str, str]:
    """Read `VALUE` or `PATTERN=VALUE`, each as often as wanted; a later one holds before an earlier one."""
    found: dict[str, str] = {}
    for each in told:
        pattern, equals, value = each.rpartition("=")
        if not value or (equals and not pattern):
            raise UsageError(f"{option} {each!r}: say {option} VALUE, or {option} 'PATTERN=VALUE'")
        found[pattern or "*"] = value
    return found


def named_platforms(told: Sequence[str]) -> dict[str, str]:
    """Read the platforms that a user names; PluginError for one that there is not."""
    return {pattern: one(Platform, name).name for pattern, name in choices(told, "--platform").items()}


def named_roles(told: Sequence[str]) -> dict[str, Role]:
    known = {role.value: role for role in Role if role is not Role.UNKNOWN}
    found = choices(told, "--role")
    for name in found.values():
        if name not in known:
            raise UsageError(f"--role {name!r}: there is no such role — known: {', '.join(known)}")
    return {pattern: known[name] for pattern, name in found.items()}


def _matching(held: Held, told: Mapping[str, T]) -> T | None:
    """Return what the last pattern says that fits the file's name or its place in the folder."""
    fitting = [value for pattern, value in told.items() if _fits(held, pattern)]
    return fitting[-1] if fitting else None


def _fits(held: Held, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (held.name, held.place.name, str(held.place)))


def _called(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Yield by what a device may be called, the surest last."""
    for device in fleet.devices.values():
        yield from (
            (str(address.ip), device.name) for port in device.interfaces for address in port.addresses
        )
    for device in fleet.devices.values():
        yield str(device.management), device.name
        yield f"{device.name}.{device.domain or fleet.domain}".lower(), device.name
        yield device.name.lower(), device.name


def _short(name: str) -> str:
    """Return a name without its domain; of an address nothing may be left out."""
    return name.lower() if NUMERIC.fullmatch(name) else name.lower().partition(".")[0]


def _nobody(held: Held, fleet: Fleet) -> str:
    near = get_close_matches(held.name, list(fleet.devices), n=1)
    hint = f"did you mean {near[0]}?  " if near else ""
    return f"no device is named {held.name} — {hint}tell by --names whose it is, remove it, or add the device"
