"""KG-ZON-02: traffic between zones is filtered as the intent says."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import differences, intended, policy


@control(
    "KG-ZON-02",
    title="Traffic between zones is filtered as the intent says",
    needs=[PacketFilter],
    roles=[Role.BORDER, Role.BRANCH],
)
def zones_as_intended(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A permit without a flow behind it has no owner, no reason and no end."""
    yield from policy(have, "forward")
    yield from differences(intended(want).forward, have, "forward")
