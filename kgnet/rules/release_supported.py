"""KG-OPS-02: the software release is one that the office still accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from kgnet.errors import NotOurs, ReadError
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Release
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

# `17.9.4a`, `15.2(7)E3`, `22.4R3-S2`, `12.3X48-D30`, `V300R019C10SPC300`: up to what tells no order.
NUMBERED = re.compile(r"V?\d+(?:(?:[.(RCXF]|SPC|-[SD])\d+)*")


@control(
    "KG-OPS-02",
    title="The software release is not older than the oldest that the office accepts",
    needs=[Release],
)
def release_supported(
    want: Device,
    have: Snapshot,
    *,
    oldest: tuple[str, ...] = (
        *("cisco_ios 17.9", "arista_eos 4.30", "juniper_junos 22.4"),
        *("linux 12", "frr 12"),  # releases of Debian
    ),
) -> Iterator[Wrong]:
    """A flaw that is found in a release nobody mends stays open for everybody who has read of it."""
    floors = dict(each.split(maxsplit=1) for each in oldest)
    if want.platform not in floors:
        raise NotOurs(f"no oldest release is set for {want.platform}")
    found, floor = have.get(Release), floors[want.platform]
    if found.version:
        if _older(found, floor):
            yield at(have, Release, found.line, f"runs release {found.version}, older than {floor}")
    elif found.whole:
        yield "the device tells no release"
    else:
        raise NotOurs("its text does not tell the release")


def _older(found: Release, floor: str) -> bool:
    """Compare number by number; NotOurs where the text ends before they differ."""
    told, least = _numbers(found.version), _numbers(floor)
    if not found.whole and len(told) < len(least) and least[: len(told)] == told:
        raise NotOurs(f"its text tells release {found.version} alone, not whether it is older than {floor}")
    one, other = zip(*zip_longest(told, least, fillvalue=0), strict=True)
    return bool(one < other)


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a release begins with: `17.9.4a` is 17, 9, 4; `21.4R3-S5` is 21, 4, 3, 5."""
    found = NUMBERED.match(version)
    if found is None:
        raise ReadError(f"{version!r} is no release")
    return tuple(int(each) for each in re.findall(r"\d+", found[0]))
