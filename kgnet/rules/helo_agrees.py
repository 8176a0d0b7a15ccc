"""KG-MAIL-10: PTR, HELO and A/AAAA of sending hosts agree."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import HeloNames
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control("KG-MAIL-10", needs=[HeloNames], roles=[Role.MAIL])
def helo_agrees(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Large mail providers refuse hosts that call themselves otherwise than the DNS does."""
    found = have.get(HeloNames)
    if "." not in found.helo:
        yield Deviation(f"greets as {found.helo}", "a full name", after=" (RFC 5321 §2.3.5)")
    if not found.addresses:
        yield f"greets as {found.helo}, which has no address"
    for address, names in found.addresses:
        if found.helo not in names:
            told = ", ".join(names) or "no name"
            yield f"{found.helo} has the address {address}, and that has {told} (RFC 1912 §2.1)"
