"""KG-OPS-02: the software release is one that the office still accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import NotOurs, ReadError
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Hardware
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control(
    "KG-OPS-02",
    title="The software release is not older than the oldest that the office accepts",
    needs=[Hardware],
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
    found, floor = have.get(Hardware), floors[want.platform]
    if not found.version:
        yield "the device tells no release"
    elif _numbers(found.version) < _numbers(floor):
        yield f"runs release {found.version}, older than {floor}"


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a release begins with: `17.9.4a` is 17, 9, 4; `21.4R3-S5` is 21, 4."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    if found is None:
        raise ReadError(f"{version!r} is no release")
    return tuple(int(each) for each in found[0].split("."))
