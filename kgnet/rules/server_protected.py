"""KG-SRV-01: Host firewall is active with default deny."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import SERVERS
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import differences, intended, policy


@control("KG-SRV-01", needs=[PacketFilter], roles=SERVERS)
def server_protected(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Within a zone no router filters: each server has to keep its neighbours out itself."""
    yield from policy(have, "input")
    yield from differences(intended(want).inputs, have, "input")
