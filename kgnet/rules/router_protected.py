"""KG-CPL-01: a receive filter protects the router."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._permits import differences, intended, policy


@control("KG-CPL-01", title="A receive filter protects the router", needs=[PacketFilter], roles=ROUTERS)
def router_protected(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What may talk to a router itself may keep it too busy to route, or find a hole in it."""
    yield from policy(have, "input")
    yield from differences(intended(want).inputs, have, "input")
